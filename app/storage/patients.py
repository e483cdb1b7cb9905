"""Patients, who are on record by their id alone."""

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.storage.tables import PatientRow


async def knows_patient(session: AsyncSession, patient_id: str) -> bool:
    """Whether a patient is on record."""
    mine = select(PatientRow.id).where(PatientRow.id == patient_id)
    return await session.scalar(mine) is not None


async def keep_patient(session: AsyncSession, patient_id: str) -> bool:
    """Let nobody lock, and so nobody erase, a patient until the transaction ends; whether they are on record.

    So all that it reads of them is of somebody who is there. It is for transactions that do not lock the
    patient themselves, and comes before all else: so an erasure waits at its first lock, holding nothing yet.
    At a later one it would wait for a reading that waits for it, to add what it found out.
    """
    mine = select(PatientRow.id).where(PatientRow.id == patient_id)
    return await session.scalar(mine.with_for_update(read=True)) is not None


async def lock_patient(session: AsyncSession, patient_id: str) -> bool:
    """Let nobody else lock a patient until the transaction ends; whether they are on record at all.

    Other tables may refer to the patient meanwhile.
    """
    mine = select(PatientRow.id).where(PatientRow.id == patient_id)
    return await session.scalar(mine.with_for_update(key_share=True)) is not None


async def hold_patient(session: AsyncSession, patient_id: str) -> None:
    """Put a patient on record, and lock them."""
    await session.execute(insert(PatientRow).values(id=patient_id).on_conflict_do_nothing())
    await lock_patient(session, patient_id)
