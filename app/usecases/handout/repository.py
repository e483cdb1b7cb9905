"""Reading one plan with what a handout tells beside it."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.schema import Value
from app.storage.consultation_tables import MeasurementRow, PlanEventRow, PlanRow, PreferencesRow
from app.storage.tables import AnswerRow, PredictionRow
from app.usecases.measurements.repository import MeasurementRepository
from app.usecases.measurements.standing import standing_result
from app.usecases.plans.states import EventKind
from app.usecases.preferences.repository import PreferencesRepository


class HandoutReader:
    """Reads within one transaction of the caller's."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def plan(
        self, patient_id: str, plan_id: UUID
    ) -> tuple[PlanRow, list[float] | None, Mapping[str, Value]] | None:
        """A plan of the patient's, and the band and the values of the estimate that it was made at."""
        statement = (
            select(PlanRow, PredictionRow.band, AnswerRow.features)
            .join(AnswerRow, AnswerRow.id == PlanRow.answer_id)
            .join(PredictionRow, PredictionRow.id == AnswerRow.prediction_id)
            .where(PlanRow.id == plan_id, PlanRow.patient_id == patient_id)
        )
        found = (await self._session.execute(statement)).one_or_none()
        return (found[0], found[1], found[2]) if found else None

    async def is_followed_up(self, plan_id: UUID) -> bool:
        """Whether a caller sent newer values while the plan ran."""
        followed = select(PlanEventRow.id).where(
            PlanEventRow.plan_id == plan_id, PlanEventRow.kind == EventKind.FOLLOWED_UP
        )
        return await self._session.scalar(followed.limit(1)) is not None

    async def preferences(self, patient_id: str, model_name: str) -> PreferencesRow | None:
        """What the patient can or will not do, as it was last said for a model."""
        return await PreferencesRepository(self._session).standing(patient_id, model_name)

    async def result(self, patient_id: str, model_name: str) -> MeasurementRow | None:
        """The newest result that says whether the patient has the outcome."""
        return standing_result(await MeasurementRepository(self._session).of(patient_id, model_name))
