"""Another site's page cannot act as the person who is signed in here."""

import pytest
from starlette.types import Message, Receive, Scope, Send

from app.faces.http.origins import SameSite, TrustedHosts

HERE = "turnpoint.example.org"


async def answered(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b""})


async def status_of(
    app: SameSite | TrustedHosts, method: str, headers: dict[str, str], *more: tuple[str, str]
) -> int:
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    raw = [(name.encode(), value.encode()) for name, value in (*headers.items(), *more)]
    scope = {
        "type": "http",
        "scheme": "https",
        "method": method,
        "path": "/",
        "query_string": b"",
        "headers": raw,
        "state": {},
    }
    await app(scope, receive, send)
    return int(sent[0]["status"])


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),  # a program
        ({"sec-fetch-site": "same-origin"}, 200),
        ({"sec-fetch-site": "none"}, 200),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"sec-fetch-site": "cross-site", "origin": f"https://{HERE}"}, 403),
        ({"origin": f"https://{HERE}"}, 200),
        ({"origin": f"http://{HERE}"}, 403),
        ({"origin": f"x://{HERE}"}, 403),
        ({"origin": HERE}, 403),
        ({"sec-fetch-site": "none", "origin": f"https://{HERE}"}, 200),
        ({"sec-fetch-site": "none", "origin": "https://elsewhere.example"}, 403),
        ({"sec-fetch-site": "none", "origin": f"http://{HERE}"}, 403),
        ({"sec-fetch-site": "none", "origin": "null"}, 403),
        ({"sec-fetch-site": ""}, 403),
        ({"origin": "https://elsewhere.example"}, 403),
        ({"origin": f"https://{HERE}:8443"}, 403),
        ({"origin": "null"}, 403),
        ({"origin": "http://["}, 403),  # as no browser says it
        ({"origin": f"http://elsewhere.example/{HERE}"}, 403),
    ],
)
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
async def test_what_changes_something_comes_from_here(
    method: str, headers: dict[str, str], status: int
) -> None:
    assert await status_of(SameSite(answered), method, {"host": HERE} | headers) == status


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
async def test_reading_may_come_from_anywhere(method: str) -> None:
    headers = {"host": HERE, "sec-fetch-site": "cross-site"}
    assert await status_of(SameSite(answered), method, headers) == 200


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost:8000", 200),
        ("LOCALHOST", 200),
        ("[::1]:8000", 200),
        ("rebound.example", 421),
        ("localhost.rebound.example", 421),
        ("[::1", 421),
        ("", 421),
    ],
)
async def test_a_name_that_leads_here_is_not_enough(host: str, status: int) -> None:
    app = TrustedHosts(answered, frozenset({"localhost", "::1"}))
    assert await status_of(app, "GET", {"host": host}) == status


@pytest.mark.parametrize("cookies", [("a=b", "turnpoint-session=x"), ("turnpoint-session=x", "a=b")])
async def test_a_session_s_cookie_counts_in_whichever_line_it_is(cookies: tuple[str, str]) -> None:
    lines = [("cookie", line) for line in cookies]
    assert await status_of(SameSite(answered), "POST", {}, *lines) == 403
    assert await status_of(SameSite(answered), "POST", {"sec-fetch-site": "same-origin"}, *lines) == 200
