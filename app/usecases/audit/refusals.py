"""What was refused or failed, on record in a transaction of its own: the work's own was rolled back."""

import re
from uuid import UUID

from app.audit.events import Access, Action, Entity, outcome_of
from app.audit.noting import note_access
from app.domain.ids import PATIENT_ID, PATIENT_ID_LENGTH
from app.storage.database import TenantDatabase

_ACTIONS = {
    "GET": Action.READ,
    "HEAD": Action.READ,
    "PUT": Action.UPDATE,
    "PATCH": Action.UPDATE,
    "DELETE": Action.DELETE,
}


async def record_refusal(
    database: TenantDatabase, method: str, status: int, patient_id: object = None, answer_id: object = None
) -> None:
    """Add that a request ended with an HTTP status from 400 on; ids are as they were sent, good or not.

    Raises:
        RecordError: the database is away.
    """
    refused = Access(
        _ACTIONS.get(method, Action.CREATE),
        Entity.REQUEST,
        patient_id=_patient_id(patient_id),
        answer_id=_uuid(answer_id),
        detail=f"HTTP {status}",
    )
    async with database.transaction() as session:
        note_access(session, refused, outcome=outcome_of(status))


def _patient_id(sent: object) -> str | None:
    is_one = isinstance(sent, str) and len(sent) <= PATIENT_ID_LENGTH and re.fullmatch(PATIENT_ID, sent)
    return sent if isinstance(sent, str) and is_one else None


def _uuid(sent: object) -> UUID | None:
    try:
        return UUID(str(sent))
    except ValueError:
        return None
