"""The verdict on an option that becomes a plan, in the transaction of the plan."""

from uuid import UUID

from app.audit.events import Access, Action, Entity
from app.audit.noting import note_access
from app.domain.errors import ConflictError
from app.domain.ids import uuid7
from app.engine.registry import ModelRegistry
from app.storage.database import TenantDatabase
from app.storage.feedback_tables import FeedbackRow
from app.storage.worklist import note_plan
from app.usecases.feedback.reasons import Verdict
from app.usecases.feedback.repository import FeedbackRepository, Transaction, current_verdicts
from app.usecases.feedback.schemas import FeedbackIn
from app.usecases.feedback.service import record
from app.usecases.plans.repository import PlanRepository
from app.usecases.plans.states import StopReason
from app.usecases.plans.writing import stop

_DECLINED = "This option was declined, and no plan was made. Take that back first: see its verdict."


_STOPPED_BY = {Verdict.DECLINED: StopReason.DECLINED, Verdict.WITHDRAWN: StopReason.UNDONE}


async def give(
    database: TenantDatabase, registry: ModelRegistry, answer_id: UUID, given: FeedbackIn
) -> tuple[FeedbackRow, str, bool]:
    """Record a verdict, and stop the plan that it contradicts; as `feedback.service.record` otherwise."""
    return await record(database, registry, answer_id, given, _stop_contradicted)


async def accept(verdicts: FeedbackRepository, counterfactual_id: UUID, given_by: str | None) -> None:
    """Record that the option is accepted, unless that stands.

    Raises:
        ConflictError: it was declined.
        OvertakenError: another verdict was given at the same time.
    """
    last = await _standing(verdicts, counterfactual_id)
    if last is not None and last.verdict == Verdict.DECLINED:
        raise ConflictError(_DECLINED, {"standing_event": None})
    if last is None or last.verdict != Verdict.ACCEPTED:
        await _add(verdicts, counterfactual_id, Verdict.ACCEPTED, last, given_by)


async def take_back(verdicts: FeedbackRepository, counterfactual_id: UUID, given_by: str | None) -> None:
    """Take back that the option is accepted, where that stands.

    Raises:
        OvertakenError: another verdict was given at the same time.
    """
    last = await _standing(verdicts, counterfactual_id)
    if last is not None and last.verdict == Verdict.ACCEPTED:
        await _add(verdicts, counterfactual_id, Verdict.WITHDRAWN, last, given_by)


async def _stop_contradicted(session: Transaction, verdict: FeedbackRow, patient_id: str) -> None:
    """An option that is declined, or no longer accepted, is no plan."""
    reason = _STOPPED_BY.get(Verdict(verdict.verdict))
    if reason is None:
        return
    repository = PlanRepository(session)
    now = await repository.lock(patient_id)
    plan = await repository.active_of(verdict.counterfactual_id)
    if now is not None and plan is not None:
        await stop(repository, plan, reason, now, verdict.given_by)
        await note_plan(session, plan.id)
        note_access(session, Access(Action.UPDATE, Entity.PLAN, patient_id, plan.answer_id, plan.id))


async def _standing(verdicts: FeedbackRepository, counterfactual_id: UUID) -> FeedbackRow | None:
    return current_verdicts(await verdicts.of([counterfactual_id])).get(counterfactual_id)


async def _add(
    verdicts: FeedbackRepository,
    counterfactual_id: UUID,
    verdict: Verdict,
    last: FeedbackRow | None,
    given_by: str | None,
) -> None:
    row = FeedbackRow(id=uuid7(), counterfactual_id=counterfactual_id, verdict=verdict, given_by=given_by)
    row.replaces = last.id if last else None
    await verdicts.add(row)
