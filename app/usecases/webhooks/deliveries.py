"""Sending what waits: claimed first, then sent without a transaction, then noted.

An attempt that ends with its worker is one that failed: the row's time comes again, under the same id. Each
receiver is sent to beside the others, and beside the worker's tasks: one that is slow keeps nobody waiting.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from secrets import SystemRandom
from uuid import UUID

import structlog

from app.identity.webhook_receivers import Receivers
from app.metrics import WEBHOOKS
from app.storage.database import RecordError, TenantDatabase
from app.storage.webhook_tables import DeliveryRow
from app.usecases.webhooks.repository import WebhookRepository
from app.usecases.webhooks.sending import Came, Sender

_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 60.0, 6 * 3600.0
"""The first is longer than an attempt may take (`WEBHOOK_WAIT_S`), so that no two are under way at once."""
_JITTER = 0.5
_FEWEST_ATTEMPTS = 5
"""Before a delivery is given up, however long it has waited: its receiver may have been turned off."""
_AT_ONCE = 8
"""Calls under way to one receiver."""
_BATCH = 1000
_random = SystemRandom()
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class DeliveryLimits:
    """Seconds for an attempt; days after which the next failure is the last."""

    wait_s: float = 10.0
    days: int = 3


class Deliveries:
    """Sends to every receiver that is enabled."""

    def __init__(self, receivers: Receivers, senders: Mapping[str, Sender], limits: DeliveryLimits) -> None:
        self.receivers, self._senders, self._limits = receivers, senders, limits
        self._under_way: dict[str, asyncio.Task[None]] = {}
        self._news: set[str] = set()
        self._ends = False

    def send_due(self, database: TenantDatabase) -> "asyncio.Future[list[None]]":
        """Begin to send all of a tenant's whose time has come; what is returned ends when that is done.

        A receiver that is being sent to is looked at once more after that. One that fails is left alone until
        somebody asks again, and with a database that is away all of them: what was not noted is sent again.
        """
        tasks = []
        for one in self.receivers.of(database.caller.tenant):
            if one.enabled and not self._ends:
                self._news.add(one.name)
                if one.name not in self._under_way:
                    self._under_way[one.name] = asyncio.create_task(self._send_all(database, one.name))
                tasks.append(self._under_way[one.name])
        return asyncio.gather(*tasks)

    async def close(self) -> None:
        """Begin no more attempts, and wait for those under way."""
        self._ends = True
        await asyncio.gather(*self._under_way.values())

    async def _send_all(self, database: TenantDatabase, receiver: str) -> None:
        try:
            goes_on = True
            while goes_on and receiver in self._news:
                self._news.discard(receiver)
                while goes_on and not self._ends and (claimed := await _claim(database, receiver)):
                    goes_on = await self._send(database, receiver, claimed)
        except RecordError:
            _log.warning("webhooks_wait", reason="the database is away")
        except Exception as error:  # nobody waits for it: the next minute's task begins anew
            _log.error("webhooks_failed", error=type(error).__name__)
        finally:
            del self._under_way[receiver]

    async def _send(
        self, database: TenantDatabase, receiver: str, claimed: Sequence[tuple[UUID, str]]
    ) -> bool:
        """Whether all of it arrived, or is wanted no more."""
        sender = self._senders[receiver]
        came = await asyncio.gather(*(sender.send(delivery_id, body) for delivery_id, body in claimed))
        for (delivery_id, _), one in zip(claimed, came, strict=True):
            await self._note(database, delivery_id, one)
        return all(one in (Came.DELIVERED, Came.GONE) for one in came)

    async def _note(self, database: TenantDatabase, delivery_id: UUID, came: Came) -> None:
        async with database.transaction() as session:
            repository = WebhookRepository(session)
            if came in (Came.DELIVERED, Came.GONE):
                await repository.end(delivery_id, came)
                is_given_up = False
            else:
                tried_for = timedelta(days=self._limits.days)
                is_given_up = await repository.failed(delivery_id, came, tried_for, _FEWEST_ATTEMPTS)
        WEBHOOKS.labels(came).inc()
        if is_given_up:
            WEBHOOKS.labels("given_up").inc()


@asynccontextmanager
async def open_deliveries(receivers: Receivers, limits: DeliveryLimits) -> AsyncIterator[Deliveries]:
    """Deliveries with a client for each receiver, closed in the end.

    Raises:
        WebhooksError: a receiver's secrets cannot be read.
    """
    for receiver in receivers.receivers:
        if receiver.enabled:
            receiver.signing_secrets()
    senders = {one.name: Sender(one, limits.wait_s) for one in receivers.receivers}
    deliveries = Deliveries(receivers, senders, limits)
    try:
        yield deliveries
    finally:
        await deliveries.close()
        for sender in senders.values():
            await sender.close()


async def forget_old(database: TenantDatabase, days: int) -> None:
    """Take away what is older than so many days, whatever came of it."""
    went = _BATCH
    while went == _BATCH:
        async with database.transaction() as session:
            went = await WebhookRepository(session).forget(timedelta(days=days), _BATCH)


async def not_delivered(database: TenantDatabase) -> Sequence[DeliveryRow]:
    """What of a tenant's did not arrive so far, or will not any more, the newest first."""
    async with database.transaction() as session:
        return await WebhookRepository(session).not_delivered(_BATCH)


async def try_again(database: TenantDatabase, ids: Sequence[UUID]) -> int:
    """Have what did not arrive tried again now, of these ids or of all; how many."""
    async with database.transaction() as session:
        return await WebhookRepository(session).try_again(ids)


def pause_after(attempts: int) -> timedelta:
    """How long until the next attempt after so many: twice as long each time, and never for all at once."""
    pause = min(_FIRST_PAUSE_S * 2 ** min(attempts - 1, 16), _LONGEST_PAUSE_S)
    return timedelta(seconds=pause * (1 + _JITTER * _random.random()))


async def _claim(database: TenantDatabase, receiver: str) -> Sequence[tuple[UUID, str]]:
    async with database.transaction() as session:
        repository = WebhookRepository(session)
        claimed = await repository.claim(receiver, _AT_ONCE)
        for delivery in claimed:
            await repository.begin_attempt(delivery, pause_after(delivery.attempts + 1))
        return [(one.id, one.body) for one in claimed]
