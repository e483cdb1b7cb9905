"""What stands before the application: framing, pace and limits of bodies, throttled strangers."""

import asyncio
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.faces.http.body_limits import BodyLimit
from app.faces.http.closing import Closing
from app.faces.http.framing import CloseUnread, OneLength
from app.faces.http.pace import BodyPace, PacedBody
from app.faces.http.throttle import RefusalThrottle

PACE = BodyPace(wait_s=5, bytes_per_s=1000, most_s=60)


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    """An application that reads the body and says how long it is."""
    size, more = 0, True
    while more:
        message = await receive()
        size += len(message.get("body", b""))
        more = message.get("more_body", False)
    await PlainTextResponse(str(size))(scope, receive, send)


async def deaf(scope: Scope, receive: Receive, send: Send) -> None:
    await PlainTextResponse("no", 401)(scope, receive, send)


async def asked(
    app: ASGIApp,
    parts: Iterable[Message],
    headers: Iterable[tuple[str, str]] = (("transfer-encoding", "chunked"),),
    client: str = "192.0.2.1",
) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body of what an application answers; nothing comes after the parts."""
    sent: list[Message] = []
    coming = iter(parts)

    async def receive() -> Message:
        for part in coming:
            return part
        await asyncio.Event().wait()
        raise AssertionError

    async def send(message: Message) -> None:
        sent.append(message)

    raw = [(name.encode(), value.encode()) for name, value in headers]
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/",
        "query_string": b"",
        "headers": raw,
        "client": (client, 1),
    }
    await app(scope, receive, send)
    told = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return sent[0]["status"], told, b"".join(message.get("body", b"") for message in sent[1:])


def part(body: bytes, more: bool) -> Message:
    return {"type": "http.request", "body": body, "more_body": more}


@given(st.lists(st.binary(max_size=40), min_size=1, max_size=8), st.integers(0, 120))
async def test_a_body_passes_whole_or_not_at_all(bodies: list[bytes], most: int) -> None:
    parts = [part(body, place < len(bodies) - 1) for place, body in enumerate(bodies)]
    size = sum(map(len, bodies))
    status, _, told = await asked(BodyLimit(echo, most), parts)
    assert (
        (status, told if status == 200 else b"") == (200, str(size).encode()) if size <= most else (413, b"")
    )


async def test_who_hangs_up_in_the_middle_of_a_body_is_logged_as_that() -> None:
    status, _, _ = await asked(BodyLimit(echo, 100), [part(b"x", True), {"type": "http.disconnect"}])
    assert status == 499


@pytest.mark.parametrize(("read", "close"), [(echo, False), (deaf, True)])
async def test_a_connection_with_an_unread_body_is_closed(read: ASGIApp, close: bool) -> None:
    _, headers, _ = await asked(CloseUnread(read), [part(b"x", False)])
    assert (headers.get("connection") == "close") is close
    _, headers, _ = await asked(CloseUnread(deaf), [], headers=[("content-length", "0")])
    assert "connection" not in headers


async def test_two_lengths_are_one_too_many() -> None:
    both = [("content-length", "5"), ("transfer-encoding", "chunked")]
    status, headers, _ = await asked(OneLength(echo), [part(b"x", False)], both)
    assert (status, headers["connection"]) == (400, "close")
    for one in both:
        assert (await asked(OneLength(echo), [part(b"x", False)], [one]))[0] == 200


@given(st.integers(0, 10**9), st.integers(0, 10**6))
def test_each_byte_buys_time_and_none_buys_more_than_there_is(received: int, more: int) -> None:
    assert PACE.wait_s <= PACE.patience(received) <= PACE.patience(received + more) <= PACE.most_s


async def test_what_does_not_come_is_given_up() -> None:
    slow = PacedBody(echo, Closing(), BodyPace(0.01, 1e9, 1))
    status, headers, _ = await asked(slow, [part(b"x", True)])
    assert (status, headers["connection"]) == (408, "close")
    assert (await asked(slow, [part(b"x", True), part(b"y", False)]))[0] == 200


async def test_it_is_given_up_sooner_where_the_process_ends() -> None:
    closing = Closing()
    waiting = asyncio.create_task(asked(PacedBody(echo, closing, BodyPace(1e6, 1, 1e6)), [part(b"x", True)]))
    await asyncio.sleep(0)
    closing.end_streams()
    assert (await waiting)[0] == 408
    assert (await asked(PacedBody(echo, closing, BodyPace(1e6, 1, 1e6)), [part(b"x", True)]))[0] == 408


async def test_refusals_are_counted_by_address() -> None:
    throttled = RefusalThrottle(deaf, per_minute=2)
    wrong = [("authorization", "Bearer wrong")]
    statuses = [(await asked(throttled, [], wrong))[0] for _ in range(6)]
    assert statuses[:2] == [401, 401]
    assert 429 in statuses  # a minute may have begun in between
    assert (await asked(throttled, [], wrong, client="198.51.100.7"))[0] == 401
    assert (await asked(throttled, [], [("accept", "text/html")]))[0] == 401


async def test_addresses_of_one_network_are_one() -> None:
    throttled = RefusalThrottle(deaf, per_minute=2)
    clients = [f"2001:db8::{number}" for number in range(1, 7)]
    assert 429 in [(await asked(throttled, [], client=client))[0] for client in clients]
    assert (await asked(throttled, [], client="2001:db8:0:1::1"))[0] == 401
    assert (await asked(throttled, [], client="::ffff:192.0.2.9"))[0] == 401


async def test_whoever_is_let_in_is_never_throttled() -> None:
    throttled = RefusalThrottle(echo, per_minute=1)
    for _ in range(5):
        assert (await asked(throttled, [part(b"x", False)]))[0] == 200
