"""Patients, who are on record by their id alone."""

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.storage.tables import PatientRow


async def hold_patient(session: AsyncSession, patient_id: str) -> None:
    """Put a patient on record, and let nobody else hold them until the transaction ends.

    Other tables may refer to the patient meanwhile.
    """
    await session.execute(insert(PatientRow).values(id=patient_id).on_conflict_do_nothing())
    mine = select(PatientRow.id).where(PatientRow.id == patient_id)
    await session.execute(mine.with_for_update(key_share=True))
