"""A client of any OpenAI-compatible chat-completions server: vLLM, llama.cpp, a hosted one."""

import asyncio
from typing import Any

import httpx

from app.proposers.llm.prompt import Message

_THIS_MACHINE = {"127.0.0.1", "localhost", "::1"}


class LlmError(RuntimeError):
    """The server is away, or answers with an error or with something that is not a completion."""


class LlmTimeoutError(LlmError):
    """Nothing came back before the deadline."""


class LlmClient:
    """Samples several answers with one request, so that the server reads the prompt once."""

    def __init__(self, base_url: str, model: str | None, api_key: str | None) -> None:
        headers = {"Authorization": f"Bearer {api_key}"} if api_key else {}
        limits = httpx.Limits(max_connections=256, max_keepalive_connections=64)
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
    ) -> list[str]:
        """Up to `count` answers; leaving at the deadline closes the connection, which ends generation.

        Raises:
            LlmTimeoutError: none came in time.
            LlmError: the server is away, refuses, or answers with something else.
        """
        try:
            async with asyncio.timeout(deadline_s):
                model = self._model or await self._served_model()
                body = {
                    "model": model,
                    "messages": messages,
                    "n": count,
                    "temperature": temperature,
                    "max_tokens": max_tokens,
                    "response_format": {
                        "type": "json_schema",
                        "json_schema": {"name": "changes", "schema": schema},
                    },
                }
                response = await self._http.post("/chat/completions", json=body)
                response.raise_for_status()
                return [str(choice["message"]["content"]) for choice in response.json()["choices"][:count]]
        except TimeoutError as error:
            raise LlmTimeoutError("the language model did not answer in time") from error
        except (httpx.HTTPError, ValueError, LookupError, TypeError, RecursionError) as error:
            raise LlmError("the language model did not answer with a completion") from error

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
