"""Reading and adding results."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.storage.consultation_tables import MeasurementRow
from app.storage.patients import hold_patient, knows_patient


class MeasurementRepository:
    """Results, within one transaction of the caller's."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def knows_patient(self, patient_id: str) -> bool:
        return await knows_patient(self._session, patient_id)

    async def hold_patient(self, patient_id: str) -> None:
        """Put the patient on record, and let nobody else add a result of theirs until this one is there."""
        await hold_patient(self._session, patient_id)

    async def of(self, patient_id: str, model_name: str) -> Sequence[MeasurementRow]:
        """All that is on record of a patient's results for a model, replaced ones included."""
        mine = select(MeasurementRow).where(
            MeasurementRow.patient_id == patient_id, MeasurementRow.model_name == model_name
        )
        return (await self._session.scalars(mine)).all()

    async def add(self, row: MeasurementRow) -> None:
        self._session.add(row)
        await self._session.flush()
        await self._session.refresh(row)
