"""A client of any OpenAI-compatible chat-completions server: vLLM, llama.cpp, a hosted one."""

import asyncio
from typing import Any

import httpx

from app.proposers.llm.prompt import Message


class LlmError(RuntimeError):
    """The server is away, or answers with an error or with something that is not a completion."""


class LlmTimeoutError(LlmError):
    """Nothing came back before the deadline."""


class LlmClient:
    """Samples answers in parallel: n requests of one choice each.

    Parallel requests work on every server (llama.cpp's ignores `n` beyond one choice), share the
    prompt's cache there, and let those that finish before the deadline count.
    """

    def __init__(self, base_url: str, model: str | None, api_key: str | None) -> None:
        headers = {"Authorization": f"Bearer {api_key}"} if api_key else {}
        limits = httpx.Limits(max_connections=256, max_keepalive_connections=64)
        self._http = httpx.AsyncClient(
            base_url=base_url.rstrip("/"), headers=headers, limits=limits, timeout=None
        )
        self._model = model

    @property
    def model(self) -> str | None:
        """The model asked for; None until the first call where the setting names none."""
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
        """Up to `count` answers that came before the deadline, in the order of their seeds.

        Raises:
            LlmTimeoutError: none came in time.
            LlmError: the server is away or refuses.
        """
        try:
            async with asyncio.timeout(deadline_s):
                model = self._model or await self._served_model()
        except TimeoutError as error:
            raise LlmTimeoutError("the language model did not name itself in time") from error
        body = {
            "model": model,
            "messages": messages,
            "temperature": temperature,
            "max_tokens": max_tokens,
            "response_format": {"type": "json_schema", "json_schema": {"name": "changes", "schema": schema}},
        }
        tasks = [asyncio.create_task(self._complete(body | {"seed": seed})) for seed in range(1, count + 1)]
        try:
            await asyncio.wait(tasks, timeout=deadline_s)
        finally:
            for task in tasks:
                task.cancel()
        return await _finished(tasks)

    async def _complete(self, body: dict[str, Any]) -> str:
        try:
            response = await self._http.post("/chat/completions", json=body)
            response.raise_for_status()
            return str(response.json()["choices"][0]["message"]["content"])
        except (httpx.HTTPError, ValueError, LookupError, TypeError) as error:
            raise LlmError("the language model did not answer with a completion") from error

    async def _served_model(self) -> str:
        try:
            response = await self._http.get("/models")
            response.raise_for_status()
            self._model = str(response.json()["data"][0]["id"])
        except (httpx.HTTPError, ValueError, LookupError, TypeError) as error:
            raise LlmError("the language model's server does not say what it serves") from error
        return self._model

    async def is_ready(self) -> bool:
        try:
            async with asyncio.timeout(2):
                return (await self._http.get("/models")).is_success
        except (TimeoutError, httpx.HTTPError):
            return False

    async def close(self) -> None:
        await self._http.aclose()


async def _finished(tasks: list["asyncio.Task[str]"]) -> list[str]:
    results = await asyncio.gather(*tasks, return_exceptions=True)
    answers = [result for result in results if isinstance(result, str)]
    if answers:
        return answers
    if all(isinstance(result, asyncio.CancelledError) for result in results):
        raise LlmTimeoutError("the language model did not answer in time")
    raise LlmError("the language model is away")
