"""A client of any OpenAI-compatible chat-completions server: vLLM, llama.cpp, a hosted one."""

import asyncio
from dataclasses import dataclass
from typing import Any

import httpx

from app.proposers.llm.breaker import Breaker
from app.proposers.llm.prompt import Message

_THIS_MACHINE = {"127.0.0.1", "localhost", "::1"}
_NOT_RECEIVED = (httpx.ConnectError, httpx.WriteError, httpx.RemoteProtocolError)
"""What a server that restarts, or closes an idle connection, does: the request may be sent once more."""


class LlmError(RuntimeError):
    """The server is away, or answers with an error or with something that is not a completion."""


class LlmTimeoutError(LlmError):
    """Nothing came back before the deadline."""


@dataclass(frozen=True, slots=True)
class Completion:
    """Sampled answers, and what they cost as the server counts it (None where it does not)."""

    texts: list[str]
    prompt_tokens: int | None
    completion_tokens: int | None
    """Of all answers."""
    first_tokens: int | None = None
    """Of the first answer, where the server counts that one alone."""


class LlmClient:
    """Samples several answers with one request, so that the server reads the prompt once.

    At most `concurrency` requests are under way; others wait, and their waiting counts. A server that
    fails again and again is left alone for a while (`breaker`).
    """

    def __init__(
        self, base_url: str, model: str | None, api_key: str | None, concurrency: int, breaker: Breaker
    ) -> None:
        headers = {"Authorization": f"Bearer {api_key}"} if api_key else {}
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=concurrency)
        # No timeout of the client's own: the deadline covers the whole exchange. A proxy is for servers
        # elsewhere: it would not reach one on this machine.
        self._http = httpx.AsyncClient(
            base_url=base_url.rstrip("/"),
            headers=headers,
            limits=limits,
            timeout=None,
            trust_env=httpx.URL(base_url).host not in _THIS_MACHINE,
        )
        self._model = model
        self._turns = asyncio.Semaphore(concurrency)
        self._breaker = breaker

    @property
    def model(self) -> str | None:
        """The model asked for; None until the first call where no setting names one."""
        return self._model

    async def sample(
        self,
        messages: list[Message],
        schema: dict[str, Any],
        count: int,
        temperature: float,
        max_tokens: int,
        deadline_s: float,
        seed: int | None = None,
    ) -> Completion:
        """Up to `count` answers; leaving, at the deadline or when cancelled, closes the connection.

        Servers end generation when their caller is gone. `seed` is for the server's sampling.

        Raises:
            LlmTimeoutError: none came in time.
            LlmError: the server is away, refuses, answers with something else, or is being left alone.
        """
        if not self._breaker.admits():
            raise LlmError("the language model failed too often and is being left alone for a while")
        body = {
            "messages": messages,
            "n": count,
            "temperature": temperature,
            "max_tokens": max_tokens,
            "response_format": {
                "type": "json_schema",
                "json_schema": {"name": "changes", "schema": schema},
            },
        }
        if seed is not None:
            body["seed"] = seed
        try:
            async with asyncio.timeout(deadline_s), self._turns:
                completion = await self._complete(body)
        except TimeoutError as error:
            self._breaker.failed()
            raise LlmTimeoutError("the language model did not answer in time") from error
        except (httpx.HTTPError, ValueError, LookupError, TypeError, RecursionError) as error:
            self._breaker.failed()
            raise LlmError("the language model did not answer with a completion") from error
        self._breaker.succeeded()
        return completion

    async def _complete(self, body: dict[str, Any]) -> Completion:
        body["model"] = self._model or await self._served_model()
        try:
            response = await self._http.post("/chat/completions", json=body)
        except _NOT_RECEIVED:
            response = await self._http.post("/chat/completions", json=body)
        response.raise_for_status()
        answer = response.json()
        texts = [str(choice["message"]["content"]) for choice in answer["choices"][: body["n"]]]
        usage = answer.get("usage") or {}
        read, said = _count(usage.get("prompt_tokens")), _count(usage.get("completion_tokens"))
        # llama.cpp, which alone has `timings`, merges several answers but gives the usage of the first.
        if "timings" in answer and len(texts) > 1:
            return Completion(texts, read, None, said)
        return Completion(texts, read, said)

    async def _served_model(self) -> str:
        response = await self._http.get("/models")
        response.raise_for_status()
        self._model = str(response.json()["data"][0]["id"])
        return self._model

    async def is_ready(self) -> bool:
        try:
            async with asyncio.timeout(2):
                return (await self._http.get("/models")).is_success
        except (TimeoutError, httpx.HTTPError):
            return False

    async def close(self) -> None:
        await self._http.aclose()


def _count(tokens: object) -> int | None:
    return tokens if isinstance(tokens, int) and 0 <= tokens < 1 << 31 else None
