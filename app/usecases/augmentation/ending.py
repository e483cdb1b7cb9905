"""The end of a job: put on record, and told to who wants to know, in one transaction."""

from datetime import UTC, datetime
from uuid import UUID

import structlog

from app.domain.webhook_event import EventType
from app.storage.augmentation_tables import AugmentationRow
from app.usecases.augmentation.mapping import links_of
from app.usecases.augmentation.schemas import State
from app.usecases.webhooks.events import Event
from app.usecases.webhooks.notices import Notices
from app.usecases.webhooks.repository import Transaction

_log = structlog.get_logger()


async def end(
    session: Transaction, notices: Notices, job: AugmentationRow, state: State, failure: str | None = None
) -> None:
    """Put a job into a final state; once that is on record, `log_end` says so."""
    job.state, job.failure, job.finished_at = state, failure, datetime.now(UTC)
    links = {"self": notices.base + links_of(job.id)["self"]}
    event = Event(EventType(f"augmentation.{state}"), {"job_id": str(job.id), "links": links})
    await notices.announce(session, event)


def log_end(job_id: UUID, state: State) -> None:
    """To be called when it is on record that a job has ended."""
    _log.info("augmentation_ended", job=str(job_id), state=state)
