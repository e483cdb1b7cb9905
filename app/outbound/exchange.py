"""One HTTP exchange with somebody else's server, which may send anything, at any pace.

What bounds the time is the caller's `asyncio.timeout` around the exchange: httpx's own timeouts are for each
read, and a server that sends a byte now and then never meets them.
"""

import asyncio
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any

import httpx

from app.tracing import traceparent

_THIS_MACHINE = {"127.0.0.1", "localhost", "::1"}
_GZIP_OR_ZLIB = zlib.MAX_WBITS | 32


class TooLargeError(Exception):
    """An answer is larger than an answer can be."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A status and a whole body, decoded."""

    status: int
    body: bytes

    @property
    def is_success(self) -> bool:
        return 200 <= self.status < 300


def client_of(url: httpx.URL, **options: Any) -> httpx.AsyncClient:
    """A client of the server behind this URL, without timeouts of its own and without memory of cookies."""
    return httpx.AsyncClient(
        timeout=None,
        # A proxy is for servers elsewhere: it would not reach one on this machine.
        trust_env=url.host not in _THIS_MACHINE,
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),
        **options,
    )


async def exchange(http: httpx.AsyncClient, request: httpx.Request, most: int) -> Answer:
    """Send a request and read its answer, up to `most` bytes before and after decompression.

    Raises:
        TooLargeError: there is more.
        httpx.HTTPError: no connection, or no HTTP.
    """
    request.headers["Accept-Encoding"] = "identity"  # answers are short
    if (told := traceparent()) and "traceparent" not in request.headers:
        request.headers["traceparent"] = told
    response = await http.send(request, stream=True)
    try:
        return Answer(response.status_code, await _body(response, most))
    finally:
        await response.aclose()


async def status_of(http: httpx.AsyncClient, request: httpx.Request) -> int:
    """Send a request and read its answer's status; nothing is read of the body.

    Raises:
        httpx.HTTPError: no connection, or no HTTP.
    """
    response = await http.send(request, stream=True)
    await response.aclose()
    return response.status_code


async def _body(response: httpx.Response, most: int) -> bytes:
    decode, body, received = _decoder(response), bytearray(), 0
    async for part in response.aiter_raw():
        await asyncio.sleep(0)  # parts that are there already give no other task a turn, nor a deadline
        received += len(part)
        body += decode(part, most + 1 - len(body))
        if max(received, len(body)) > most:
            raise TooLargeError
    return bytes(body)


def _decoder(response: httpx.Response) -> Callable[[bytes, int], bytes]:
    """From bytes as sent, and how many more may come of them, to bytes as meant."""
    coding = response.headers.get("Content-Encoding", "identity").strip().lower()
    if coding in ("identity", ""):
        return lambda part, _: part
    if coding not in ("gzip", "x-gzip", "deflate"):
        raise httpx.DecodingError("a content coding that nobody asked for")
    inflater = zlib.decompressobj(_GZIP_OR_ZLIB)

    def inflate(part: bytes, most: int) -> bytes:
        try:
            return inflater.decompress(part, most)
        except zlib.error as error:
            raise httpx.DecodingError("not compressed as it says") from error

    return inflate
