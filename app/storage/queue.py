"""Work for later, on PostgreSQL itself: enqueued in the transaction that records what it is about.

The queue is procrastinate's, in a schema of its own beside the record.
"""

from collections.abc import Iterable
from typing import Any

import procrastinate
from procrastinate.types import JSONValue
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.storage.bounded import BoundedConnection
from app.storage.engine import DatabaseLimits, connect_options

SCHEMA = "queue"
Arguments = dict[str, JSONValue]


def queue_app(database_url: str, limits: DatabaseLimits) -> procrastinate.App:
    """The queue at this database; a worker opens it, a gateway defers through its own transactions."""
    conninfo = make_url(database_url).set(drivername="postgresql").render_as_string(hide_password=False)

    async def bound(connection: Any) -> None:
        connection.longest_wait_s, connection.unit_s = limits.wait_s, float("inf")

    connector = procrastinate.PsycopgConnector(
        conninfo=conninfo,
        kwargs=connect_options(database_url, limits, f"-c search_path={SCHEMA}") | {"connect_timeout": 5},
        connection_class=BoundedConnection,
        configure=bound,
        timeout=limits.wait_s,
    )
    return procrastinate.App(connector=connector)


async def defer_within(
    session: AsyncSession, app: procrastinate.App, task: str, each: Iterable[Arguments]
) -> None:
    """Enqueue a task once for each set of arguments; it is there when the session's transaction commits."""
    connection = await session.connection()
    driver = (await connection.get_raw_connection()).driver_connection
    await session.execute(text(f"SET LOCAL search_path TO {SCHEMA}"))
    deferrer = app.configure_task(task, allow_unknown=True, connection=driver)
    if every := list(each):
        await deferrer.batch_defer_async(*every)
    await session.execute(text("SET LOCAL search_path TO DEFAULT"))
