"""What a worker does for webhooks: at once when something happened, and every minute for what waits."""

import procrastinate
import structlog

from app.identity.caller import Caller
from app.storage.database import Database
from app.usecases.webhooks.deliveries import Deliveries
from app.usecases.webhooks.notices import SEND_TASK, Notices
from app.usecases.webhooks.reviews import announce_reviews

SWEEP_TASK, REVIEWS_TASK = "webhooks.sweep", "webhooks.reviews"
_log = structlog.get_logger()


def register_webhooks(
    queue: procrastinate.App, database: Database, notices: Notices, deliveries: Deliveries
) -> None:
    """Tell the queue what its tasks do. What the database's absence stops, the next minute's task does.

    Those that send only begin it, so that no receiver has a worker's place that a chunk of a job waits for.
    """

    @queue.task(name=SEND_TASK)
    async def _send(tenant: str) -> None:
        deliveries.send_due(database.of(Caller.service(tenant, SEND_TASK)))

    @queue.periodic(cron="* * * * *", periodic_id="webhooks_sweep")
    @queue.task(name=SWEEP_TASK, queueing_lock=SWEEP_TASK)
    async def _sweep(timestamp: int) -> None:
        for tenant in deliveries.receivers.tenants:
            deliveries.send_due(database.of(Caller.service(tenant, SWEEP_TASK)))

    @queue.periodic(cron="7 * * * *", periodic_id="webhooks_reviews")
    @queue.task(name=REVIEWS_TASK, queueing_lock=REVIEWS_TASK)
    async def _reviews(timestamp: int) -> None:
        for tenant in deliveries.receivers.tenants:
            told = await announce_reviews(database.of(Caller.service(tenant, REVIEWS_TASK)), notices)
            _log.info("reviews_announced", told=told)
