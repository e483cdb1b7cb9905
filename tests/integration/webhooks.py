"""Receivers of tenants of their own, events for them, and what is on record of deliveries."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg

from app.domain.webhook_event import EventType
from app.identity.caller import Caller
from app.identity.webhook_receivers import Receivers
from app.storage.database import Database, TenantDatabase
from app.storage.queue import queue_app
from app.usecases.webhooks.deliveries import Deliveries, DeliveryLimits, open_deliveries
from app.usecases.webhooks.events import Event
from app.usecases.webhooks.notices import Notices
from tests.integration.fake_receiver import FIRST
from tests.integration.serving import PATIENT_DATABASE

Connection = psycopg.Connection[tuple[Any, ...]]
ENDED = Event(EventType.AUGMENTATION_COMPLETED, {"job_id": "a"})


def receivers_at(url: str, tenant: str, **more: Any) -> Receivers:
    """One receiver, of a name of its own."""
    one = {"name": f"r-{uuid4().hex[:8]}", "tenant": tenant, "url": url, "secrets": [FIRST]} | more
    return Receivers.model_validate({"receiver": [one]})


def written(folder: Path, *receivers: Mapping[str, str | list[str]]) -> Path:
    """A file that names these."""
    tables = [
        "[[receiver]]\n" + "\n".join(f"{name} = {json.dumps(value)}" for name, value in one.items())
        for one in receivers
    ]
    path = folder / "webhooks.toml"
    path.write_text("\n".join(tables))
    return path


def of_tenant(record: Database, tenant: str) -> TenantDatabase:
    return record.of(Caller.service(tenant, "a test"))


async def announce(record: Database, receivers: Receivers, tenant: str, *events: Event) -> None:
    """Put events on record in one transaction."""
    notices = Notices(receivers, queue_app("postgresql+psycopg://nowhere/nothing", PATIENT_DATABASE))
    async with of_tenant(record, tenant).transaction() as session:
        for event in events or (ENDED,):
            await notices.announce(session, event)


@asynccontextmanager
async def deliveries_to(receivers: Receivers, wait_s: float = 20.0) -> AsyncIterator[Deliveries]:
    async with open_deliveries(receivers, DeliveryLimits(wait_s, days=3)) as deliveries:
        yield deliveries


def rows(database: Connection, tenant: str) -> list[tuple[Any, ...]]:
    """Of each delivery of a tenant: attempts, outcome, last failure."""
    statement = "SELECT attempts, outcome, last_failure FROM webhook_deliveries WHERE tenant = %s ORDER BY id"
    return database.execute(statement, [tenant]).fetchall()


def time_has_come(database: Connection, tenant: str) -> None:
    """For the next attempt at all of a tenant's."""
    database.execute("UPDATE webhook_deliveries SET next_attempt_at = now() WHERE tenant = %s", [tenant])


def made_older(database: Connection, tenant: str, days: int) -> None:
    database.execute(
        "UPDATE webhook_deliveries SET created_at = created_at - make_interval(days => %s) WHERE tenant = %s",
        [days, tenant],
    )
