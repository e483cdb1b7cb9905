"""The language model's server: one request at a time, whatever it answers with."""

import asyncio
import json
from typing import Any

import httpx

from app.outbound.exchange import Answer, TooLargeError, client_of, exchange
from app.outbound.loops import LoopThread
from app.proposers.llm.completion import Completion, NotACompletionError, read_completion
from app.proposers.llm.failures import Failure, FailureReason, LlmError
from app.proposers.llm.refusals import failure_of

_MOST = 1 << 20
"""Bytes of an answer: a proposal is some 64 tokens, and a list of models some lines for each."""
_QUICK = 1 << 16
"""Bytes of JSON that are read within a millisecond or so; more is read in a thread."""
_NOT_RECEIVED = (httpx.ConnectError, httpx.WriteError, httpx.RemoteProtocolError)
"""What a server that restarts, or closes an idle connection, does: the request may be sent once more."""
_NO_CONNECTION = (httpx.ConnectError, httpx.ProxyError, httpx.UnsupportedProtocol)


class Server:
    """Connections to the server. At most `concurrency` requests are under way; others wait.

    Answers are read in an event loop of their own: one that comes in a flood of single bytes keeps its reader
    busy, and must not keep the gateway's.
    """

    def __init__(self, base_url: str, api_key: str | None, concurrency: int) -> None:
        self._http = client_of(
            httpx.URL(base_url),
            base_url=base_url.rstrip("/"),
            headers={"Authorization": f"Bearer {api_key}"} if api_key else {},
            limits=httpx.Limits(max_connections=None, max_keepalive_connections=concurrency),
        )
        self._loop = LoopThread("language model", self._http.aclose)
        self._turns = asyncio.Semaphore(concurrency)

    async def post(self, path: str, body: dict[str, Any]) -> Answer:
        """Send JSON.

        Raises:
            LlmError: no connection, or an answer that is no HTTP or has no end.
        """
        async with self._turns:
            return await self._sent(self._http.build_request("POST", path, json=body))

    async def get(self, path: str) -> Answer:
        """Ask for something that costs the server nothing. Raises as `post` does."""
        return await self._sent(self._http.build_request("GET", path))

    async def first_model(self) -> str:
        """The first model that the server lists.

        Raises:
            LlmError: the server is away or lists none.
        """
        answer = await self.get("/models")
        if not answer.is_success:
            raise LlmError(failure_of(answer.status, answer.body))
        document = await _json(answer)
        listed = document.get("data") if isinstance(document, dict) else None
        first = listed[0] if isinstance(listed, list) and listed else None
        name = first.get("id") if isinstance(first, dict) else None
        if not isinstance(name, str) or not name:
            raise LlmError(Failure(FailureReason.NO_MODEL))
        return name

    async def close(self) -> None:
        await asyncio.to_thread(self._loop.stop)

    async def _sent(self, request: httpx.Request) -> Answer:
        try:
            return await asyncio.wrap_future(self._loop.submit(self._exchange(request)))
        except TooLargeError as error:
            raise LlmError(Failure(FailureReason.TOO_LARGE)) from error
        except _NO_CONNECTION as error:
            raise LlmError(Failure(FailureReason.CONNECT)) from error
        except httpx.DecodingError as error:
            raise LlmError(Failure(FailureReason.NOT_A_COMPLETION)) from error
        except httpx.HTTPError as error:
            raise LlmError(Failure(FailureReason.CONNECTION_LOST)) from error

    async def _exchange(self, request: httpx.Request) -> Answer:
        try:
            return await exchange(self._http, request, _MOST)
        except _NOT_RECEIVED:
            return await exchange(self._http, request, _MOST)


async def completion_in(answer: Answer, count: int) -> Completion:
    """The completion of up to `count` choices that an answer holds.

    Raises:
        LlmError: it holds none.
    """
    try:
        return read_completion(await _json(answer), count)
    except NotACompletionError as error:
        raise LlmError(Failure(FailureReason.NOT_A_COMPLETION, answer.status)) from error


async def _json(answer: Answer) -> Any:
    try:
        if len(answer.body) > _QUICK:
            return await asyncio.to_thread(json.loads, answer.body)
        return json.loads(answer.body)
    except (ValueError, RecursionError) as error:
        raise LlmError(Failure(FailureReason.NOT_A_COMPLETION, answer.status)) from error
