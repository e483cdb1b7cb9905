"""A page of the audit. Reading it is audited, too."""

from dataclasses import replace

from app.audit.events import Access, Action, Entity
from app.audit.noting import note_access
from app.domain.errors import NotFoundError
from app.storage.audit_tables import AuditEventRow
from app.storage.database import TenantDatabase
from app.usecases.audit.question import AuditQuestion
from app.usecases.audit.repository import AuditRepository
from app.usecases.audit.schemas import AuditEventOut, AuditEventsPage


async def audit_page(database: TenantDatabase, wanted: AuditQuestion) -> AuditEventsPage:
    """One page of a tenant's events.

    Raises:
        RecordError: the database is away.
    """
    async with database.transaction() as session:
        note_access(session, Access(Action.READ, Entity.AUDIT, pseudonym=wanted.patient))
        return await _page(AuditRepository(session), wanted)


async def audit_page_of_patient(
    database: TenantDatabase, patient_id: str, wanted: AuditQuestion
) -> AuditEventsPage:
    """One page of the events about a patient on record.

    Raises:
        NotFoundError: nothing is on record for the patient.
        RecordError: the database is away.
    """
    async with database.transaction() as session:
        repository = AuditRepository(session)
        pseudonym = await repository.pseudonym(patient_id)
        if pseudonym is None:
            raise NotFoundError("There is no patient with this id.")
        note_access(session, Access(Action.READ, Entity.AUDIT, pseudonym=pseudonym))
        return await _page(repository, replace(wanted, patient=pseudonym))


async def _page(repository: AuditRepository, wanted: AuditQuestion) -> AuditEventsPage:
    rows = await repository.events(wanted)
    shown = rows[: wanted.limit]
    ids = await repository.ids({row.patient for row in shown if row.patient is not None})
    events = [event_out(row, ids.get(row.patient) if row.patient else None) for row in shown]
    return AuditEventsPage(events=events, next=shown[-1].seq if len(rows) > wanted.limit else None)


def event_out(row: AuditEventRow, patient_id: str | None) -> AuditEventOut:
    """An event on the wire; `patient_id` is whose pseudonym it has."""
    columns = {name: getattr(row, name) for name in AuditEventOut.model_fields if name != "patient_id"}
    return AuditEventOut.model_validate({**columns, "patient_id": patient_id})
