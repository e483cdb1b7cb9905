"""Reading events."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.storage.audit_tables import AuditEventRow
from app.storage.tables import PatientRow
from app.usecases.audit.question import AuditQuestion


class AuditRepository:
    """Reads, within one transaction of the caller's."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def events(self, wanted: AuditQuestion) -> Sequence[AuditEventRow]:
        """One event more than the page has, if there are as many."""
        statement = select(AuditEventRow).order_by(AuditEventRow.seq.desc()).limit(wanted.limit + 1)
        if wanted.patient is not None:
            statement = statement.where(AuditEventRow.patient == wanted.patient)
        if wanted.actor is not None:
            statement = statement.where(AuditEventRow.actor == wanted.actor)
        if wanted.since is not None:
            statement = statement.where(AuditEventRow.at >= wanted.since)
        if wanted.until is not None:
            statement = statement.where(AuditEventRow.at < wanted.until)
        if wanted.before is not None:
            statement = statement.where(AuditEventRow.seq < wanted.before)
        return (await self._session.scalars(statement)).all()

    async def pseudonym(self, patient_id: str) -> UUID | None:
        """Of a patient on record."""
        return await self._session.scalar(select(PatientRow.pseudonym).where(PatientRow.id == patient_id))

    async def ids(self, pseudonyms: set[UUID]) -> dict[UUID, str]:
        """Whose pseudonyms they are, as far as those are on record still."""
        statement = select(PatientRow.pseudonym, PatientRow.id).where(PatientRow.pseudonym.in_(pseudonyms))
        return {row.pseudonym: row.id for row in await self._session.execute(statement)}
