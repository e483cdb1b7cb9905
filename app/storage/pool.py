"""What is counted of the pool of connections to PostgreSQL: a connection counts until it is closed."""

import time
from typing import Any

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.pool import AsyncAdaptedQueuePool, ConnectionPoolEntry, PoolProxiedConnection

from app.metrics import (
    DATABASE_CONNECTIONS,
    DATABASE_CONNECTIONS_MOST,
    DATABASE_IN_USE,
    DATABASE_WAITING,
    DATABASE_WAITS,
)

_LENT = "turnpoint: lent"


class CountingPool(AsyncAdaptedQueuePool):
    """SQLAlchemy's pool, which times how long it is waited for."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        DATABASE_CONNECTIONS_MOST.set(self.size() + self._max_overflow)

    def connect(self) -> PoolProxiedConnection:
        """A connection to work with; making a new one is part of the wait."""
        started, outcome = time.perf_counter(), "none"
        DATABASE_WAITING.inc()
        try:
            connection = super().connect()
            outcome = "connection"
            return connection
        finally:
            DATABASE_WAITING.dec()
            DATABASE_WAITS.labels(outcome).observe(time.perf_counter() - started)


def count_connections(engine: AsyncEngine) -> None:
    """Count what the engine's pool opens, lends, takes back and closes."""
    for name, heard in (
        ("connect", _opened),
        ("close", _closed),
        ("checkout", _lent),
        ("checkin", _returned),
    ):
        event.listen(engine.sync_engine, name, heard)


def _opened(*_: Any) -> None:
    DATABASE_CONNECTIONS.inc()


def _closed(*_: Any) -> None:
    DATABASE_CONNECTIONS.dec()


def _lent(_: Any, record: ConnectionPoolEntry, __: Any) -> None:
    info = record.record_info
    if info is not None and _LENT not in info:  # told again where it had died and was made anew
        info[_LENT] = True
        DATABASE_IN_USE.inc()


def _returned(_: Any, record: ConnectionPoolEntry) -> None:
    info = record.record_info
    if info is not None and info.pop(_LENT, False):  # one that could not be made was never lent
        DATABASE_IN_USE.dec()
