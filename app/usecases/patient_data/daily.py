"""What is done every day: what is too old goes, and so do those who came back after they were erased.

Every hour, replies and deliveries go that are kept no longer.
"""

from collections.abc import AsyncIterator

import procrastinate
import structlog

from app.identity.caller import Caller
from app.identity.principal import DEFAULT_TENANT
from app.storage.cache import Cache
from app.storage.database import Database, TenantDatabase
from app.storage.sessions import Sessions
from app.usecases.idempotency.service import forget_expired
from app.usecases.patient_data.repository import PatientDataRepository
from app.usecases.patient_data.retention import RetentionLimits, retain
from app.usecases.patient_data.tombstones import erase_again, not_looked_for
from app.usecases.webhooks.deliveries import forget_old

DAILY_TASK, HOURLY_TASK = "turnpoint.daily", "turnpoint.hourly"
_log = structlog.get_logger()


async def each_tenant(
    database: Database, task: str, on_behalf_of: str | None = None
) -> AsyncIterator[TenantDatabase]:
    """The record of every tenant that has something, for a task of the service's own."""
    async with database.of(Caller.service(DEFAULT_TENANT, task)).transaction() as session:
        tenants = await PatientDataRepository(session).tenants()
    for tenant in tenants:
        yield database.of(Caller.service(tenant, task, on_behalf_of))


def register_daily(
    queue: procrastinate.App,
    database: Database,
    cache: Cache,
    limits: RetentionLimits,
    key: bytes | None,
    hour: int,
) -> None:
    """Have the queue do it every day at `hour` UTC: one worker does, whichever is there."""

    @queue.periodic(cron=f"17 {hour} * * *", periodic_id="daily")
    @queue.task(name=DAILY_TASK, queueing_lock=DAILY_TASK)
    async def _daily(timestamp: int) -> None:
        await Sessions(database).forget_ended()
        async for own in each_tenant(database, DAILY_TASK):
            again = await erase_again(own, cache, key)
            if missed := await not_looked_for(own, key):
                _log.warning("erasures_not_looked_for_by_id", tombstones=missed)
            went = await retain(own, limits)
            _log.info("daily_task_done", erased_again=again, **went)


def register_hourly(queue: procrastinate.App, database: Database, deliveries_days: int) -> None:
    """Have the queue do it every hour: one worker does, whichever is there."""

    @queue.periodic(cron="37 * * * *", periodic_id="hourly")
    @queue.task(name=HOURLY_TASK, queueing_lock=HOURLY_TASK)
    async def _hourly(timestamp: int) -> None:
        async for own in each_tenant(database, HOURLY_TASK):
            await forget_expired(own)
            await forget_old(own, deliveries_days)
