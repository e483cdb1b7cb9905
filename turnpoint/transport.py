"""What carries calls out: sends, waits, sends again. One for code that waits, one for code that awaits."""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any, TypeVar

import httpx

from turnpoint.call import Call, FileContent
from turnpoint.retry_policy import RetryPolicy, unreachable
from turnpoint.transfer import chunks, chunks_async

T = TypeVar("T")


class Driver:
    """Carries out calls over an `httpx.Client` with these options.

    Calls raise a ProblemError, an UnreachableError or an UnexpectedAnswerError.
    """

    def __init__(self, options: dict[str, Any], repeats: int) -> None:
        self._http = httpx.Client(**options)
        self._repeats = repeats

    def close(self) -> None:
        self._http.close()

    def run(self, call: Call[T], at_least: int = 0) -> T:
        """What a call gives; it is repeated `at_least` so often, if it may be repeated."""
        return call.read(self._send(call, max(self._repeats, at_least), streamed=False))

    @contextmanager
    def streamed(self, call: Call[None]) -> Iterator[httpx.Response]:
        """The response to a call, its body still to come."""
        response = self._send(call, self._repeats, streamed=True)
        try:
            yield response
        except httpx.TransportError as error:
            raise unreachable(error) from error
        finally:
            response.close()

    def _send(self, call: Call[Any], repeats: int, streamed: bool) -> httpx.Response:
        attempts = RetryPolicy(call, repeats)
        while True:
            try:
                response = self._once(call, streamed)
                pause = attempts.answered(response)
            except httpx.TransportError as error:
                pause = attempts.lost(error)
            if pause is None:
                return response
            time.sleep(pause)

    def _once(self, call: Call[Any], streamed: bool) -> httpx.Response:
        if isinstance(call.content, FileContent):
            with call.content.path.open("rb") as file:
                length = {"Content-Length": str(os.fstat(file.fileno()).st_size)}
                return self._http.send(_request(self._http, call, chunks(file), length))
        response = self._http.send(_request(self._http, call, call.json_bytes()), stream=True)
        if response.is_error or not streamed:
            response.read()
        return response


class AsyncDriver:
    """As `Driver`, over an `httpx.AsyncClient`."""

    def __init__(self, options: dict[str, Any], repeats: int) -> None:
        self._http = httpx.AsyncClient(**options)
        self._repeats = repeats

    async def close(self) -> None:
        await self._http.aclose()

    async def run(self, call: Call[T], at_least: int = 0) -> T:
        """What a call gives; it is repeated `at_least` so often, if it may be repeated."""
        return call.read(await self._send(call, max(self._repeats, at_least), streamed=False))

    @asynccontextmanager
    async def streamed(self, call: Call[None]) -> AsyncIterator[httpx.Response]:
        """The response to a call, its body still to come."""
        response = await self._send(call, self._repeats, streamed=True)
        try:
            yield response
        except httpx.TransportError as error:
            raise unreachable(error) from error
        finally:
            await response.aclose()

    async def _send(self, call: Call[Any], repeats: int, streamed: bool) -> httpx.Response:
        attempts = RetryPolicy(call, repeats)
        while True:
            try:
                response = await self._once(call, streamed)
                pause = attempts.answered(response)
            except httpx.TransportError as error:
                pause = attempts.lost(error)
            if pause is None:
                return response
            await asyncio.sleep(pause)

    async def _once(self, call: Call[Any], streamed: bool) -> httpx.Response:
        if isinstance(call.content, FileContent):
            file = await asyncio.to_thread(call.content.path.open, "rb")
            with file:
                length = {"Content-Length": str(os.fstat(file.fileno()).st_size)}
                return await self._http.send(_request(self._http, call, chunks_async(file), length))
        response = await self._http.send(_request(self._http, call, call.json_bytes()), stream=True)
        if response.is_error or not streamed:
            await response.aread()
        return response


def _request(
    http: httpx.Client | httpx.AsyncClient,
    call: Call[Any],
    content: bytes | Iterator[bytes] | AsyncIterator[bytes] | None,
    more: dict[str, str] | None = None,
) -> httpx.Request:
    headers = {**call.all_headers, **(more or {})}
    return http.build_request(
        call.method, call.path, params=dict(call.query) or None, headers=headers, content=content
    )
