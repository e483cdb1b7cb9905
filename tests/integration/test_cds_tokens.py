"""Only EHRs that are trusted call CDS services, each call by a token of its own, for its very address."""

import base64
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives import serialization

from app.identity.scopes import AccessScope
from tests.ehr.keys import new_key
from tests.ehr.serving import mock_ehr
from tests.fhir.validation import faults_of
from tests.integration.cds_hooks import (
    CALL,
    FEEDBACK,
    FHIR,
    PUBLIC_URL,
    Connected,
    connected,
    settings_of,
)
from tests.integration.keeping_keys import key_for
from tests.integration.serving import Servers, client_of

Json = dict[str, Any]


@pytest.fixture(scope="module")
def here(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connected]:
    with connected(
        servers, tmp_path_factory.mktemp("ehr"), api_keys=True, refusals_per_minute=10_000
    ) as here:
        yield here


@pytest.fixture(scope="module")
def body(here: Connected) -> Json:
    return here.question("cedar")


def bare(response: httpx.Response) -> Json:
    """A refusal that gives no reason, the same whatever was wrong."""
    assert response.status_code == 401
    assert response.headers["www-authenticate"] == "Bearer"
    assert response.headers["content-type"] == FHIR
    told: Json = response.json()
    assert faults_of(told) == []
    assert told["issue"] == [{"severity": "error", "code": "login", "details": {"text": "Unauthorized"}}]
    return told


def sent(here: Connected, token: str | None, body: Json, path: str = CALL) -> httpx.Response:
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    return here.client.post(path, json=body, headers=headers)


def token(here: Connected, path: str = CALL, **changes: Any) -> str:
    told: str = here.signed(path, **changes)["Authorization"].removeprefix("Bearer ")
    return told


def test_a_trusted_ehr_is_let_in_and_its_words_are_signed_by_it(here: Connected, body: Json) -> None:
    assert sent(here, token(here), body).status_code == 200


def test_discovery_is_for_whoever_asks(here: Connected) -> None:
    assert here.client.get("/cds-services").status_code == 200
    assert here.client.get("/cds-services", headers={"Authorization": "Bearer x"}).status_code == 200


def test_strangers_learn_nothing(here: Connected, body: Json) -> None:
    for path in (CALL, FEEDBACK, "/cds-services/nobody"):
        bare(sent(here, None, body, path))
        bare(sent(here, "nonsense", {}, path))


def test_a_token_is_good_once(here: Connected, body: Json) -> None:
    once = token(here)
    assert sent(here, once, body).status_code == 200
    for _ in range(2):
        bare(sent(here, once, body))
    assert sent(here, token(here), body).status_code == 200


def test_with_redis_away_it_is_good_once_too(servers: Servers, tmp_path: Path) -> None:
    with mock_ehr() as ehr:
        settings = settings_of(servers, ehr, tmp_path, api_keys=True, redis_url="redis://127.0.0.1:9/0")
        with client_of(settings) as client:
            away = Connected(ehr, client)
            body, once = away.question("cedar"), token(away)
            assert sent(away, once, body).status_code == 200
            bare(sent(away, once, body))


def test_with_the_record_away_nobody_is_let_in(servers: Servers, tmp_path: Path) -> None:
    nowhere = "postgresql://turnpoint@/turnpoint?host=/nowhere"
    with mock_ehr() as ehr:
        settings = settings_of(servers, ehr, tmp_path, api_keys=True, database_url=nowhere)
        with client_of(settings) as client:
            away = Connected(ehr, client)
            response = sent(away, token(away), away.question("cedar"))
            assert (response.status_code, response.headers["content-type"]) == (503, FHIR)


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": PUBLIC_URL + FEEDBACK},
        {"aud": PUBLIC_URL},
        {"aud": f"{PUBLIC_URL}/cds-services"},
        {"aud": f"http://127.0.0.1:8000{CALL}"},
        {"aud": []},
        {"iss": "https://stranger.example"},
        {"exp": int(time.time()) - 3_600},
        {"exp": int(time.time()) + 1_000_000},
        {"iat": int(time.time()) + 1_000_000},
        {"nbf": int(time.time()) + 1_000_000},
        {"jti": None},
        {"jti": "x" * 300},
    ],
)
def test_claims_that_are_not_good(here: Connected, body: Json, changes: Json) -> None:
    bare(sent(here, token(here, **changes), body))


def test_feedback_has_an_audience_of_its_own(here: Connected) -> None:
    told = {
        "feedback": [
            {"card": str(uuid4()), "outcome": "overridden", "outcomeTimestamp": "2026-01-01T00:00:00Z"}
        ]
    }
    bare(sent(here, token(here), told, FEEDBACK))
    assert sent(here, token(here, FEEDBACK), told, FEEDBACK).status_code == 200


def test_forged_signatures(here: Connected, body: Json) -> None:
    ehr = here.ehr
    claims = jwt.decode(token(here), options={"verify_signature": False})
    thief = new_key("ES384", ehr.signing_key.id)
    public = ehr.signing_key.private.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    head = {"kid": ehr.signing_key.id, "typ": "JWT"}
    forged = [
        thief.sign(claims, jku=ehr.jwks_url),
        thief.sign(claims, jku="https://stranger.example/jwks", jwk=thief.public_jwk),
        ehr.signing_key.sign(claims, jku="https://stranger.example/jwks"),
        ehr.signing_key.sign(claims, kid="nobody's"),
        new_key("RS256", ehr.id_token_key.id).sign(claims),
        ehr.id_token_key.sign(claims),
        unsigned({"alg": "none", **head}, claims),
        unsigned({"alg": "HS256", **head}, claims, public),
        unsigned({"alg": "HS384", **head}, claims, public),
        token(here)[:-4],
        token(here) + "." + "x" * 13_000,
        "a" * 15_000,
    ]
    for one in forged:
        bare(sent(here, one, body))
    assert sent(here, token(here), body).status_code == 200


def unsigned(header: Json, claims: Json, secret: bytes | None = None) -> str:
    """A token without a signature, or with one that anybody could make."""
    if secret is None:
        parts = [json.dumps(part).encode() for part in (header, claims)]
        return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts) + "."
    algorithm = jwt.get_algorithm_by_name(header["alg"])
    text = unsigned(header, claims)[:-1]
    signature = algorithm.sign(text.encode(), secret)
    return f"{text}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"


def test_a_token_of_a_cds_client_opens_nothing_else(here: Connected) -> None:
    for method, path in (
        ("GET", "/patients/cedar/interventions"),
        ("POST", "/counterfactuals"),
        ("GET", "/metrics"),
        ("DELETE", "/patients/cedar"),
    ):
        signed = {"Authorization": f"Bearer {token(here, path)}", "Accept": "application/json"}
        assert here.client.request(method, path, headers=signed).status_code == 401


def test_keys_with_the_scopes_call_as_well(here: Connected, servers: Servers, body: Json) -> None:
    usual = key_for(servers.database_url, "sandbox")
    assert sent(here, usual, body).status_code == 200
    reading = key_for(servers.database_url, "reader", AccessScope.COUNTERFACTUALS_READ)
    response = sent(here, reading, body)
    assert (response.status_code, response.json()["issue"][0]["code"]) == (403, "forbidden")


def test_each_ehr_has_its_own_tenants_patients(servers: Servers, tmp_path: Path) -> None:
    with mock_ehr() as ehr:
        settings = settings_of(servers, ehr, tmp_path, api_keys=True)
        assert settings.ehr_servers_file is not None
        file = settings.ehr_servers_file
        file.write_text(file.read_text().replace('name = "mock"', 'name = "mock"\ntenant = "elsewhere"'))
        with client_of(settings) as client:
            there = Connected(ehr, client)
            card = there.card("cedar")
            own = key_for(servers.database_url, "own", tenant="elsewhere")
            other = key_for(servers.database_url, "other")
            path = f"/counterfactuals/{card['uuid']}"
            assert client.get(path, headers={"Authorization": f"Bearer {own}"}).status_code == 200
            assert client.get(path, headers={"Authorization": f"Bearer {other}"}).status_code == 404


def test_on_loopback_where_nobody_is_asked_who_they_are_a_token_is_not_needed(
    servers: Servers, tmp_path: Path
) -> None:
    with connected(servers, tmp_path) as open_here:
        body = open_here.question("cedar")
        assert sent(open_here, None, body).status_code == 200
        assert sent(open_here, token(open_here), body).status_code == 200


def test_on_loopback_too_a_token_that_does_not_hold_is_refused(servers: Servers, tmp_path: Path) -> None:
    with connected(servers, tmp_path) as open_here:
        once, body = token(open_here), open_here.question("cedar")
        assert sent(open_here, once, body).status_code == 200
        for bad in ("nonsense", once, token(open_here, aud=PUBLIC_URL), token(open_here, FEEDBACK)):
            bare(sent(open_here, bad, body))
        elsewhere = {"Authorization": f"Bearer {token(open_here, '/counterfactuals')}"}
        assert open_here.client.post("/counterfactuals", json={}, headers=elsewhere).status_code == 401


def test_that_callers_are_not_asked_for_is_warned_of(
    servers: Servers, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    for more, is_told in (({}, True), ({"api_keys": True}, False)):
        with connected(servers, tmp_path, **more):
            pass
        assert ("callers_are_not_asked_who_they_are" in "".join(capfd.readouterr())) is is_told


def test_why_a_token_is_refused_is_in_log_and_metrics_alone(
    here: Connected, servers: Servers, body: Json, capfd: pytest.CaptureFixture[str]
) -> None:
    bad = token(here, aud=PUBLIC_URL)
    bare(sent(here, bad, body))
    logged = "".join(capfd.readouterr())
    assert all(part in logged for part in ("cds_token_refused", "audience", "mock"))
    assert bad.split(".")[1] not in logged
    watch = key_for(servers.database_url, "watch", AccessScope.OPERATIONS_READ)
    counted = here.client.get("/metrics", headers={"Authorization": f"Bearer {watch}"}).text
    assert 'turnpoint_cds_tokens_refused_total{reason="audience"}' in counted


def test_nothing_of_a_call_is_in_the_log(
    here: Connected, body: Json, capfd: pytest.CaptureFixture[str]
) -> None:
    signed, access = token(here), body["fhirAuthorization"]["access_token"]
    without = {name: value for name, value in body.items() if name != "prefetch"}
    assert sent(here, signed, without).status_code == 200
    bare(sent(here, signed, body))
    logged = "".join(capfd.readouterr())
    for secret in (signed, signed.split(".")[2], access, "cedar", "Synthetic"):
        assert secret not in logged
