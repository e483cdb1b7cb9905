"""Reading and adding preferences."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.storage.consultation_tables import PreferencesRow
from app.storage.patients import hold_patient, knows_patient


class PreferencesRepository:
    """Preferences, within one transaction of the caller's."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def knows_patient(self, patient_id: str) -> bool:
        return await knows_patient(self._session, patient_id)

    async def hold_patient(self, patient_id: str) -> None:
        """Put the patient on record, and let nobody else add preferences of theirs until these are there."""
        await hold_patient(self._session, patient_id)

    async def standing(self, patient_id: str, model_name: str) -> PreferencesRow | None:
        """What was said last; None where nothing ever was."""
        mine = select(PreferencesRow).where(
            PreferencesRow.patient_id == patient_id, PreferencesRow.model_name == model_name
        )
        return await self._session.scalar(mine.order_by(PreferencesRow.id.desc()).limit(1))

    async def add(self, row: PreferencesRow) -> None:
        self._session.add(row)
        await self._session.flush()
        await self._session.refresh(row)
