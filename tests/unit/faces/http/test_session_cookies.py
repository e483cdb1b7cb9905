"""Cookies of launches and sessions, and the frames that pages may stand in."""

from dataclasses import replace

import pytest
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from app.faces.http.frames import Framed
from app.faces.http.session_cookies import CookieRules, forget_session
from app.identity.principal import ANYBODY

EHR = "https://ehr.example"
POLICY = "default-src 'none'; frame-ancestors 'self'"


def kept(rules: CookieRules) -> list[str]:
    response = Response()
    rules.keep(response, rules.session, "secret", 60)
    return response.headers["set-cookie"].split("; ")


@pytest.mark.parametrize("is_framed", [True, False])
@pytest.mark.parametrize("is_secure", [True, False])
def test_every_cookie_is_hidden_from_scripts_and_of_this_host_alone(is_secure: bool, is_framed: bool) -> None:
    pair, *attributes = kept(CookieRules(is_secure, is_framed))
    assert {"HttpOnly", "Path=/", "Max-Age=60"} <= {*attributes}
    assert not [one for one in attributes if one.startswith("Domain")]
    assert pair.startswith("__Host-") is is_secure
    assert ("Secure" in attributes) is is_secure


def test_it_goes_along_in_frames_only_where_they_are_allowed_and_only_with_https() -> None:
    assert "SameSite=Lax" in kept(CookieRules(True, False))
    assert "SameSite=Lax" in kept(CookieRules(False, True))
    assert {"SameSite=None", "Partitioned", "Secure"} <= {*kept(CookieRules(True, True))}


def test_a_session_is_forgotten_however_it_was_kept() -> None:
    response = Response()
    forget_session(response)
    told = response.headers.getlist("set-cookie")
    assert {one.split("=")[0] for one in told} == {"__Host-turnpoint-session", "turnpoint-session"}
    assert all("Max-Age=0" in one for one in told)


async def policy_of(path: str, source: str | None) -> str:
    async def page(scope: Scope, receive: Receive, send: Send) -> None:
        if source is not None:
            scope["state"]["principal"] = replace(ANYBODY, source=source)
        await Response("", headers={"Content-Security-Policy": POLICY})(scope, receive, send)

    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        return {"type": "http.request"}

    scope: Scope = {"type": "http", "method": "GET", "path": path, "headers": [], "state": {}}
    await Framed(page, [EHR])(scope, receive, send)
    return dict(sent[0]["headers"])[b"content-security-policy"].decode()


@pytest.mark.parametrize(
    ("path", "source", "is_framed"),
    [
        ("/patients/P-1/interventions", "launch", True),
        ("/launch", None, True),
        ("/launch/callback", None, True),
        ("/launched", None, False),
        ("/patients/P-1/interventions", "key", False),
        ("/patients/P-1/interventions", "open", False),
        ("/", None, False),
    ],
)
async def test_pages_stand_in_an_ehr_s_frame_only_where_it_opened_them(
    path: str, source: str | None, is_framed: bool
) -> None:
    policy = await policy_of(path, source)
    assert policy == (f"{POLICY} {EHR}" if is_framed else POLICY)
