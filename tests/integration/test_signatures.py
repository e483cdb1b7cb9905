"""Who gave a verdict, made a plan, entered a result or set a preference is who is signed in."""

import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import httpx
import jwt
import pytest

from app.identity.principal import PrincipalKind
from app.settings import Settings
from tests.integration.keeping_keys import bearer, key_for
from tests.integration.serving import Servers, client_of, settings_for
from tests.unit.identity.test_proxy import SECRET, said

Json = dict[str, Any]
SHARED = "a-token-of-16-characters"


def settings(servers: Servers) -> Settings:
    return settings_for(servers, api_keys=True, api_tokens=SHARED, proxy_secret=SECRET.decode())


@pytest.fixture(scope="module")
def client(servers: Servers) -> Iterator[httpx.Client]:
    with client_of(settings(servers)) as client:
        yield client


def basic(name: str, password: str) -> dict[str, str]:
    return {"Authorization": "Basic " + b64encode(f"{name}:{password}".encode()).decode()}


def acting(headers: dict[str, str], name: str) -> dict[str, Any]:
    return headers | {"X-On-Behalf-Of": name.encode()}


@pytest.fixture(scope="module")
def person(database_url: str) -> str:
    return key_for(database_url, "dr.okoye", kind=PrincipalKind.PERSON)


@pytest.fixture(scope="module")
def system(database_url: str) -> str:
    return key_for(database_url, "ehr")


def signatures(client: httpx.Client, question: Json, headers: dict[str, Any]) -> set[str | None]:
    """Who signs each thing that can be said of a patient."""
    answer = client.post("/counterfactuals", json=question, headers=headers).raise_for_status().json()
    option, patient = answer["counterfactuals"][0]["id"], f"/patients/{question['patient_id']}"
    result = {"model": "dysglycaemia", "measured_on": "2026-01-05", "value": 6.0, "unit": "%"}
    verdict = {"counterfactual_id": option, "verdict": "accepted"}
    chosen = {"model": "dysglycaemia", "codes": [], "features_to_keep": ["fibre"]}
    said = [
        ("POST", f"/counterfactuals/{answer['id']}/feedback", verdict),
        ("POST", f"{patient}/plans", {"counterfactual_id": option, "name": "Walk"}),
        ("POST", f"{patient}/measurements", result),
        ("PUT", f"{patient}/preferences", chosen),
    ]
    answers = [client.request(method, path, json=body, headers=headers) for method, path, body in said]
    return {one.raise_for_status().json()["given_by"] for one in answers}


WAYS: dict[str, tuple[Callable[[str, str], dict[str, Any]], str | None]] = {
    "a person's key": (lambda person, _: bearer(person), "dr.okoye"),
    "a person's key, with another name typed": (lambda person, _: basic("dr.smith", person), "dr.okoye"),
    "a system's key": (lambda _, system: bearer(system), "ehr"),
    "a system's key, for somebody": (
        lambda _, system: acting(bearer(system), "Dr Zoë Müller"),
        "Dr Zoë Müller (via ehr)",
    ),
    "a system's key, in a browser": (lambda _, system: basic("dr.smith", system), "dr.smith (via ehr)"),
    "a shared token, in a browser": (lambda *_: basic("dr.smith", SHARED), "dr.smith"),
    "a shared token": (lambda *_: bearer(SHARED), None),
}


@pytest.mark.parametrize("way", WAYS)
def test_everything_is_signed_by_who_is_signed_in(
    client: httpx.Client, question: Json, person: str, system: str, way: str
) -> None:
    headers, signature = WAYS[way]
    assert signatures(client, question, headers(person, system)) == {signature}


def test_no_body_claims_another(client: httpx.Client, question: Json, person: str) -> None:
    answer = client.post("/counterfactuals", json=question, headers=bearer(person)).json()
    body = {"counterfactual_id": answer["counterfactuals"][0]["id"], "verdict": "accepted"}
    where = f"/counterfactuals/{answer['id']}/feedback"
    refused = client.post(where, json=body | {"given_by": "dr.smith"}, headers=bearer(person))
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/given_by")


def test_a_person_speaks_for_nobody_else(client: httpx.Client, person: str) -> None:
    assert client.get("/models", headers=acting(bearer(person), "dr.okoye")).status_code == 200
    refused = client.get("/models", headers=acting(bearer(person), "dr.smith"))
    assert refused.status_code == 403
    assert "scope" not in refused.json()
    assert "dr.smith" not in refused.text


@pytest.mark.parametrize("name", [b"", b"<b>", b"\xff\xfe", b"x" * 65, b"a\tb"])
def test_a_name_that_cannot_be_kept_is_told(client: httpx.Client, system: str, name: bytes) -> None:
    headers: dict[str, Any] = {**bearer(system), "X-On-Behalf-Of": name}
    refused = client.get("/models", headers=headers)
    assert refused.status_code == 400


def test_two_of_one_header_are_refused(client: httpx.Client, system: str, person: str) -> None:
    twice = [("Authorization", f"Bearer {system}"), ("Authorization", f"Bearer {person}")]
    names = [("Authorization", f"Bearer {system}"), ("X-On-Behalf-Of", "a"), ("X-On-Behalf-Of", "b")]
    assert client.get("/models", headers=twice).status_code == 400
    assert client.get("/models", headers=names).status_code == 400


def by_proxy(method: str, target: str, **changes: Any) -> dict[str, str]:
    told = said(method=method, target=target, scope="operations:read", **changes)
    return {"X-Turnpoint-Principal": jwt.encode(told, SECRET, "HS256")}


def test_a_proxys_word_is_for_one_request(client: httpx.Client, person: str) -> None:
    address = "/readyz?verbose=a%20b&x"
    good = by_proxy("GET", address)
    assert client.get(address, headers=good).status_code == 200
    assert client.get("/readyz?verbose", headers=good).status_code == 401
    assert client.get("/models", headers=good).status_code == 401
    assert client.head(address, headers=good).status_code == 401
    assert client.get("/augmentations", headers=by_proxy("GET", "/augmentations")).status_code == 403
    forged = {"X-Turnpoint-Principal": "dr.okoye", **bearer(person)}
    assert client.get("/models", headers=forged).status_code == 401
    assert urlsplit(str(client.base_url)).hostname == "127.0.0.1"


@pytest.mark.parametrize("days", [-1, 1])
def test_the_word_of_a_proxy_whose_clock_is_a_day_off_lets_nobody_in(client: httpx.Client, days: int) -> None:
    now = int(time.time()) + 86_400 * days
    refused = client.get("/models", headers=by_proxy("GET", "/models", iat=now, exp=now + 20))
    assert refused.status_code == 401
