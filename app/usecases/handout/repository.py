"""Reading one plan with what a handout tells beside it."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from app.domain.schema import Value
from app.storage.consultation_tables import MeasurementRow, PlanRow, PreferencesRow
from app.storage.tables import AnswerRow, PredictionRow
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

    async def preferences(self, patient_id: str, model_name: str) -> PreferencesRow | None:
        """What the patient can or will not do, as it was last said for a model."""
        return await PreferencesRepository(self._session).standing(patient_id, model_name)

    async def has_result(self, patient_id: str, model_name: str) -> bool:
        """Whether a result that stands says if the patient has the outcome."""
        later = aliased(MeasurementRow)
        standing = select(MeasurementRow.id).where(
            MeasurementRow.patient_id == patient_id,
            MeasurementRow.model_name == model_name,
            MeasurementRow.is_withdrawn.is_(False),
            ~exists().where(later.replaces == MeasurementRow.id),
        )
        return await self._session.scalar(standing.limit(1)) is not None
