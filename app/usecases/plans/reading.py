"""A patient's plans, each with what became of it.

Follow-ups are put on record when plans are read, for every answer that came since: the answers and when they
were asked for are on record already, so that nothing is lost, and no question waits for it.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from uuid import UUID

from app.audit.events import Access, Action, Entity
from app.audit.noting import note_access
from app.domain.errors import NotFoundError
from app.domain.ids import uuid7
from app.storage.consultation_tables import PlanRow
from app.storage.database import TenantDatabase
from app.storage.record import Values
from app.storage.tables import AnswerRow
from app.usecases.plans.follow_up import reached_by
from app.usecases.plans.mapping import told
from app.usecases.plans.repository import Asked, PlanRepository
from app.usecases.plans.states import EventKind
from app.usecases.plans.told import PlanOut, PlansPage


def today() -> date:
    """In UTC, as all times of the record."""
    return datetime.now(UTC).date()


async def plans_of(database: TenantDatabase, patient_id: str, before: UUID | None, limit: int) -> PlansPage:
    """A page of a patient's plans, newest first, those older than `before` if it is given.

    Raises:
        NotFoundError: nothing is on record for the patient.
        RecordError: the database is away.
    """
    async with database.transaction() as session:
        repository = PlanRepository(session)
        if not await repository.keep_patient(patient_id):
            raise NotFoundError("There is no patient with this id.")
        rows = await repository.of_patient(patient_id, before, limit + 1)
        plans = await followed_up(repository, rows[:limit])
        note_access(session, Access(Action.READ, Entity.PLAN, patient_id))
    older = plans[-1].id if len(rows) > limit else None
    return PlansPage(patient_id=patient_id, plans=plans, next=older)


async def plan_of(database: TenantDatabase, patient_id: str, plan_id: UUID) -> PlanOut:
    """One plan of a patient's.

    Raises:
        NotFoundError: the patient has no such plan.
        RecordError: the database is away.
    """
    async with database.transaction() as session:
        repository = PlanRepository(session)
        await repository.keep_patient(patient_id)
        row = await repository.get(patient_id, plan_id)
        if row is None:
            raise NotFoundError("This patient has no plan with this id.")
        (plan,) = await followed_up(repository, [row])
        note_access(session, Access(Action.READ, Entity.PLAN, patient_id, row.answer_id, plan_id))
    return plan


async def followed_up(repository: PlanRepository, rows: Sequence[PlanRow]) -> list[PlanOut]:
    """What is told of these plans, once what newer values make of them is on record."""
    if not rows:
        return []
    asked, day = await repository.asked_since(row.id for row in rows), today()
    await _keep_new(repository, rows, asked)
    return [told(row, day, asked[row.id][0] if asked.get(row.id) else None) for row in rows]


async def _keep_new(
    repository: PlanRepository, rows: Sequence[PlanRow], asked: Mapping[UUID, Sequence[Asked]]
) -> None:
    missing = [(row, one) for row in rows for one in _not_followed_up(row, asked.get(row.id, ()))]
    if not missing:
        return
    answers = await repository.answers({one.answer_id for _, one in missing})
    await repository.keep_follow_ups([_event(row, answers[one.answer_id], one.at) for row, one in missing])
    for row in {row.id: row for row, _ in missing}.values():
        await repository.refresh(row)


def _not_followed_up(row: PlanRow, asked: Sequence[Asked]) -> Iterator[Asked]:
    """Oldest first, as they came."""
    known = {event.answer_id for event in row.events if event.kind == EventKind.FOLLOWED_UP}
    return (one for one in reversed(asked) if one.answer_id not in known)


def _event(row: PlanRow, answer: AnswerRow, at: datetime) -> Values:
    reached = reached_by(row, answer).model_dump(mode="json", by_alias=True)
    return {
        "id": uuid7(),
        "created_at": at,
        "plan_id": row.id,
        "kind": EventKind.FOLLOWED_UP,
        "answer_id": answer.id,
        "reached": reached,
    }
