"""What a worker does for webhooks: at once when something happened, and every minute for what waits."""

import procrastinate
import structlog

from app.identity.caller import Caller
from app.storage.database import Database, RecordError
from app.usecases.webhooks.deliveries import Deliveries
from app.usecases.webhooks.notices import SEND_TASK, Notices
from app.usecases.webhooks.reviews import announce_reviews

SWEEP_TASK, REVIEWS_TASK = "webhooks.sweep", "webhooks.reviews"
_log = structlog.get_logger()


def register_webhooks(
    queue: procrastinate.App, database: Database, notices: Notices, deliveries: Deliveries
) -> None:
    """Tell the queue what its tasks do. What the database's absence stops, the next minute's task does."""

    async def send(tenant: str, task: str) -> None:
        try:
            await deliveries.send_due(database.of(Caller.service(tenant, task)))
        except RecordError:
            _log.warning("webhooks_wait", reason="the database is away")

    @queue.task(name=SEND_TASK)
    async def _send(tenant: str) -> None:
        await send(tenant, SEND_TASK)

    @queue.periodic(cron="* * * * *", periodic_id="webhooks_sweep")
    @queue.task(name=SWEEP_TASK, queueing_lock=SWEEP_TASK)
    async def _sweep(timestamp: int) -> None:
        for tenant in deliveries.receivers.tenants:
            await send(tenant, SWEEP_TASK)

    @queue.periodic(cron="7 * * * *", periodic_id="webhooks_reviews")
    @queue.task(name=REVIEWS_TASK, queueing_lock=REVIEWS_TASK)
    async def _reviews(timestamp: int) -> None:
        for tenant in deliveries.receivers.tenants:
            told = await announce_reviews(database.of(Caller.service(tenant, REVIEWS_TASK)), notices)
            _log.info("reviews_announced", told=told)
