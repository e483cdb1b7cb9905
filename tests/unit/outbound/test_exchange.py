"""However a server answers, no more is read than an answer can be, and no longer than a caller waits."""

import asyncio
import gzip
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from itertools import pairwise

import httpx
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.outbound.exchange import Answer, TooLargeError, client_of, exchange

Reply = Callable[[asyncio.StreamWriter], Awaitable[None]]
"""What a server does once it has read a request's head."""

PLENTY = 1 << 20
CODINGS: dict[str | None, Callable[[bytes], bytes]] = {
    None: bytes,
    "identity": bytes,
    "gzip": gzip.compress,
    "x-gzip": gzip.compress,
    "deflate": zlib.compress,
    " GZIP ": gzip.compress,
}


@asynccontextmanager
async def server(reply: Reply, heads: list[str] | None = None) -> AsyncIterator[httpx.URL]:
    """A server on this machine that replies to each connection once; `heads` are the requests it got."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        if heads is not None:
            heads.append(head)
        with suppress(ConnectionError):  # whoever asked has had enough
            await reply(writer)
            await writer.drain()
        writer.close()

    listening = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with listening:
        yield httpx.URL(f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}/")


def sending(parts: Sequence[bytes], *fields: str, status: int = 200) -> Reply:
    """A reply of these parts, each a chunk of its own."""

    async def reply(writer: asyncio.StreamWriter) -> None:
        head = [f"HTTP/1.1 {status} Told", "Transfer-Encoding: chunked", "Connection: close", *fields]
        writer.write("\r\n".join([*head, "", ""]).encode())
        for part in filter(None, parts):
            writer.write(b"%x\r\n%s\r\n" % (len(part), part))
        writer.write(b"0\r\n\r\n")

    return reply


async def asked(url: httpx.URL, most: int = PLENTY) -> Answer:
    async with client_of(url, verify=False) as http:  # reading all root certificates takes long
        return await exchange(http, http.build_request("GET", url), most)


async def replied(reply: Reply, most: int = PLENTY) -> Answer:
    async with server(reply) as url:
        return await asked(url, most)


@given(
    body=st.binary(max_size=300) | st.integers(0, 3000).map(bytes),
    coding=st.sampled_from(list(CODINGS)),
    most=st.integers(0, 400),
    cuts=st.lists(st.integers(0, 400), max_size=3),
)
@example(body=bytes(3_000_000), coding="gzip", most=100_000, cuts=[])
@settings(max_examples=40)
async def test_a_body_is_whole_or_too_large_before_or_after_decompression(
    body: bytes, coding: str | None, most: int, cuts: list[int]
) -> None:
    sent = CODINGS[coding](body)
    edges = [0, *sorted(cuts), len(sent)]
    parts = [sent[start:end] for start, end in pairwise(edges)]
    fields = [] if coding is None else [f"Content-Encoding: {coding}"]
    if max(len(sent), len(body)) > most:
        with pytest.raises(TooLargeError):
            await replied(sending(parts, *fields), most)
    else:
        assert await replied(sending(parts, *fields), most) == Answer(200, body)


async def trickling(writer: asyncio.StreamWriter) -> None:
    """A byte at a time, for ever: so no single read is ever late."""
    writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        writer.write(b"x")
        await writer.drain()
        await asyncio.sleep(0)


async def pouring(writer: asyncio.StreamWriter) -> None:
    """As much at a time as goes through, for ever: so there is always something to read."""
    writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        writer.write(bytes(1 << 16))
        await writer.drain()


@pytest.mark.parametrize("reply", [trickling, pouring])
async def test_the_callers_deadline_ends_an_answer_without_end(reply: Reply) -> None:
    async with server(reply) as url:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await asked(url, most=1 << 40)


async def test_the_callers_deadline_ends_waiting_for_an_answer() -> None:
    over = asyncio.Event()

    async def silent(_: asyncio.StreamWriter) -> None:
        await over.wait()

    async with server(silent) as url:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await asked(url)
        over.set()


async def test_an_answer_without_end_is_left_where_it_is_too_large() -> None:
    async with asyncio.timeout(60):
        with pytest.raises(TooLargeError):
            await replied(pouring)


@pytest.mark.parametrize(
    ("field", "body"),
    [
        ("Content-Encoding: br", b"{}"),
        ("Content-Encoding: gzip, gzip", gzip.compress(gzip.compress(b"{}", mtime=0), mtime=0)),
        ("Content-Encoding: gzip", b"{}"),
        ("Content-Encoding: deflate", b"{}"),
    ],
)
async def test_what_nobody_asked_for_or_is_not_what_it_says_is_an_error(field: str, body: bytes) -> None:
    with pytest.raises(httpx.HTTPError):
        await replied(sending([body], field))


async def test_what_is_no_http_is_an_error() -> None:
    async def reply(writer: asyncio.StreamWriter) -> None:
        writer.write(b"SSH-2.0-OpenSSH_9.6\r\n")

    with pytest.raises(httpx.HTTPError):
        await replied(reply)


async def test_a_body_that_breaks_off_is_an_error() -> None:
    async def reply(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{}")

    with pytest.raises(httpx.HTTPError):
        await replied(reply)


async def test_a_server_that_is_away_is_an_error() -> None:
    async with server(sending([b"{}"])) as url:
        pass
    with pytest.raises(httpx.ConnectError):
        await asked(url)


@pytest.mark.parametrize(
    ("status", "is_success"), [(200, True), (204, True), (301, False), (404, False), (503, False)]
)
async def test_a_status_is_told_and_nothing_followed(status: int, is_success: bool) -> None:
    answer = await replied(sending([], "Location: http://127.0.0.1:9/", status=status))
    assert (answer.status, answer.is_success) == (status, is_success)


async def test_a_client_asks_for_plain_bytes_and_keeps_no_cookie() -> None:
    heads: list[str] = []
    reply = sending([b"{}"], "Set-Cookie: session=sesame; Path=/")
    async with server(reply, heads) as url, client_of(url) as http:
        for _ in range(2):
            await exchange(http, http.build_request("GET", url), PLENTY)
    assert ["accept-encoding: identity" in head.lower() for head in heads] == [True, True]
    assert "sesame" not in "".join(heads)


async def test_a_proxy_is_for_servers_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_PROXY", "no_proxy", "all_proxy", "ALL_PROXY", "http_proxy"):
        monkeypatch.delenv(name, raising=False)
    proxied: list[str] = []
    async with server(sending([b"{}"]), proxied) as proxy, server(sending([b"[]"])) as here:
        monkeypatch.setenv("HTTP_PROXY", str(proxy))
        assert (await asked(here)).body == b"[]"
        assert proxied == []
        assert (await asked(httpx.URL("http://models.invalid/v2"))).body == b"{}"
    assert [head.splitlines()[0] for head in proxied] == ["GET http://models.invalid/v2 HTTP/1.1"]
