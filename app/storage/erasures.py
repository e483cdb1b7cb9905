"""Tombstones: written with an erasure, taken in from a file, and compared with who is on record."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.storage.erasure_tables import ErasureRow
from app.storage.record import Values
from app.storage.tables import PatientRow
from app.storage.tenancy import OWN_TENANT

_PATIENTS = f"SELECT id, first_seen_at FROM patients WHERE tenant = {OWN_TENANT.text}"
_UPLOADED = f"""
    SELECT one ->> 'id', created_at FROM uploads JOIN upload_chunks ON upload_id = id,
        jsonb_array_elements(people) AS one
        WHERE uploads.tenant = {OWN_TENANT.text} AND one ->> 'id' IS NOT NULL
    UNION SELECT one ->> 'id', created_at FROM augmentations JOIN augmentation_chunks ON job_id = id,
        jsonb_array_elements(people) AS one
        WHERE augmentations.tenant = {OWN_TENANT.text} AND one ->> 'id' IS NOT NULL
    UNION SELECT source_id, created_at FROM augmentations JOIN augmented_rows ON job_id = id
        WHERE augmentations.tenant = {OWN_TENANT.text} AND source_id IS NOT NULL
"""
_AT_ONCE = 1000


async def add_tombstone(session: AsyncSession, pseudonym: UUID, id_digest: str | None) -> None:
    """Note that a patient is erased; once for each row of theirs."""
    given = insert(ErasureRow).values(pseudonym=pseudonym, id_digest=id_digest)
    await session.execute(given.on_conflict_do_nothing())


async def tombstones_of(session: AsyncSession) -> Sequence[ErasureRow]:
    """A tenant's, oldest first."""
    return (await session.scalars(select(ErasureRow).order_by(ErasureRow.erased_at))).all()


async def take_in(session: AsyncSession, tombstones: Sequence[Values]) -> None:
    """Add those tombstones that are not there."""
    if tombstones:
        await session.execute(insert(ErasureRow).on_conflict_do_nothing(), list(tombstones))


async def came_back(session: AsyncSession) -> Sequence[str]:
    """Ids of patients on record whose very rows were erased."""
    back = select(PatientRow.id).join(ErasureRow, ErasureRow.pseudonym == PatientRow.pseudonym)
    return (await session.scalars(back.order_by(PatientRow.id))).all()


def patients_since(session: AsyncSession) -> AsyncIterator[tuple[str, datetime]]:
    """Every patient's id, and since when they are on record."""
    return _each(session, _PATIENTS)


def uploaded_since(session: AsyncSession) -> AsyncIterator[tuple[str, datetime]]:
    """Every id in batch jobs' rows, and since when those rows are there; an id may come several times."""
    return _each(session, _UPLOADED)


async def _each(session: AsyncSession, query: str) -> AsyncIterator[tuple[str, datetime]]:
    async for identity, since in await session.stream(text(query), execution_options={"yield_per": _AT_ONCE}):
        yield identity, since


async def tenants_of(session: AsyncSession) -> Sequence[str]:
    """Every tenant that has a patient, an upload, a job or a tombstone."""
    return (await session.scalars(text("SELECT tenants_on_record()"))).all()
