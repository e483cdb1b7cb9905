"""The mock EHR's authorisation server keeps to SMART App Launch and Backend Services."""

import base64
import hashlib
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import jwt
import pytest

from tests.ehr.clients import JWT_BEARER, Client
from tests.ehr.keys import Key, fresh_claims, jwks, new_key
from tests.ehr.people import GROUP, PRACTITIONER
from tests.ehr.serving import mock_ehr
from tests.ehr.state import MockEhr
from tests.integration.serving import http_client

Json = dict[str, Any]
BACK, VERIFIER = "http://127.0.0.1:9/back", "v" * 64
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
SCOPES = ("launch", "openid", "fhirUser", "patient/Patient.rs", "patient/Observation.rs")


@pytest.fixture(scope="module")
def key() -> Key:
    return new_key()


@pytest.fixture(scope="module")
def ehr(key: Key) -> Iterator[MockEhr]:
    with mock_ehr(asks_consent=False) as running:
        running.clients.register(Client("public", SCOPES, (BACK,)))
        running.clients.register(Client("signs", SCOPES, (BACK,), jwks(key)))
        scopes = ("system/Group.rs", "system/Observation.rs")
        nightly = Client("nightly", scopes, (), jwks(key), ("client_credentials",))
        running.clients.register(nightly)
        yield running


@pytest.fixture
def client(ehr: MockEhr) -> Iterator[httpx.Client]:
    with http_client(ehr.url) as client:
        yield client
    ehr.asks_consent = False


def wish(ehr: MockEhr, **changes: str | None) -> Json:
    """The parameters of a good authorisation request, with changes; None leaves one out."""
    good = {
        "response_type": "code",
        "client_id": "public",
        "redirect_uri": BACK,
        "scope": " ".join(SCOPES),
        "state": "s" * 32,
        "aud": ehr.fhir_base,
        "launch": ehr.launch("ash", "answer-7"),
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
        "nonce": "n" * 16,
    }
    return {name: value for name, value in (good | changes).items() if value is not None}


def went_back(reply: httpx.Response) -> dict[str, str]:
    assert reply.status_code == 303, reply.text
    assert reply.headers["location"].startswith(f"{BACK}?")
    return {name: values[0] for name, values in parse_qs(urlsplit(reply.headers["location"]).query).items()}


def code_for(client: httpx.Client, ehr: MockEhr, **changes: str | None) -> str:
    return went_back(client.get("/auth/authorize", params=wish(ehr, **changes)))["code"]


def fetch(client: httpx.Client, code: str, **changes: str) -> httpx.Response:
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK}
    form |= {"client_id": "public", "code_verifier": VERIFIER}
    return client.post("/auth/token", data=form | changes)


def assertion(ehr: MockEhr, key: Key, client_id: str = "nightly", **changes: Any) -> Json:
    claims = {"iss": client_id, "sub": client_id, "aud": ehr.token_url} | fresh_claims() | changes
    return {"client_assertion_type": JWT_BEARER, "client_assertion": key.sign(claims)}


def test_configuration(ehr: MockEhr, client: httpx.Client) -> None:
    told = client.get("/fhir/.well-known/smart-configuration").json()
    assert told["token_endpoint"] == ehr.token_url
    assert told["code_challenge_methods_supported"] == ["S256"]
    assert {"launch-ehr", "client-confidential-asymmetric"} <= set(told["capabilities"])
    keys = client.get(told["jwks_uri"]).json()["keys"]
    assert {key["alg"] for key in keys} == {"ES384", "RS256"}
    assert not any("d" in key for key in keys)


def test_a_launch_gives_a_token_of_the_open_chart(ehr: MockEhr, client: httpx.Client) -> None:
    told = fetch(client, code_for(client, ehr)).json()
    assert (told["patient"], told["encounter"], told["appContext"]) == ("ash", "ash-visit", "answer-7")
    assert told["scope"].split() == list(SCOPES)
    headers = {"Authorization": f"Bearer {told['access_token']}"}
    assert client.get("/fhir/Patient/ash", headers=headers).status_code == 200
    assert client.get("/fhir/Patient/birch", headers=headers).status_code == 403
    keys = jwt.PyJWKSet.from_dict(client.get("/jwks").json())
    claims = jwt.decode(
        told["id_token"], keys[ehr.id_token_key.id], ["RS256"], audience="public", issuer=ehr.fhir_base
    )
    assert claims["fhirUser"] == f"{ehr.fhir_base}/Practitioner/{PRACTITIONER}"
    assert claims["nonce"] == "n" * 16


def test_scopes_that_are_not_registered_are_not_given(ehr: MockEhr, client: httpx.Client) -> None:
    code = code_for(client, ehr, scope="launch patient/*.rs patient/Patient.rs system/Patient.rs")
    assert fetch(client, code).json()["scope"] == "launch patient/Patient.rs"


@pytest.mark.parametrize(
    "changes",
    [{"client_id": "signs"}, {"redirect_uri": "http://127.0.0.1:9/"}, {"code_verifier": "w" * 64}],
    ids=lambda changes: next(iter(changes)),
)
def test_a_code_is_for_whoever_asked(ehr: MockEhr, client: httpx.Client, changes: dict[str, str]) -> None:
    refused = fetch(client, code_for(client, ehr), **changes)
    assert refused.json()["error"] in ("invalid_grant", "invalid_client")
    assert refused.status_code in (400, 401)


def test_a_code_is_used_once(ehr: MockEhr, client: httpx.Client) -> None:
    code = code_for(client, ehr)
    assert fetch(client, code).status_code == 200
    assert fetch(client, code).json()["error"] == "invalid_grant"


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"aud": "http://127.0.0.1:9/fhir"}, "invalid_request"),
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"state": None}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"launch": "invented"}, "invalid_scope"),
        ({"scope": "openid"}, "invalid_scope"),
    ],
)
def test_bad_wishes_go_back_with_an_error(
    ehr: MockEhr, client: httpx.Client, changes: dict[str, str | None], error: str
) -> None:
    assert went_back(client.get("/auth/authorize", params=wish(ehr, **changes)))["error"] == error


@pytest.mark.parametrize("changes", [{"client_id": "nobody"}, {"redirect_uri": "http://127.0.0.1:9/other"}])
def test_nobody_is_sent_to_an_address_that_is_not_registered(
    ehr: MockEhr, client: httpx.Client, changes: dict[str, str | None]
) -> None:
    refused = client.get("/auth/authorize", params=wish(ehr, **changes))
    assert refused.status_code == 400
    assert "location" not in refused.headers


def test_consent(ehr: MockEhr, client: httpx.Client) -> None:
    ehr.asks_consent = True
    for decision, answer in (("allow", "code"), ("deny", "error")):
        page = client.get("/auth/authorize", params=wish(ehr)).text
        ticket = page.split('name="ticket" value="')[1].split('"')[0]
        reply = client.post("/auth/consent", data={"ticket": ticket, "decision": decision})
        assert answer in went_back(reply)
        again = client.post("/auth/consent", data={"ticket": ticket, "decision": "allow"})
        assert again.status_code == 400


def test_a_client_with_keys_must_sign(ehr: MockEhr, client: httpx.Client, key: Key) -> None:
    code = code_for(client, ehr, client_id="signs")
    assert fetch(client, code, client_id="signs").status_code == 401
    code = code_for(client, ehr, client_id="signs")
    assert fetch(client, code, **assertion(ehr, key, "signs")).status_code == 401, "public is somebody else"
    signs = assertion(ehr, key, "signs") | {"client_id": "signs"}
    assert fetch(client, code, **signs).status_code == 200


def test_a_program_gets_a_token_for_its_group(ehr: MockEhr, client: httpx.Client, key: Key) -> None:
    form = {"grant_type": "client_credentials", "scope": "system/Group.rs system/Patient.rs"}
    told = client.post("/auth/token", data=form | assertion(ehr, key)).json()
    assert told["scope"] == "system/Group.rs"
    assert "patient" not in told
    headers = {"Authorization": f"Bearer {told['access_token']}"}
    assert client.get(f"/fhir/Group/{GROUP}", headers=headers).status_code == 200
    assert client.get("/fhir/Patient/ash", headers=headers).status_code == 403


def test_assertions_that_do_not_hold(ehr: MockEhr, client: httpx.Client, key: Key) -> None:
    form = {"grant_type": "client_credentials", "scope": "system/Group.rs"}
    now = int(time.time())
    used = assertion(ehr, key)
    assert client.post("/auth/token", data=form | used).status_code == 200
    for bad in (
        used,
        assertion(ehr, key, exp=now - 60),
        assertion(ehr, key, exp=now + 3600),
        assertion(ehr, key, aud=ehr.url),
        assertion(ehr, key, sub="other"),
        assertion(ehr, key, "nobody"),
        assertion(ehr, new_key(id=key.id)),
        assertion(ehr, new_key()),
        assertion(ehr, key) | {"client_assertion_type": "password"},
        {"client_id": "nightly"},
    ):
        refused = client.post("/auth/token", data=form | bad)
        assert (refused.status_code, refused.json()) == (401, {"error": "invalid_client"})
