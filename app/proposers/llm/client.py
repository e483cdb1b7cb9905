"""A client of any OpenAI-compatible chat-completions server: vLLM, llama.cpp, a hosted one."""

import asyncio
from collections.abc import Iterable

import structlog

from app.metrics import BREAKER_OPEN
from app.proposers.llm.breaker import Breaker
from app.proposers.llm.completion import Completion, together
from app.proposers.llm.dialect import Dialect, Form, SamplingRequest, body_of
from app.proposers.llm.failures import Failure, FailureReason, Failures, LlmError, LlmTimeoutError
from app.proposers.llm.refusals import failure_of, refused
from app.proposers.llm.server import Server, completion_in

_READY_S = 2.0
_NOT_FOUND = 404
_BREAKER_OPEN = BREAKER_OPEN.labels("llm")
_log = structlog.get_logger()


class LlmClient:
    """Samples several answers, with one request where the server can, so that it reads the prompt once.

    At most `concurrency` requests are under way; others wait, and their waiting counts. A server that
    fails again and again is left alone for a while (`breaker`). What a server takes of the protocol is
    learned from its refusals, and kept for the client's life.
    """

    def __init__(
        self, base_url: str, model: str | None, api_key: str | None, concurrency: int, breaker: Breaker
    ) -> None:
        self._server = Server(base_url, api_key, concurrency)
        self._is_named = model is not None
        self._model = model
        self._breaker = breaker
        self._dialect = Dialect()
        self.failures = Failures()

    @property
    def model(self) -> str | None:
        """The model asked for; None until the first call where no setting names one."""
        return self._model

    @property
    def form(self) -> Form:
        """How the form of an answer is asked for, as far as is known."""
        return self._dialect.form

    @property
    def is_resting(self) -> bool:
        """Whether the server is being left alone."""
        return self._breaker.is_open

    async def sample(self, sampling: SamplingRequest, count: int, deadline_s: float) -> Completion:
        """Up to `count` answers; leaving, at the deadline or when cancelled, closes the connections.

        Servers end generation when their caller is gone. Where each answer takes a request of its own, those
        are given that came in time.

        Raises:
            LlmTimeoutError: none came in time.
            LlmError: the server is away, refuses, answers with something else, or is being left alone.
        """
        try:
            if not self._breaker.admits():
                raise LlmError(Failure(FailureReason.BREAKER_OPEN))
            completion = await self._sampled(sampling, count, asyncio.get_running_loop().time() + deadline_s)
        except LlmError as error:
            self.failures.note(error.failure)
            if error.failure.reason is not FailureReason.BREAKER_OPEN:
                self._breaker.failed()
                _BREAKER_OPEN.set(self.is_resting)
            raise
        self._breaker.succeeded()
        _BREAKER_OPEN.set(0)
        return completion

    async def _sampled(self, sampling: SamplingRequest, count: int, until: float) -> Completion:
        if count > 1 and not self._dialect.many:
            return together(await self._each(sampling, range(count), until))
        try:
            async with asyncio.timeout_at(until):
                first = await self._complete(sampling, count)
        except TimeoutError as error:
            raise LlmTimeoutError from error
        if count == 1 or first.choices != 1:
            return first
        # It takes `n` and passes it over (Ollama, TGI), or has just refused it.
        self._keep(self._dialect.alone)
        with_others = await self._each(sampling, range(1, count), until, beside=first)
        return together(with_others)

    async def _each(
        self, sampling: SamplingRequest, places: Iterable[int], until: float, beside: Completion | None = None
    ) -> list[Completion]:
        """An answer to a request of its own for each place, and the one there is; those that failed are left
        out.

        Raises:
            LlmError: all did.
        """
        tasks = [asyncio.create_task(self._complete(sampling, 1, place)) for place in places]
        try:
            await asyncio.wait(tasks, timeout=max(0.0, until - asyncio.get_running_loop().time()))
        finally:
            for task in tasks:
                task.cancel()
            ended = await asyncio.gather(*tasks, return_exceptions=True)
        whole = [one for one in (beside, *ended) if isinstance(one, Completion)]
        if not whole:
            raise next((one for one in ended if isinstance(one, LlmError)), LlmTimeoutError())
        return whole

    async def _complete(self, sampling: SamplingRequest, count: int, place: int = 0) -> Completion:
        """Answers to one request, in the best way to ask that the server takes.

        A way is kept once it led to a completion: a refusal that came of something else teaches nothing.
        """
        dialect, renamed = self._dialect, self._is_named
        model = self._model or await self._served_model()
        while True:
            body = body_of(sampling, dialect, model, count if dialect.many else 1, place)
            answer = await self._server.post("/chat/completions", body)
            if answer.is_success:
                completion = await completion_in(answer, count)
                self._keep(dialect)
                return completion
            if answer.status == _NOT_FOUND and not renamed:
                renamed, before, model = True, model, await self._served_model()
                if model != before:
                    continue
            parameter = refused(answer.status, answer.body, body)
            poorer = dialect.without(parameter) if parameter else None
            if poorer is None:
                raise LlmError(failure_of(answer.status, answer.body, parameter is not None))
            dialect = poorer

    def _keep(self, dialect: Dialect) -> None:
        if dialect != self._dialect:
            self._dialect = dialect
            _log.info("llm_dialect", **dialect.as_log)

    async def _served_model(self) -> str:
        """The first model that the server lists; asked anew once it does not know the last one."""
        self._model = await self._server.first_model()
        return self._model

    async def unreadiness(self) -> Failure | None:
        """Why the server does not list its models just now; None if it does."""
        try:
            async with asyncio.timeout(_READY_S):
                answer = await self._server.get("/models")
        except TimeoutError:
            return Failure(FailureReason.TIMEOUT)
        except LlmError as error:
            return error.failure
        return None if answer.is_success else failure_of(answer.status, answer.body)

    async def close(self) -> None:
        await self._server.close()
