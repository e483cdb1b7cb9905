"""The way of a request: validate, cache, classify, propose, repair, verify, rank, record, answer."""

import asyncio
import math
import time
from contextlib import suppress
from dataclasses import dataclass, replace
from uuid import UUID

import numpy as np
from pydantic import ValidationError

from app.audit.events import Access, Action, Entity
from app.audit.noting import note_access
from app.classifiers.threads import in_thread
from app.domain.ask_next import AskNext
from app.domain.certainty import RiskEstimate
from app.domain.counterfactual import Generator
from app.domain.degraded import Degraded
from app.domain.errors import NotFoundError
from app.domain.ids import RequestIds
from app.engine.registry import ModelRegistry
from app.metrics import ANSWERS
from app.storage.cache import Cache, CacheAwayError, answer_key
from app.storage.database import TenantDatabase
from app.storage.gone import GoneMeanwhileError
from app.storage.record import INSERT_ANSWER, INSERT_REQUEST, Values
from app.usecases.counterfactuals.alone import estimated
from app.usecases.counterfactuals.computation import Computation
from app.usecases.counterfactuals.mapping import from_result, from_row, to_parameters, to_request_parameters
from app.usecases.counterfactuals.refinements import Refinements
from app.usecases.counterfactuals.repository import AnswerRepository
from app.usecases.counterfactuals.request import ValidatedRequest, validate
from app.usecases.counterfactuals.schemas import CounterfactualsAnswer, CounterfactualsRequest
from app.usecases.idempotency.keeping import keep_reply
from app.usecases.idempotency.repository import Transaction
from app.usecases.measurements.from_ehr import newest_result, record_found
from app.usecases.measurements.repository import MeasurementRepository
from app.usecases.preferences.repository import PreferencesRepository
from app.usecases.preferences.service import standing_on_record, standing_preferences
from app.usecases.watch import Watch

SLOWEST_S = 60.0
"""How long equal questions may be held back by the one being answered."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One time that an answer leaves the service: under which ids, since when, and how long it is waited for.

    `started` is by `time.perf_counter`, `ends` by `time.monotonic`. `refines` is the answer that was given
    before to the same question, in a hurry.
    """

    ids: RequestIds
    started: float
    ends: float = math.inf
    refines: UUID | None = None

    @property
    def is_hurried(self) -> bool:
        return self.ends < math.inf

    @property
    def elapsed_ms(self) -> float:
        return round(1000 * (time.perf_counter() - self.started), 1)


class CounterfactualService:
    """Answers questions. I/O happens here, at both ends; everything between is plain functions."""

    def __init__(
        self,
        registry: ModelRegistry,
        database: TenantDatabase,
        cache: Cache,
        computation: Computation,
        refinements: Refinements | None = None,
        watch: Watch | None = None,
    ) -> None:
        """Without `refinements` hurried answers are left as they are; without `watch` nobody is counted."""
        self._registry = registry
        self._database = database
        self._cache = cache
        self._computation = computation
        self._refinements = refinements or Refinements(0)
        self._watch = watch
        self._llm = computation.proposer

    async def answer(
        self,
        request: CounterfactualsRequest,
        base: CounterfactualsAnswer | None = None,
        wait_s: float | None = None,
    ) -> CounterfactualsAnswer:
        """The recorded answer to a request, from the cache where the same was asked before.

        `base` is the answer that a what-if departed from. With `wait_s` the answer has what there is after so
        many seconds; if that is not all, the whole answer is worked out behind it, and recorded as its
        refinement.

        Raises:
            InvalidInputError: the request does not fit the model's schema.
            ConflictError: a preference on record has no options offered to the patient; or the answer
                that a what-if departed from was erased meanwhile.
            RecordError: the answer could not be recorded, so it is not given.
            ClassifierError: the classifier is away.
        """
        delivery = Delivery(self._database.caller.ids, time.perf_counter(), _end_of(wait_s))
        validated = await self._validated(request, base)
        uses_preferences = request.constraints is not None and request.constraints.use_preferences
        validated = await self._with_what_is_on_record(validated, uses_preferences)
        answer = await self._answer(validated, delivery)
        generation, model = answer.generation, answer.model
        degraded = ",".join(generation.degraded) or "no"
        ANSWERS.labels(model.name, model.version, answer.status, generation.cached, degraded).inc()
        if self._watch is not None and base is None:  # what a what-if supposes is nobody
            risks = np.array([answer.prediction.risk])
            self._watch.asked(self._database.caller.tenant, validated.served, [validated.patient], risks)
        return answer

    async def recorded(self, answer_id: UUID) -> CounterfactualsAnswer:
        """A recorded answer.

        Raises:
            NotFoundError: there is none with this id.
        """
        async with self._database.transaction() as session:
            row = await AnswerRepository(session).get(answer_id)
            if row is None:
                raise NotFoundError("There is no answer with this id.")
            note_access(session, Access(Action.READ, Entity.ANSWER, row.patient_id, answer_id))
            return from_row(row)

    async def _check_not_refused(self, validated: ValidatedRequest) -> None:
        standing = await standing_preferences(self._database, validated.patient_id, validated.served)
        standing.check_that_options_may_be_asked_for()

    async def _validated(
        self, request: CounterfactualsRequest, base: CounterfactualsAnswer | None
    ) -> ValidatedRequest:
        """The checked question; a bundle may take hundredths of a second, for which nobody else waits."""
        if request.fhir is None:
            return validate(self._registry, request, base)
        return await asyncio.to_thread(validate, self._registry, request, base)

    async def _with_what_is_on_record(
        self, validated: ValidatedRequest, uses_preferences: bool
    ) -> ValidatedRequest:
        """With the newest result that is known, which counts in place of the estimate.

        Refused where a preference is against options; within all preferences where the question uses them.
        """
        patient_id, served = validated.patient_id, validated.served
        async with self._database.transaction() as session:
            standing = await standing_on_record(PreferencesRepository(session), patient_id, served)
            standing.check_that_options_may_be_asked_for()
            results = MeasurementRepository(session)
            measured, left = await newest_result(results, patient_id, served, validated.found)
        if uses_preferences:
            validated = validated.within(standing)
        record = validated.record
        return replace(validated, measured=measured, record=record and record.without(left))

    async def _answer(self, validated: ValidatedRequest, delivery: Delivery) -> CounterfactualsAnswer:
        """From the cache, or computed while equal questions wait; that the cache is away is no error."""
        digest = validated.digest(self._made_by(validated))
        key = answer_key(self._database.caller.tenant, digest)
        try:
            if cached := await self._answer_cached(key, validated, delivery):
                return cached
        except CacheAwayError:
            answer = await self._compute_and_record(validated, digest, delivery, cache_away=True)
            self._refine_where_cut_short(validated, answer)
            return answer
        if delivery.is_hurried:  # which waits for nobody else's answer
            answer = await self._compute_and_record(validated, digest, delivery)
            await self._cache_for_others(key, answer)
            self._refine_where_cut_short(validated, answer)
            return answer
        async with self._cache.single_flight(key, SLOWEST_S):
            try:
                cached = await self._answer_cached(key, validated, delivery)
            except CacheAwayError:
                return await self._compute_and_record(validated, digest, delivery, cache_away=True)
            if cached:
                return cached
            answer = await self._compute_and_record(validated, digest, delivery)
            await self._cache_for_others(key, answer)
            return answer

    def _refine_where_cut_short(self, validated: ValidatedRequest, answer: CounterfactualsAnswer) -> None:
        if Degraded.DEADLINE in answer.generation.degraded:
            # Its own unit of work: the reply to the caller's key is the answer that they get.
            behind = CounterfactualService(
                self._registry, self._database.apart(), self._cache, self._computation, self._refinements
            )
            self._refinements.begin(behind._refine(validated, answer.id))

    async def _refine(self, validated: ValidatedRequest, refines: UUID) -> bool:
        """Work the whole answer out, and have it recorded and cached as if nobody had been in a hurry.

        Of equal questions one is worked out, and the others find it; whether this was the one.

        Raises:
            ConflictError: the patient was erased meanwhile, or options are refused.
        """
        delivery = Delivery(self._database.caller.ids, time.perf_counter(), refines=refines)
        digest = validated.digest(self._made_by(validated))
        key = answer_key(self._database.caller.tenant, digest)
        async with self._cache.single_flight(key, SLOWEST_S):
            with suppress(CacheAwayError):
                if await self._cached(key) is not None:
                    return False
            answer = await self._compute_and_record(validated, digest, delivery)
            await self._cache_for_others(key, answer)
        return True

    async def _cached(self, key: str) -> CounterfactualsAnswer | None:
        """What the cache has.

        Raises:
            CacheAwayError: the cache is away.
        """
        text = await self._cache.get(key)
        if text is None:
            return None
        try:
            return CounterfactualsAnswer.model_validate_json(text)
        except ValidationError:
            return None  # not of this service, or cut off

    async def _answer_cached(
        self, key: str, validated: ValidatedRequest, delivery: Delivery
    ) -> CounterfactualsAnswer | None:
        """The cached answer, once it is recorded that it was given again, and what else resources tell.

        Raises:
            CacheAwayError: the cache is away.
        """
        answer = await self._cached(key)
        if answer is None:
            return None
        again = to_request_parameters(answer.id, delivery.ids)
        with suppress(GoneMeanwhileError):  # erased in this very moment, or the record is of before it
            async with self._database.transaction() as session:
                await self._record_results(session, validated)
                if (await session.execute(INSERT_REQUEST, again)).first() is None:
                    raise GoneMeanwhileError
                access = Access(Action.READ, Entity.ANSWER, answer.patient_id, answer.id)
                note_access(session, access)
                told = answer.as_cached(delivery.elapsed_ms)
                await keep_reply(session, access, told)
                return told
        return None  # so that it is answered anew

    async def _compute_and_record(
        self, validated: ValidatedRequest, digest: str, delivery: Delivery, cache_away: bool = False
    ) -> CounterfactualsAnswer:
        estimate, ask_next = await self._estimate(validated)
        result = await self._computation.result(validated, estimate.risk, delivery.ends)
        asks_llm = self._llm is not None and validated.preferences.generator is not Generator.SEARCH
        if asks_llm or delivery.refines is not None:
            # A language model, or the wait behind an answer, may take seconds: time enough to refuse options.
            await self._check_not_refused(validated)
        answer = from_result(validated, estimate, result, cache_away, delivery.elapsed_ms, ask_next)
        answer = answer.model_copy(update={"refines": delivery.refines})
        parameters = to_parameters(validated, digest, answer, delivery.ids)
        try:
            await self._record(parameters, answer, validated)
        except GoneMeanwhileError:  # the patient was erased in this very moment: this is a new one
            if delivery.refines is not None:
                raise  # nobody asks any more
            await self._record(parameters, answer, validated)
        return answer

    async def _record(
        self, parameters: Values, answer: CounterfactualsAnswer, validated: ValidatedRequest
    ) -> None:
        async with self._database.transaction() as session:
            await self._record_results(session, validated)
            await session.execute(INSERT_ANSWER, parameters)
            access = Access(Action.CREATE, Entity.ANSWER, answer.patient_id, answer.id)
            note_access(session, access)
            await keep_reply(session, access, answer)

    async def _record_results(self, session: Transaction, validated: ValidatedRequest) -> None:
        """What the bundle says of results, be they in the question, as the newest is, or not."""
        if validated.found is not None:
            results, by = MeasurementRepository(session), self._database.caller.signature
            patient_id, served = validated.patient_id, validated.served
            note_access(session, *await record_found(results, patient_id, served, validated.found, by))

    async def _cache_for_others(self, key: str, answer: CounterfactualsAnswer) -> None:
        """Unless the next equal question may find the language model back, or saying something else, or have
        more time."""
        degraded = answer.generation.degraded
        if Degraded.DEADLINE in degraded or (self._llm is not None and any(one.passes for one in degraded)):
            return
        with suppress(CacheAwayError):  # recorded all the same; the next equal question costs its time
            await self._cache.put(key, answer.model_dump_json(by_alias=True))

    async def _estimate(self, validated: ValidatedRequest) -> tuple[RiskEstimate, list[AskNext]]:
        # In a thread, like all that asks the classifier: it may be on another machine.
        return await in_thread(validated.served.model.classifier, estimated, validated)

    def _made_by(self, validated: ValidatedRequest) -> str:
        """Who proposes, and within which budget."""
        asks = self._llm is not None and self._computation.asks_language_model(validated)
        proposer = self._llm.version(validated.served.model.schema) if self._llm and asks else "search"
        return f"{proposer} within {self._computation.work:g}"


def _end_of(wait_s: float | None) -> float:
    return math.inf if wait_s is None else time.monotonic() + wait_s
