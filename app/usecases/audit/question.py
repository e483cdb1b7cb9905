"""What is asked of the audit."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class AuditQuestion:
    """One page of events, newest first: of one patient, one actor, one span of time, or of all.

    `patient` is a pseudonym. `since` belongs to the span, `until` does not. The page has events with lower
    numbers than `before`.
    """

    patient: UUID | None = None
    actor: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    before: int | None = None
    limit: int = 20
