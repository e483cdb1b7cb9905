"""Who may what is settled before any of a body is read, and told as RFC 6750 says."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import Message, Receive, Scope, Send

from app.faces.http.auth import Access, only_where_admitted
from app.identity.authenticator import Admitted
from app.identity.principal import DEFAULT_TENANT, Principal, PrincipalKind
from app.identity.refusals import (
    FalseNameError,
    IdentityAwayError,
    MalformedCredentialsError,
    RefusedCallerError,
    UnknownCallerError,
)
from app.identity.request_head import RequestHead
from app.identity.scopes import AccessScope

HTML = {"accept": "text/html"}


@dataclass
class Doorman:
    """Lets in whoever is `admitted`, or refuses all."""

    admitted: Admitted | RefusedCallerError
    asked: RequestHead | None = None

    async def authenticate(self, head: RequestHead) -> Admitted:
        self.asked = head
        if isinstance(self.admitted, RefusedCallerError):
            raise self.admitted
        return self.admitted

    async def close(self) -> None: ...


def somebody(*scopes: AccessScope) -> Admitted:
    principal = Principal("ehr", PrincipalKind.SYSTEM, DEFAULT_TENANT, frozenset(scopes), "key")
    return Admitted(principal, "dr.okoye")


async def unread() -> Message:
    raise AssertionError("the body was read")


async def inside(scope: Scope, receive: Receive, send: Send) -> None:
    state = scope["state"]
    told = {"principal": state["principal"].name if "principal" in state else None}
    await JSONResponse(told | {"for": state.get("on_behalf_of")})(scope, receive, send)


async def ask(
    doorman: Doorman, method: str, target: str, headers: Mapping[str, str] | None = None
) -> httpx.Response:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await Access(inside)({**scope, "state": {"authenticator": doorman}}, unread, send)

    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost") as client:
        return await client.request(method, target, headers=headers, content=b"x" * 1000)


async def test_who_may_gets_in_under_their_name() -> None:
    doorman = Doorman(somebody(AccessScope.PREDICTIONS))
    answer = await ask(doorman, "POST", "/predictions?a=%20b")
    assert answer.json() == {"principal": "ehr", "for": "dr.okoye"}
    assert doorman.asked is not None
    assert (doorman.asked.method, doorman.asked.target) == ("POST", "/predictions?a=%20b")
    assert doorman.asked.address == "127.0.0.1"


async def test_a_scope_that_is_lacking_is_named() -> None:
    answer = await ask(Doorman(somebody(AccessScope.PREDICTIONS)), "POST", "/counterfactuals")
    assert (answer.status_code, answer.json()["scope"]) == (403, "counterfactuals:write")
    told = answer.headers["www-authenticate"]
    assert told == 'Bearer error="insufficient_scope", scope="counterfactuals:write"'
    page = await ask(Doorman(somebody()), "GET", "/", HTML)
    assert (page.status_code, page.headers["content-type"]) == (403, "text/html; charset=utf-8")


@pytest.mark.parametrize(("sent", "challenge"), [(False, "Bearer"), (True, 'Bearer error="invalid_token"')])
async def test_nobody_known_is_told_how_to_be(sent: bool, challenge: str) -> None:
    answer = await ask(Doorman(UnknownCallerError("It is nobody's.", sent)), "POST", "/predictions")
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, challenge)


async def test_a_browser_asks_the_person() -> None:
    for sent in (True, False):
        answer = await ask(Doorman(UnknownCallerError("Nobody.", sent)), "GET", "/", HTML)
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"].startswith("Basic ")


@pytest.mark.parametrize(
    ("refusal", "status"),
    [
        (MalformedCredentialsError("Twice."), 400),
        (FalseNameError("Not you."), 403),
        (IdentityAwayError("Away."), 503),
    ],
)
async def test_each_refusal_has_its_status(refusal: RefusedCallerError, status: int) -> None:
    answer = await ask(Doorman(refusal), "GET", "/models")
    assert (answer.status_code, answer.json()["detail"]) == (status, str(refusal))
    assert ("retry-after" in answer.headers) == (status == 503)
    assert "www-authenticate" not in answer.headers


@pytest.mark.parametrize("path", ["/livez", "/readyz", "/static/style.css"])
async def test_what_is_for_everybody_asks_nobody(path: str) -> None:
    doorman = Doorman(UnknownCallerError("Nobody."))
    assert (await ask(doorman, "GET", path)).json()["principal"] is None
    assert doorman.asked is None


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/nowhere"),
        ("TRACE", "/livez"),
        ("POST", "/livez"),
        ("GET", "/livez/"),
        ("X", "/"),
    ],
)
async def test_what_nobody_has_a_rule_for_is_for_known_callers(method: str, path: str) -> None:
    assert (await ask(Doorman(UnknownCallerError("Nobody.")), method, path)).status_code == 401
    assert (await ask(Doorman(somebody()), method, path)).status_code == 200


async def test_head_is_as_get() -> None:
    assert (await ask(Doorman(somebody()), "HEAD", "/metrics")).status_code == 403
    assert (await ask(Doorman(somebody(AccessScope.OPERATIONS_READ)), "HEAD", "/metrics")).status_code == 200


@pytest.mark.parametrize("query", ["verbose", "verbose=", "verbose=1", "a=b&verbose", "%76erbose"])
async def test_reasons_are_for_whoever_runs_the_service(query: str) -> None:
    assert (await ask(Doorman(somebody()), "GET", f"/readyz?{query}")).status_code == 403
    assert (await ask(Doorman(somebody()), "GET", "/readyz?other")).status_code == 200


async def test_a_route_that_was_matched_otherwise_lets_nobody_in() -> None:
    def at(path: str) -> Request:
        route: Any = type("Route", (), {"path": path})
        return Request({"type": "http", "headers": [], "state": {"admitted_at": "/models"}, "route": route})

    await only_where_admitted(at("/models"))
    with pytest.raises(RuntimeError):
        await only_where_admitted(at("/models/{name}"))
