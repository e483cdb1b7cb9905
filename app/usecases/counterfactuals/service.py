"""The way of a request: validate, cache, classify, propose, settle, verify, rank, record, answer."""

import asyncio
import time
from contextlib import suppress
from uuid import UUID

from pydantic import ValidationError

from app.classifiers.threads import in_thread
from app.domain.counterfactual import GenerationStats, Generator, RecourseResult
from app.domain.errors import NotFoundError
from app.domain.ids import RequestIds
from app.engine.problem import RecourseProblem
from app.engine.recommend import already_valid, recommend
from app.engine.registry import ModelRegistry
from app.engine.search import search
from app.metrics import ANSWERS
from app.proposers.base import Degraded, Proposals
from app.proposers.llm.proposer import LlmProposer
from app.storage.cache import Cache, CacheAwayError
from app.storage.database import Database
from app.usecases.counterfactuals import recorded
from app.usecases.counterfactuals.answering import as_answer
from app.usecases.counterfactuals.recording import recording, recording_again
from app.usecases.counterfactuals.repository import AnswerRepository
from app.usecases.counterfactuals.request import Asked, read_request
from app.usecases.counterfactuals.schemas import CounterfactualsAnswer, CounterfactualsRequest

SLOWEST_S = 60.0
"""How long equal questions may be held back by the one being answered."""


class CounterfactualService:
    """Answers questions. I/O happens here, at both ends; everything between is plain functions."""

    def __init__(
        self, registry: ModelRegistry, database: Database, cache: Cache, llm: LlmProposer | None
    ) -> None:
        self._registry = registry
        self._database = database
        self._cache = cache
        self._llm = llm

    async def answer(
        self, request: CounterfactualsRequest, ids: RequestIds, base: CounterfactualsAnswer | None = None
    ) -> CounterfactualsAnswer:
        """The recorded answer to a request, from the cache where the same was asked before.

        `base` is the answer that a what-if departed from.

        Raises:
            InvalidInputError: the request does not fit the model's schema.
            RecordError: the answer could not be recorded, so it is not given.
            ClassifierError: the classifier is away.
        """
        started = time.perf_counter()
        asked = read_request(self._registry, request, base)
        answer = await self._answered(asked, ids, started)
        generation = answer.generation
        ANSWERS.labels(answer.model.name, answer.status, generation.cached, generation.degraded or "no").inc()
        return answer

    async def _answered(self, asked: Asked, ids: RequestIds, started: float) -> CounterfactualsAnswer:
        digest = asked.digest(self._proposer_version(asked))
        key = f"turnpoint:answer:{digest}"
        try:
            cached = await self._from_cache(key, ids, started)
        except CacheAwayError:
            return await self._fresh(asked, digest, None, ids, started)
        if cached is not None:
            return cached
        async with self._cache.single_flight(key, SLOWEST_S):
            try:
                cached = await self._from_cache(key, ids, started)
            except CacheAwayError:
                return await self._fresh(asked, digest, None, ids, started)
            return cached or await self._fresh(asked, digest, key, ids, started)

    async def recorded(self, answer_id: UUID) -> CounterfactualsAnswer:
        """A recorded answer.

        Raises:
            NotFoundError: there is none with this id.
        """
        async with self._database.transaction() as session:
            row = await AnswerRepository(session).get(answer_id)
            if row is None:
                raise NotFoundError("There is no answer with this id.")
            return recorded.as_answer(row)

    def _proposer_version(self, asked: Asked) -> str:
        llm, name = self._llm, asked.served.model.name
        if llm is None or asked.preferences.generator is Generator.SEARCH or not llm.knows(name):
            return "search"
        return llm.version

    async def _from_cache(self, key: str, ids: RequestIds, started: float) -> CounterfactualsAnswer | None:
        """The cached answer, once it is recorded that it was given again."""
        text = await self._cache.get(key)
        if text is None:
            return None
        try:
            answer = CounterfactualsAnswer.model_validate_json(text)
        except ValidationError:
            return None  # not of this service, or cut off
        if not await self._database.run(*recording_again(answer.id, ids)):
            return None  # the record was restored to before this answer: answer anew
        return answer.again(_milliseconds_since(started))

    async def _fresh(
        self, asked: Asked, digest: str, key: str | None, ids: RequestIds, started: float
    ) -> CounterfactualsAnswer:
        """Work out, record and cache an answer; `key` is None when the cache is away."""
        outcome = await self._work_out(asked)
        answer = as_answer(asked, outcome, cache_away=key is None, elapsed_ms=_milliseconds_since(started))
        await self._database.run(*recording(asked, digest, answer, ids))
        if key is not None and (self._llm is None or not _passes(outcome.generation.degraded)):
            # The next equal question may find the language model back, or saying something else.
            with suppress(CacheAwayError):  # recorded all the same; the next equal question costs its time
                await self._cache.put(key, answer.model_dump_json(by_alias=True))
        return answer

    async def _work_out(self, asked: Asked) -> RecourseResult:
        question, classifier = asked.question(), asked.served.model.classifier
        # In a thread, like all that asks the classifier: it may be on another machine.
        risk = float((await in_thread(classifier, question.risk, question.unchanged))[0])
        if risk <= asked.target:
            return already_valid(risk)
        found, proposals = await asyncio.gather(
            in_thread(classifier, search, question, asked.served.references, asked.preferences),
            self._propose(question, asked.preferences.generator),
        )
        return await in_thread(
            classifier,
            recommend,
            question,
            asked.served.references,
            asked.preferences,
            risk,
            found,
            proposals.levels,
            _generation(proposals),
        )

    async def _propose(self, question: RecourseProblem, generator: Generator) -> Proposals:
        nothing = question.unchanged[:0]
        if generator is Generator.SEARCH or len(question.levers) == 0:
            return Proposals(nothing, asked=0, model=None, prompt_version=None)
        if self._llm is None:
            return Proposals(nothing, 0, None, None, degraded=Degraded.LLM_UNAVAILABLE)
        if not self._llm.knows(question.schema.model.name):
            return Proposals(nothing, 0, None, None, degraded=Degraded.LLM_NOT_TAUGHT)
        return await self._llm.propose(question)


def _passes(degraded: str | None) -> bool:
    return degraded is not None and Degraded(degraded).passes


def _generation(proposals: Proposals) -> GenerationStats:
    usage = proposals.usage
    return GenerationStats(
        proposals=proposals.asked,
        well_formed=len(proposals.levels),
        valid=0,
        repaired=0,
        llm_model=proposals.model,
        prompt_version=proposals.prompt_version,
        degraded=proposals.degraded,
        prompt_tokens=usage.prompt_tokens if usage else None,
        completion_tokens=usage.completion_tokens if usage else None,
        llm_ms=usage.milliseconds if usage else None,
    )


def _milliseconds_since(started: float) -> float:
    return round(1000 * (time.perf_counter() - started), 1)
