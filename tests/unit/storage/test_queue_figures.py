"""The queue's length is read seldom, by one reader at a time, and never waited for long."""

import asyncio
import math
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from hypothesis import given, settings
from hypothesis import strategies as st
from prometheus_client import REGISTRY

from app.storage.database import Database
from app.storage.engine import DatabaseLimits
from app.storage.queue_figures import QueueFigures

TASK = "test.task"
PATIENCE_S = 0.05
DRIVER_WAITS_S = 60.0


class Server:
    """A PostgreSQL that lets everybody connect and says nothing; it counts them."""

    def __init__(self) -> None:
        self.callers = 0
        self._over = asyncio.Event()

    async def hold(self, _: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.callers += 1
        await self._over.wait()
        writer.close()

    def end(self) -> None:
        self._over.set()


@asynccontextmanager
async def silent() -> AsyncIterator[tuple[Server, Database]]:
    server = Server()
    listening = await asyncio.start_server(server.hold, "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    url = f"postgresql+psycopg://u:p@127.0.0.1:{port}/d?sslmode=disable&gssencmode=disable"
    database = Database(url, DatabaseLimits(wait_s=DRIVER_WAITS_S))
    async with listening:
        try:
            yield server, database
        finally:
            server.end()
            await database.close()


def told(name: str, **labels: str) -> float:
    value = REGISTRY.get_sample_value(name, labels)
    assert value is not None
    return value


async def test_a_database_that_says_nothing_is_not_waited_for() -> None:
    async with silent() as (_, database):
        figures = QueueFigures(database, [TASK], PATIENCE_S, kept_s=60)
        started = time.monotonic()
        await figures.refresh()
        assert time.monotonic() - started < DRIVER_WAITS_S / 2  # the driver itself would wait for all of it
    assert told("turnpoint_queue_read") == 0
    assert math.isnan(told("turnpoint_queue_oldest_seconds", task=TASK))
    assert math.isnan(told("turnpoint_queue_tasks", task=TASK, state="waiting"))


async def test_however_many_look_one_asks() -> None:
    async with silent() as (server, database):
        figures = QueueFigures(database, [TASK], PATIENCE_S, kept_s=60)
        await asyncio.gather(*(figures.refresh() for _ in range(20)))
        await figures.refresh()
        assert server.callers == 1


@given(steps=st.lists(st.floats(0, 30), min_size=1, max_size=8), kept_s=st.sampled_from([0.0, 10.0]))
@settings(max_examples=10)
async def test_it_is_asked_again_only_once_what_was_told_is_old(steps: list[float], kept_s: float) -> None:
    now, asked, last = 0.0, 0, -math.inf
    database = Database("postgresql+psycopg://u:p@127.0.0.1:9/d", DatabaseLimits())
    looked: list[float] = []

    def clock() -> float:
        looked.append(now)
        return now

    figures = QueueFigures(database, [TASK], at_most_s=5, kept_s=kept_s, clock=clock)
    try:
        for step in steps:
            now += step
            expected = now >= last + kept_s
            before = len(looked)
            await figures.refresh()
            # The clock is looked at to see whether it is time, and once more when an answer is kept.
            assert len(looked) - before == 1 + expected
            asked, last = asked + expected, now if expected else last
    finally:
        await database.close()
    assert asked >= 1
