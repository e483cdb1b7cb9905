"""What the pages read from the record."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from app.storage.consultation_tables import MeasurementRow, PreferencesRow
from app.storage.feedback_tables import FeedbackRow
from app.storage.patients import keep_patient
from app.storage.tables import AnswerRow, Json, PredictionRow, RequestRow
from app.usecases.counterfactuals.repository import whole_answers
from app.usecases.feedback.repository import FeedbackRepository
from app.usecases.measurements.repository import MeasurementRepository
from app.usecases.plans.reading import followed_up
from app.usecases.plans.repository import PlanRepository
from app.usecases.plans.told import PlanOut
from app.usecases.preferences.repository import PreferencesRepository

_COURSE = 200
"""So many of the newest risks make the course."""
_PLANS = 20
"""So many of the newest plans are told of."""


@dataclass(frozen=True, slots=True)
class RequestedAnswer:
    """An answer and when it was last asked for, which is when its values were last sent."""

    answer: AnswerRow
    at: datetime


@dataclass(frozen=True, slots=True)
class PastRisk:
    """A risk that a caller asked for."""

    at: datetime
    risk: float
    threshold: float


class RecordReader:
    """Reads for pages, within one transaction of the caller's."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def keep(self, patient_id: str) -> None:
        """Let nobody erase the patient while more is read of them."""
        await keep_patient(self._session, patient_id)

    async def answers(self, patient_id: str, before: UUID | None, limit: int) -> Sequence[AnswerRow]:
        """A patient's answers, newest first, those older than `before` if it is given."""
        mine = whole_answers().where(AnswerRow.patient_id == patient_id)
        if before is not None:
            mine = mine.where(AnswerRow.id < before)
        return (await self._session.scalars(mine.order_by(AnswerRow.id.desc()).limit(limit))).all()

    async def answer(self, patient_id: str, answer_id: UUID) -> RequestedAnswer | None:
        """One answer of the patient's."""
        row = await self._session.scalar(
            whole_answers().where(AnswerRow.patient_id == patient_id, AnswerRow.id == answer_id)
        )
        if row is None:
            return None
        last = select(RequestRow.asked_at).where(RequestRow.answer_id == answer_id)
        last_asked = await self._session.scalar(last.order_by(RequestRow.id.desc()).limit(1))
        return RequestedAnswer(row, last_asked or row.created_at)

    async def latest_requested(self, patient_id: str) -> list[RequestedAnswer]:
        """What a caller asked for last, by model; one from the cache is not the newest answer."""
        return await self._last_of_each(AnswerRow.patient_id == patient_id, None)

    async def risk_history(self, patient_id: str, model: str, version: str) -> list[PastRisk]:
        """The risks that callers asked for by one version of a model, oldest first."""
        statement = (
            select(AnswerRow.created_at, PredictionRow.risk, PredictionRow.threshold)
            .join(PredictionRow, PredictionRow.id == AnswerRow.prediction_id)
            .where(AnswerRow.patient_id == patient_id, AnswerRow.based_on.is_(None))
            .where(PredictionRow.model_name == model, PredictionRow.model_version == version)
            .order_by(AnswerRow.id.desc())
            .limit(_COURSE)
        )
        found = (await self._session.execute(statement)).all()
        return [PastRisk(at, risk, threshold) for at, risk, threshold in reversed(found)]

    async def preferences(self, patient_id: str, model: str) -> PreferencesRow | None:
        """What the patient can or will not do, as it was last said for a model."""
        return await PreferencesRepository(self._session).standing(patient_id, model)

    async def verdicts(self, patient_id: str) -> Sequence[tuple[FeedbackRow, list[Json], str]]:
        """Every verdict on the patient's options, oldest first, with what each changes and by which model."""
        return await FeedbackRepository(self._session).of_patient(patient_id)

    async def measurements(self, patient_id: str, model: str) -> Sequence[MeasurementRow]:
        """Every row of the patient's results for a model."""
        return await MeasurementRepository(self._session).of(patient_id, model)

    async def plans(self, patient_id: str, model: str) -> Sequence[PlanOut]:
        """The newest plans by a model, and what became of each."""
        plans = PlanRepository(self._session)
        return await followed_up(plans, await plans.of_patient(patient_id, None, _PLANS, model))

    async def _last_of_each(self, which: ColumnElement[bool], limit: int | None) -> list[RequestedAnswer]:
        """By patient and model, the answer of the newest request of a caller's; newest first."""
        each = (AnswerRow.patient_id, PredictionRow.model_name)
        last = (
            select(AnswerRow.id, RequestRow.id.label("request"), RequestRow.asked_at)
            .join(RequestRow, RequestRow.answer_id == AnswerRow.id)
            .join(PredictionRow, PredictionRow.id == AnswerRow.prediction_id)
            .where(which, AnswerRow.based_on.is_(None))
            .ext(distinct_on(*each))
            .order_by(*each, RequestRow.id.desc())
            .subquery()
        )
        newest = select(last.c.id, last.c.asked_at).order_by(last.c.request.desc()).limit(limit)
        found = (await self._session.execute(newest)).all()
        rows = await self._session.scalars(whole_answers().where(AnswerRow.id.in_([one.id for one in found])))
        by_id = {row.id: row for row in rows}
        return [RequestedAnswer(by_id[one.id], one.asked_at) for one in found]
