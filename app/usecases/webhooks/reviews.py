"""Telling of plans whose reviews are due: once for each plan and date."""

from datetime import UTC, datetime, timedelta

from app.domain.webhook_event import EventType
from app.storage.database import TenantDatabase
from app.usecases.webhooks.events import Event
from app.usecases.webhooks.notices import Notices
from app.usecases.webhooks.repository import WebhookRepository

LOOKED_BACK_DAYS = 7
"""Reviews that were due longer ago are no news: that they were told of may be forgotten by now."""
_BATCH = 500


async def announce_reviews(database: TenantDatabase, notices: Notices, now: datetime | None = None) -> int:
    """Tell a tenant's receivers of the reviews that are due by today (UTC); of how many they are told."""
    today = (now or datetime.now(UTC)).date()
    first = today - timedelta(days=LOOKED_BACK_DAYS)
    told = 0
    for receiver in notices.receivers.of(database.caller.tenant, EventType.PLAN_REVIEW_DUE):
        news = _BATCH
        while news == _BATCH:
            async with database.transaction() as session:
                due = await WebhookRepository(session).reviews_to_tell(receiver.name, first, today, _BATCH)
                news = await notices.announce_to(session, receiver, [Event.review_due(one) for one in due])
            told += news
    return told
