"""A result on record of which an answer says that a newer one could not be read."""

from datetime import datetime

from app.ingest.fhir.reasons import NotUsedReason
from app.storage.consultation_tables import MeasurementRow
from app.storage.tables import AnswerRow


def is_doubted(stands: MeasurementRow, unread_at: datetime | None) -> bool:
    """Whether a result without the outcome did not count, since a newer one was unread at a time.

    Whoever put a result on record after that has looked at what there is.
    """
    return unread_at is not None and not stands.has_outcome and stands.created_at <= unread_at


def unread_at(answer: AnswerRow) -> datetime | None:
    """When an answer was given for which no result counted, since a newer one could not be read."""
    unread = any(one.get("reason") == NotUsedReason.NEWER_NOT_READ for one in answer.not_used)
    return answer.created_at if unread and answer.measured_outcome is None else None
