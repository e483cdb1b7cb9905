"""What another server sends is read up to a bound, before and after decompression."""

import gzip
import zlib
from collections.abc import AsyncIterator, Callable

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.outbound.exchange import Answer, TooLargeError, client_of, exchange

URL = "http://classifier.example/v2"
PACK: dict[str, Callable[[bytes], bytes]] = {
    "identity": bytes,
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "x-gzip": gzip.compress,
}


async def answer_to(content: bytes, coding: str, most: int, part: int = 7, status: int = 200) -> Answer:
    """The exchange with a server that sends this content a few bytes at a time."""

    async def parts() -> AsyncIterator[bytes]:
        for start in range(0, len(content), part):
            yield content[start : start + part]

    def serve(request: httpx.Request) -> httpx.Response:
        assert request.headers["Accept-Encoding"] == "identity"
        return httpx.Response(status, headers={"Content-Encoding": coding}, content=parts())

    async with client_of(httpx.URL(URL), transport=httpx.MockTransport(serve)) as http:
        return await exchange(http, http.build_request("POST", URL), most)


@given(body=st.binary(max_size=300), part=st.integers(1, 400), coding=st.sampled_from([*PACK]))
async def test_a_body_within_the_bound_is_read_whole(body: bytes, part: int, coding: str) -> None:
    sent = PACK[coding](body)
    answer = await answer_to(sent, coding, most=max(len(sent), len(body)), part=part)
    assert (answer.body, answer.is_success) == (body, True)


@given(body=st.binary(min_size=2, max_size=300), part=st.integers(1, 400), coding=st.sampled_from([*PACK]))
async def test_one_byte_more_is_too_many(body: bytes, part: int, coding: str) -> None:
    with pytest.raises(TooLargeError):
        await answer_to(PACK[coding](body), coding, most=len(body) - 1, part=part)


async def test_little_that_unpacks_to_very_much_is_too_large() -> None:
    with pytest.raises(TooLargeError):
        await answer_to(gzip.compress(bytes(50_000_000)), "gzip", most=100_000, part=1 << 16)


@pytest.mark.parametrize(("content", "coding"), [(b"no gzip", "gzip"), (b"{}", "br"), (b"{}", "gzip, gzip")])
async def test_what_is_not_as_it_says_is_refused(content: bytes, coding: str) -> None:
    with pytest.raises(httpx.DecodingError):
        await answer_to(content, coding, most=100)


@pytest.mark.parametrize("status", [302, 404, 503])
async def test_an_error_is_an_answer_too(status: int) -> None:
    answer = await answer_to(b"no", "identity", most=100, status=status)
    assert (answer.status, answer.is_success) == (status, False)


async def test_cookies_are_not_remembered() -> None:
    seen: list[str | None] = []

    def serve(request: httpx.Request) -> httpx.Response:
        seen.append(request.headers.get("cookie"))
        return httpx.Response(
            200, headers={"Set-Cookie": "session=sesame; Path=/"}, stream=httpx.ByteStream(b"")
        )

    async with client_of(httpx.URL(URL), transport=httpx.MockTransport(serve)) as http:
        for _ in range(2):
            await exchange(http, http.build_request("GET", URL), 10)
    assert seen == [None, None]
