"""Pages of listed origins call the service from a browser, with a token; others' pages do not."""

from collections.abc import Iterator

import httpx
import pytest

from app.identity.scopes import AccessScope
from tests.asking import Person
from tests.integration.keeping_keys import bearer, key_for
from tests.integration.serving import Servers, client_of, settings_for

LISTED, OTHER = "https://app.example", "https://app.example.evil.example"
ACROSS = {"Sec-Fetch-Site": "cross-site"}


@pytest.fixture(scope="module")
def gateway(servers: Servers) -> Iterator[httpx.Client]:
    with client_of(settings_for(servers, cors_origins=LISTED, api_keys=True)) as client:
        yield client


@pytest.fixture(scope="module")
def token(servers: Servers) -> dict[str, str]:
    return bearer(key_for(servers.database_url, "page", AccessScope.PREDICTIONS))


def preflight(client: httpx.Client, origin: str) -> httpx.Response:
    asked = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}
    return client.options("/predictions", headers={"Origin": origin} | asked)


def sent(client: httpx.Client, person: Person, origin: str, **headers: str) -> httpx.Response:
    body = {"features": dict(person)}
    return client.post("/predictions", json=body, headers={"Origin": origin} | ACROSS | headers)


def test_a_preflight_is_answered_before_anybody_is_asked_who_they_are(gateway: httpx.Client) -> None:
    reply = preflight(gateway, LISTED)
    assert reply.status_code == 204
    assert reply.headers["Access-Control-Allow-Origin"] == LISTED
    assert "POST" in reply.headers["Access-Control-Allow-Methods"]
    allowed = reply.headers["Access-Control-Allow-Headers"].lower().split(", ")
    assert {"authorization", "content-type", "idempotency-key", "prefer"} <= set(allowed)
    assert "Access-Control-Allow-Credentials" not in reply.headers
    assert "Origin" in reply.headers["Vary"]


@pytest.mark.parametrize(
    "origin", [OTHER, "null", "*", "https://APP.example", f"{LISTED}/", "http://app.example"]
)
def test_of_other_origins_nothing_is_allowed(
    gateway: httpx.Client, token: dict[str, str], helpable: Person, origin: str
) -> None:
    for reply in (preflight(gateway, origin), sent(gateway, helpable, origin, **token)):
        assert reply.status_code >= 400
        assert "Access-Control-Allow-Origin" not in reply.headers
        assert "Origin" in reply.headers["Vary"]


def test_a_listed_page_gets_through_with_a_token(
    gateway: httpx.Client, token: dict[str, str], helpable: Person
) -> None:
    reply = sent(gateway, helpable, LISTED, **token)
    assert reply.status_code == 200
    assert reply.headers["Access-Control-Allow-Origin"] == LISTED
    told = reply.headers["Access-Control-Expose-Headers"].split(", ")
    assert {"Location", "RateLimit", "Retry-After", "X-Request-ID"} <= set(told)


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Basic eDp5"}], ids=["nothing", "sign-in"])
def test_and_not_with_what_a_browser_sends_by_itself(
    gateway: httpx.Client, helpable: Person, headers: dict[str, str]
) -> None:
    assert sent(gateway, helpable, LISTED, **headers).status_code == 403


def test_a_page_can_read_why_it_is_refused(gateway: httpx.Client, helpable: Person) -> None:
    reply = sent(gateway, helpable, LISTED, Authorization="Bearer nobody-knows-this-token")
    assert reply.status_code == 401
    assert reply.headers["Access-Control-Allow-Origin"] == LISTED


def test_without_the_setting_there_is_none_of_it(client: httpx.Client) -> None:
    reply = client.get("/livez", headers={"Origin": LISTED})
    assert not [name for name in reply.headers if name.lower().startswith("access-control")]
