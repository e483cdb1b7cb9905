"""The pool of connections to PostgreSQL: never more than so many, none waited for too long."""

import asyncio
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import psycopg
from sqlalchemy import event, make_url
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from app.storage.bounded import BoundedConnection, can_read
from app.storage.pool import CountingPool
from app.storage.silence import Silence

probing: ContextVar[bool] = ContextVar("probing", default=False)
"""Whether this is a probe: it may wait for a server that others leave alone."""


@dataclass(frozen=True, slots=True)
class DatabaseLimits:
    """How many connections, and how long anything may take; seconds."""

    connections: int = 20
    """At most, at any time."""
    wait_s: float = 2.5
    """For one answer of the server, for a new connection, and for a free one."""
    unit_s: float = 30.0
    """For all the answers of one unit of work together."""
    pause_s: float = 60.0
    """After so long the server ends a transaction in which nothing is said.

    So whoever froze, or was cut off, in the middle of one does not keep for good what it had locked.
    """


class SilentError(psycopg.OperationalError):
    """The server is being left alone: it did not answer before."""


def engine_of(url: str, limits: DatabaseLimits, silence: Silence) -> AsyncEngine:
    """An engine whose connections are replaced one at a time, each when it is found to be dead."""

    async def connect(*args: Any, **options: Any) -> BoundedConnection:
        try:
            async with asyncio.timeout(limits.wait_s):
                connection = await BoundedConnection.connect(*args, **options)
        except TimeoutError:
            silence.begin()
            raise psycopg.OperationalError("the server lets nobody in") from None
        except psycopg.OperationalError:
            silence.begin()  # one that is just starting must not be kept from it by every request
            raise
        connection.longest_wait_s, connection.unit_s = limits.wait_s, limits.unit_s
        connection.on_silence = silence.begin
        return connection

    engine = create_async_engine(
        url,
        poolclass=CountingPool,
        pool_size=limits.connections,
        max_overflow=0,
        pool_timeout=limits.wait_s,
        pool_use_lifo=True,
        hide_parameters=True,  # what a statement carries must not reach a log by way of an error
        connect_args=connect_options(url, limits) | {"async_creator_fn": connect},
    )

    @event.listens_for(engine.sync_engine, "checkout")
    def _check(connection: Any, entry: ConnectionPoolEntry, _: Any) -> None:
        if silence.lasts and not probing.get():
            raise SilentError("the server did not answer before")
        driver: BoundedConnection = connection.driver_connection
        # Nobody asked anything: what there is to read is that the server has ended it, as on its restart.
        if entry.info.setdefault("used", False) and can_read(driver.fileno()):
            raise DisconnectionError("the server has ended the connection")
        entry.info["used"] = True
        driver.begin_unit()

    return engine


def connect_options(url: str, limits: DatabaseLimits, options: str = "") -> dict[str, Any]:
    """What libpq and the server are told at the start of a connection; those in the URL come first.

    The server gives a statement up a little before its caller does: then the connection stays.
    """
    given = make_url(url).query
    milliseconds = {
        "statement_timeout": 0.8 * limits.wait_s,
        "lock_timeout": 0.6 * limits.wait_s,
        "idle_in_transaction_session_timeout": limits.pause_s,
    }
    told = [options, *(f"-c {name}={max(1, round(1000 * s))}" for name, s in milliseconds.items())]
    theirs = str(given.get("options", ""))  # the server heeds the last of two
    by_default = {
        "keepalives_idle": 10,
        "keepalives_interval": 5,
        "keepalives_count": 3,
        "tcp_user_timeout": round(4000 * limits.wait_s),
        "application_name": "turnpoint",
    }
    kept = {name: value for name, value in by_default.items() if name not in given}
    return {"options": " ".join(part for part in (*told, theirs) if part)} | kept
