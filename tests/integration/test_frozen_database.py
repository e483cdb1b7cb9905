"""PostgreSQL frozen or restarted under a pool: waits and connections are bounded, and it heals by itself."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace

import psutil
import pytest
from sqlalchemy import text

from app.identity.caller import Caller
from app.storage.database import Database, RecordError
from app.storage.engine import DatabaseLimits
from tests.integration.freezing import frozen
from tests.integration.serving import PATIENT_DATABASE, SECONDS, LastingPostgres

NOBODY = Caller.service("faults", "test")
LIMITS = DatabaseLimits(connections=4, wait_s=2.0)
"""Of tests in which the server is frozen: so long they wait. A busy machine may be as slow, so these
tests ask for what holds once it is not."""
UNHURRIED = replace(LIMITS, wait_s=10.0)
"""Of tests of what the server gives up: that it does so before its caller does takes a machine that never
stands still for 2 s."""
PATIENT = replace(PATIENT_DATABASE, connections=LIMITS.connections)
MANY = 20


@pytest.fixture(scope="module")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LastingPostgres]:
    server = LastingPostgres(tmp_path_factory.mktemp("frozen"))
    server.start()
    yield server
    server.stop()


@asynccontextmanager
async def database_on(postgres: LastingPostgres, limits: DatabaseLimits = LIMITS) -> AsyncIterator[Database]:
    database = Database(postgres.url.replace("postgresql://", "postgresql+psycopg://"), limits)
    try:
        yield database
    finally:
        await database.close()


async def ask(database: Database, statement: str = "SELECT 1") -> bool:
    """Whether it was answered; any failure but the one that callers are told of is raised."""
    try:
        async with database.of(NOBODY).transaction() as session:
            await session.execute(text(statement))
    except RecordError:
        return False
    return True


async def ask_repeatedly(database: Database, statement: str, times: int) -> bool:
    """The same with so many statements in one unit of work."""
    try:
        async with database.of(NOBODY).transaction() as session:
            for _ in range(times):
                await session.execute(text(statement))
    except RecordError:
        return False
    return True


async def ask_at_once(database: Database, count: int, statement: str = "SELECT 1") -> list[bool]:
    return list(await asyncio.gather(*(ask(database, statement) for _ in range(count))))


def connections(postgres: LastingPostgres) -> int:
    """How many the server serves, counted by its processes: it may be frozen."""
    return sum("turnpoint turnpoint" in " ".join(one.cmdline()) for one in postgres.process.children())


async def served(database: Database, count: int = MANY) -> None:
    """Wait until so many who ask at once are all answered."""
    async with asyncio.timeout(SECONDS):
        while not all(await ask_at_once(database, count)):  # noqa: ASYNC110 - nothing tells when it is back
            await asyncio.sleep(0.02)


async def test_frozen_is_as_quick_as_away_and_never_takes_more_than_the_pool(
    postgres: LastingPostgres,
) -> None:
    async with database_on(postgres) as database:
        await served(database)
        most = connections(postgres)
        with frozen(postgres.process):
            first, *later = [await asked_in_vain(database) for _ in range(6)]
        await served(database)
        most = max(most, connections(postgres))
    assert first < MANY / 2 * LIMITS.wait_s  # not one after another
    assert min(later) < LIMITS.wait_s  # left alone: nobody waits any more
    assert most <= LIMITS.connections


async def asked_in_vain(database: Database) -> float:
    """Seconds until many who asked at once had all been told that nobody answers."""
    began = time.monotonic()
    assert not any(await ask_at_once(database, MANY))
    return time.monotonic() - began


async def test_a_pool_that_is_all_in_use_is_waited_for_and_stays(postgres: LastingPostgres) -> None:
    async with database_on(postgres) as database:
        await served(database)
        async with asyncio.timeout(SECONDS):
            while True not in (answered := await ask_at_once(database, 40, "SELECT pg_sleep(0.5)")):
                await served(database)  # the machine stood still
        assert False in answered  # those who waited too long for a connection
        await served(database, LIMITS.connections)
        assert connections(postgres) <= LIMITS.connections


async def test_callers_who_leave_a_frozen_server_take_no_connection_with_them(
    postgres: LastingPostgres,
) -> None:
    async with database_on(postgres) as database:
        await served(database)
        with frozen(postgres.process):
            callers = [asyncio.create_task(ask(database)) for _ in range(LIMITS.connections)]
            await asyncio.sleep(0)  # a turn for each to ask
            for caller in callers:
                caller.cancel()
            async with asyncio.timeout(SECONDS / 2):
                await asyncio.gather(*callers, return_exceptions=True)
        await served(database)
        assert connections(postgres) <= LIMITS.connections


async def test_a_slow_statement_is_given_up_by_the_server_and_its_connection_stays(
    postgres: LastingPostgres,
) -> None:
    async with database_on(postgres, UNHURRIED) as database:
        await served(database, LIMITS.connections)
        before = {one.pid for one in postgres.process.children()}
        assert not await ask(database, "SELECT pg_sleep(60)")
        assert await ask(database)
        assert before <= {one.pid for one in postgres.process.children()}


async def test_who_waits_for_a_lock_gives_up(postgres: LastingPostgres) -> None:
    lock = "LOCK TABLE patients IN ACCESS EXCLUSIVE MODE"
    async with database_on(postgres, UNHURRIED) as database, database.of(NOBODY).transaction() as holder:
        await holder.execute(text(lock))
        assert not await ask(database, lock)
        assert await ask(database)


async def test_the_first_question_after_a_restart_is_answered(postgres: LastingPostgres) -> None:
    async with database_on(postgres, PATIENT) as database:
        assert all(await ask_at_once(database, MANY))
        for leave in (postgres.stop, postgres.kill):
            await asyncio.to_thread(leave)
            await asyncio.to_thread(postgres.start)
            assert all(await ask_at_once(database, MANY))
        assert connections(postgres) <= LIMITS.connections


async def test_one_connection_that_ends_is_replaced_alone(postgres: LastingPostgres) -> None:
    async with database_on(postgres, PATIENT) as database:
        assert all(await ask_at_once(database, MANY))
        backends = [
            one for one in postgres.process.children() if "turnpoint turnpoint" in " ".join(one.cmdline())
        ]
        kept, *_ = backends
        for one in backends[1:]:
            one.terminate()
        psutil.wait_procs(backends[1:], SECONDS)
        assert all(await ask_at_once(database, MANY))
        assert kept.is_running()


async def test_a_unit_that_waits_too_long_in_all_ends_and_nobody_else_suffers(
    postgres: LastingPostgres,
) -> None:
    limits = DatabaseLimits(connections=4, wait_s=5, unit_s=1.0)
    async with database_on(postgres, limits) as database:
        began = time.monotonic()
        assert not await ask_repeatedly(database, "SELECT pg_sleep(0.05)", 10_000)
        assert time.monotonic() - began < SECONDS
        await served(database)
