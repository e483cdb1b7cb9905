"""Making and changing plans: once, and only by somebody who has seen how they stand."""

from dataclasses import replace
from datetime import date
from uuid import UUID

from app.audit.events import Access, Action, Entity
from app.audit.noting import note_access
from app.domain.errors import ConflictError, InvalidInputError, NotFoundError
from app.domain.horizon import LATEST_DAYS, latest_review, review_after
from app.domain.patient import read_patient
from app.engine.registry import ModelRegistry, ServedModel
from app.storage.consultation_tables import PlanRow
from app.storage.database import TenantDatabase
from app.storage.tables import AnswerRow, Json
from app.storage.worklist import note_plan, note_verdict
from app.usecases.counterfactuals.recorded import recorded_question
from app.usecases.feedback.repository import FeedbackRepository, OvertakenError
from app.usecases.idempotency.keeping import keep_reply
from app.usecases.plans.draft import Draft, draft_of_levels, draft_of_option, levels_at
from app.usecases.plans.mapping import changes_of, standing_of
from app.usecases.plans.reading import followed_up, today
from app.usecases.plans.repository import PlanRepository
from app.usecases.plans.schemas import PlanChangeIn, PlanIn, WhatIfIn
from app.usecases.plans.states import STATE_AFTER, EventKind, StopReason
from app.usecases.plans.told import PlanOut, StandingEvent
from app.usecases.plans.verdicts import accept, take_back
from app.usecases.plans.writing import add_change, add_plan, stop
from app.usecases.predictions.service import predict
from app.usecases.preferences.repository import PreferencesRepository
from app.usecases.preferences.service import check_not_refused

_UNKNOWN = "There is no patient with this id."
_STALE = (
    "This was suggested by a version of the model that is hosted no more. Ask again with current values, and "
    "plan from the new answer."
)
_CHANGED = (
    "Somebody has changed this plan meanwhile, and your change was not stored. On the page, copy what you "
    "wrote before you load it again."
)
_ENDED = "This plan has ended already, and your change was not stored. Make a new plan instead."
_VERDICT = "A verdict on this option was given at the same time, and nothing was stored. Try again."
_ALREADY = (
    "This is the plan already, with another name, note or review date, and yours was not stored. Move the "
    "review, or add a note, at the plan itself."
)
_SUPPOSED = "is of supposed values: a plan departs from the patient's own"


class PlanService:
    """Makes and changes plans."""

    def __init__(self, database: TenantDatabase, registry: ModelRegistry) -> None:
        self._database = database
        self._registry = registry
        self._signature = database.caller.signature

    async def make(self, patient_id: str, wanted: PlanIn) -> tuple[PlanOut, bool]:
        """The plan, and whether it is new: the same again, while it is active, changes nothing.

        An active plan by the same model is stopped: it is replaced.

        Raises:
            NotFoundError: nothing is on record for the patient.
            InvalidInputError: what is to be planned is not the patient's, or not open to them; or the date is
                none for a review.
            ConflictError: it is of a version that is hosted no more, was declined, or is the active plan
                already under another name, note or review date; or a preference has no options offered to
                the patient.
            ClassifierError, RecordError: classifier or database are away.
        """
        if wanted.review_on is not None:
            _check_review(wanted.review_on)
        draft, served = await self._draft(patient_id, wanted)
        review_on = wanted.review_on or review_after(served.model.schema.model.horizon, today())
        try:
            return await self._keep(patient_id, wanted, draft, review_on)
        except OvertakenError as error:
            raise ConflictError(_VERDICT, {"standing_event": None}) from error

    async def change(self, patient_id: str, plan_id: UUID, change: PlanChangeIn) -> PlanOut:
        """The plan after a change; the same again changes nothing.

        Raises:
            NotFoundError: the patient has no such plan.
            InvalidInputError: the date is none for a review.
            ConflictError: somebody has changed the plan meanwhile, or it has ended.
            RecordError: the database is away.
        """
        if change.review_on is not None:
            _check_review(change.review_on)
        try:
            return await self._change(patient_id, plan_id, change)
        except OvertakenError as error:
            raise ConflictError(_VERDICT, {"standing_event": None}) from error

    async def _change(self, patient_id: str, plan_id: UUID, change: PlanChangeIn) -> PlanOut:
        async with self._database.transaction() as session:
            repository = PlanRepository(session)
            now = await repository.lock(patient_id)
            plan = await repository.get(patient_id, plan_id) if now else None
            if now is None or plan is None:
                raise NotFoundError("This patient has no plan with this id.")
            if not _is_done(plan, change):
                _refuse_stale(plan, change)
                if change.reason is StopReason.UNDONE and plan.counterfactual_id is not None:
                    await take_back(FeedbackRepository(session), plan.counterfactual_id, self._signature)
                    await note_verdict(session, patient_id, plan.answer_id)
                await add_change(repository, plan, change, now, self._signature)
                await note_plan(session, plan.id)
            (told,) = await followed_up(repository, [plan])
            note_access(session, Access(Action.UPDATE, Entity.PLAN, patient_id, plan.answer_id, plan_id))
        return told

    async def _draft(self, patient_id: str, wanted: PlanIn) -> tuple[Draft, ServedModel]:
        async with self._database.transaction() as session:
            repository = PlanRepository(session)
            if not await repository.knows_patient(patient_id):
                raise NotFoundError(_UNKNOWN)
            option = await repository.option(wanted.counterfactual_id) if wanted.counterfactual_id else None
            place, answer_id = _place(wanted), option.answer_id if option else None
            if wanted.what_if is not None:
                answer_id = wanted.what_if.answer_id
            answer = await repository.answer(patient_id, answer_id) if answer_id else None
            if answer is None:
                raise InvalidInputError.at(place, "is not of this patient")
            await self._check_not_refused(PreferencesRepository(session), patient_id, answer)
            base = await repository.answer(patient_id, answer.based_on) if answer.based_on else None
        if base is not None and base.features != answer.features:
            raise InvalidInputError.at(place, _SUPPOSED)
        served = self._registry.with_digest(answer.prediction.model_digest)
        if served is None:
            raise ConflictError(_STALE, {"standing_event": None})
        if option is not None:
            return draft_of_option(answer, option), served
        assert wanted.what_if is not None
        return await self._draft_of_setting(answer, served, wanted.what_if), served

    async def _check_not_refused(
        self, repository: PreferencesRepository, patient_id: str, answer: AnswerRow
    ) -> None:
        made = answer.prediction
        served = self._registry.recorded(made.model_name, made.model_version)
        await check_not_refused(repository, patient_id, served)

    async def _draft_of_setting(self, answer: AnswerRow, served: ServedModel, wanted: WhatIfIn) -> Draft:
        """By the way of POST /predictions, audit row and all."""
        question = recorded_question(answer, served)
        if question is None:
            raise ConflictError(_STALE, {"standing_event": None})
        problem = question.open_problem()
        levels = levels_at(problem, wanted.values)
        planned = draft_of_levels(answer, problem, levels, question.kept, 0.0)
        patient = read_patient(served.model.schema, planned.features)
        found = await predict(served, patient, self._database, answer.patient_id)
        return replace(planned, risk=found.risk)

    async def _keep(
        self, patient_id: str, wanted: PlanIn, draft: Draft, review_on: date
    ) -> tuple[PlanOut, bool]:
        async with self._database.transaction() as session:
            repository = PlanRepository(session)
            now = await repository.lock(patient_id)
            if now is None:  # erased since the option was looked at
                raise NotFoundError(_UNKNOWN)
            await self._check_not_refused(PreferencesRepository(session), patient_id, draft.answer)
            active = await repository.active(patient_id, draft.answer.prediction.model_name)
            is_new = active is None or not _is_same(active, draft)
            if draft.counterfactual_id is not None:
                await accept(FeedbackRepository(session), draft.counterfactual_id, self._signature)
                await note_verdict(session, patient_id, draft.answer.id)
            if active is not None and not is_new:
                _refuse_other_words(active, wanted)
            if is_new:
                if active is not None:
                    await stop(repository, active, StopReason.REPLACED, now, self._signature)
                active = await add_plan(
                    repository, patient_id, wanted, draft, review_on, now, self._signature
                )
                await note_plan(session, active.id)
            assert active is not None
            (told,) = await followed_up(repository, [active])
            action = Action.CREATE if is_new else Action.READ
            access = Access(action, Entity.PLAN, patient_id, active.answer_id, active.id)
            note_access(session, access)
            await keep_reply(session, access, told, 201 if is_new else 200)
        return told, is_new


def _place(wanted: PlanIn) -> str:
    return "/what_if/answer_id" if wanted.what_if else "/counterfactual_id"


def _check_review(day: date) -> None:
    if day < today():
        raise InvalidInputError.at("/review_on", "lies in the past")
    if day > latest_review(today()):
        raise InvalidInputError.at("/review_on", f"is more than two years ({LATEST_DAYS} days) away")


def _is_same(plan: PlanRow, draft: Draft) -> bool:
    if draft.counterfactual_id is not None:
        return plan.counterfactual_id == draft.counterfactual_id
    same_start = plan.counterfactual_id is None and plan.answer_id == draft.answer.id
    return same_start and plan.features == dict(draft.features)


def _refuse_other_words(plan: PlanRow, wanted: PlanIn) -> None:
    """What is planned is never rewritten, and nothing that was typed is dropped without a word."""
    pairs = (wanted.name, plan.name), (wanted.note, plan.note), (wanted.review_on, plan.review_on)
    if any(said is not None and said != kept for said, kept in pairs):
        raise ConflictError(_ALREADY, _standing_event(plan))


def _standing_event(plan: PlanRow) -> Json:
    return {
        "standing_event": StandingEvent.model_validate(standing_of(plan)).model_dump(mode="json"),
    }


def _is_done(plan: PlanRow, change: PlanChangeIn) -> bool:
    """Whether that is what was done last, by somebody who had seen as much: a button pressed twice."""
    *earlier, last = changes_of(plan)
    seen = {last.id, *(event.id for event in earlier[-1:])}
    said = (last.kind, last.review_on, last.reason, last.note)
    return said == (change.kind, change.review_on, change.reason, change.note) and change.replaces in seen


def _refuse_stale(plan: PlanRow, change: PlanChangeIn) -> None:
    last = standing_of(plan)
    if EventKind(last.kind) in STATE_AFTER:
        raise ConflictError(_ENDED, _standing_event(plan))
    if change.replaces != last.id:
        raise ConflictError(_CHANGED, _standing_event(plan))
