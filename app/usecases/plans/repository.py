"""Reading, adding and ending plans."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Select, SQLColumnExpression, func, literal_column, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased, joinedload, selectinload

from app.storage.consultation_tables import PlanEventRow, PlanRow
from app.storage.patients import keep_patient, knows_patient, lock_patient
from app.storage.record import Values
from app.storage.tables import AnswerRow, CounterfactualRow, PredictionRow, RequestRow
from app.usecases.plans.states import EventKind

_SAME_AGAIN = timedelta(days=1)
"""For so long the values that a plan departs from are no news when they are sent again."""

_IS_FOLLOW_UP = PlanEventRow.kind == literal_column(f"'{EventKind.FOLLOWED_UP}'")
"""Written out: in a prepared statement the database cannot tell by a parameter which index is meant."""


class Asked(NamedTuple):
    """An answer that a caller asked for while a plan ran, and when they last did."""

    answer_id: UUID
    at: datetime


class PlanRepository:
    """Plans, within one transaction of the caller's."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def lock(self, patient_id: str) -> datetime | None:
        """Keep others from changing the patient's plans until the transaction ends; None of nobody on record.

        Answers can be recorded meanwhile. The time is the database's own, by which requests are dated.
        """
        if not await lock_patient(self._session, patient_id):
            return None
        now: datetime = (await self._session.execute(select(func.clock_timestamp()))).scalar_one()
        return now

    async def knows_patient(self, patient_id: str) -> bool:
        return await knows_patient(self._session, patient_id)

    async def keep_patient(self, patient_id: str) -> bool:
        """Whether the patient is on record; nobody erases them while more is read."""
        return await keep_patient(self._session, patient_id)

    async def option(self, counterfactual_id: UUID) -> CounterfactualRow | None:
        return await self._session.get(CounterfactualRow, counterfactual_id)

    async def answer(self, patient_id: str, answer_id: UUID) -> AnswerRow | None:
        """One answer of the patient's, with its estimate."""
        mine = _answers().where(AnswerRow.patient_id == patient_id, AnswerRow.id == answer_id)
        return await self._session.scalar(mine)

    async def answers(self, ids: Iterable[UUID]) -> Mapping[UUID, AnswerRow]:
        rows = await self._session.scalars(_answers().where(AnswerRow.id.in_(list(ids))))
        return {row.id: row for row in rows}

    async def active(self, patient_id: str, model_name: str) -> PlanRow | None:
        """The one plan of a patient and model that has not ended."""
        mine = PlanRow.patient_id == patient_id, PlanRow.model_name == model_name
        return await self._session.scalar(_plans().where(*mine, PlanRow.ended_at.is_(None)))

    async def active_of(self, counterfactual_id: UUID) -> PlanRow | None:
        """The plan of this very option, where it has not ended."""
        mine = _plans().where(PlanRow.counterfactual_id == counterfactual_id, PlanRow.ended_at.is_(None))
        return await self._session.scalar(mine)

    async def get(self, patient_id: str, plan_id: UUID) -> PlanRow | None:
        mine = PlanRow.patient_id == patient_id, PlanRow.id == plan_id
        return await self._session.scalar(_plans().where(*mine))

    async def of_patient(
        self, patient_id: str, before: UUID | None, limit: int, model_name: str | None = None
    ) -> Sequence[PlanRow]:
        """A patient's plans, newest first, those older than `before` and of one model where it is given."""
        mine = _plans().where(PlanRow.patient_id == patient_id)
        if before is not None:
            mine = mine.where(PlanRow.id < before)
        if model_name is not None:
            mine = mine.where(PlanRow.model_name == model_name)
        return (await self._session.scalars(mine.order_by(PlanRow.id.desc()).limit(limit))).all()

    async def add(self, *rows: PlanRow | PlanEventRow) -> None:
        """Each after the other: a plan is over before another one begins."""
        for row in rows:
            self._session.add(row)
            await self._session.flush()

    async def asked_since(self, plan_ids: Iterable[UUID]) -> Mapping[UUID, Sequence[Asked]]:
        """By plan, the answers with newer values that callers asked for while it ran, the newest first.

        The very values that it departs from are newer ones a day later, or once others came in between.
        """
        base = aliased(AnswerRow)
        asked_at = RequestRow.asked_at
        last = func.max(asked_at)
        is_news = or_(
            AnswerRow.features != base.features,
            asked_at > PlanRow.created_at + _SAME_AGAIN,
            _others_came(base, asked_at),
        )
        statement = (
            select(PlanRow.id, AnswerRow.id, last)
            .join(AnswerRow, AnswerRow.patient_id == PlanRow.patient_id)
            .join(PredictionRow, PredictionRow.id == AnswerRow.prediction_id)
            .join(RequestRow, RequestRow.answer_id == AnswerRow.id)
            .join(base, base.id == PlanRow.answer_id)
            .where(PlanRow.id.in_(list(plan_ids)), AnswerRow.based_on.is_(None))
            .where(PredictionRow.model_name == PlanRow.model_name, asked_at > PlanRow.created_at)
            .where(or_(PlanRow.ended_at.is_(None), asked_at <= PlanRow.ended_at))
            .where(is_news)
            .group_by(PlanRow.id, AnswerRow.id)
            .order_by(last.desc())
        )
        by_plan: dict[UUID, list[Asked]] = defaultdict(list)
        for plan_id, answer_id, at in (await self._session.execute(statement)).all():
            by_plan[plan_id].append(Asked(answer_id, at))
        return by_plan

    async def keep_follow_ups(self, rows: Sequence[Values]) -> None:
        """Put follow-ups on record; one that somebody else was quicker with is there already."""
        statement = insert(PlanEventRow).on_conflict_do_nothing(
            index_elements=["plan_id", "answer_id"], index_where=_IS_FOLLOW_UP
        )
        await self._session.execute(statement, rows)

    async def refresh(self, plan: PlanRow) -> None:
        """Read again what happened to a plan."""
        await self._session.refresh(plan, ["events"])


def _plans() -> Select[PlanRow]:
    return select(PlanRow).options(selectinload(PlanRow.events))


def _others_came(base: type[AnswerRow], until: SQLColumnExpression[datetime]) -> ColumnElement[bool]:
    """Whether a caller sent other values than those of `base` after the plan was made, and before `until`."""
    request, answer, prediction = aliased(RequestRow), aliased(AnswerRow), aliased(PredictionRow)
    between = (
        select(request.id)
        .join(answer, answer.id == request.answer_id)
        .join(prediction, prediction.id == answer.prediction_id)
        .where(answer.patient_id == PlanRow.patient_id, prediction.model_name == PlanRow.model_name)
        .where(answer.based_on.is_(None), answer.features != base.features)
        .where(request.asked_at > PlanRow.created_at, request.asked_at < until)
    )
    return between.correlate(PlanRow, RequestRow, base).exists()


def _answers() -> Select[AnswerRow]:
    return select(AnswerRow).options(joinedload(AnswerRow.prediction))
