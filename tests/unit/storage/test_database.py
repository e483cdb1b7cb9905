"""A database that is away is a `RecordError` without secrets; what else fails stays what it is."""

import asyncio
import struct
import traceback
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from urllib.parse import quote

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from app.identity.caller import Caller
from app.identity.principal import DEFAULT_TENANT
from app.storage.database import Database, RecordError
from app.storage.engine import DatabaseLimits
from app.storage.record import INSERT_PREDICTION
from tests.unit.storage import away

CALLER = Caller.service(DEFAULT_TENANT, "test")
_LIMITS = DatabaseLimits()


@asynccontextmanager
async def database_at(url: str, limits: DatabaseLimits = _LIMITS) -> AsyncIterator[Database]:
    database = Database(url, limits)
    try:
        yield database
    finally:
        await database.close()


async def test_a_database_that_is_away_is_told_without_its_secrets() -> None:
    async with database_at(away.DATABASE) as database:
        with pytest.raises(RecordError) as writing:
            async with database.of(CALLER).transaction() as session:
                await session.execute(INSERT_PREDICTION, {"label": "a-patients-value"})
        with pytest.raises(RecordError) as reading:
            async with database.of(CALLER).transaction() as session:
                await session.execute(text("SELECT 1"))
        assert not await database.is_ready()
    for error in (writing.value, reading.value):
        whole = "".join(messages(error))
        assert away.SECRET not in whole
        assert "a-patients-value" not in whole


@given(
    given=st.sampled_from(["", "-c search_path=mine", "-c a.b=1 -c statement_timeout=9000"]),
    wait_s=st.floats(0.1, 1e5),
    pause_s=st.floats(1, 1e5),
)
@example(given="-c search_path=mine", wait_s=0.1, pause_s=1.0)
@settings(max_examples=15)
async def test_the_server_gives_up_before_its_caller_does(given: str, wait_s: float, pause_s: float) -> None:
    told = (await options_told(given, DatabaseLimits(wait_s=wait_s, pause_s=pause_s))).split()
    count = len(given.split())
    assert told[len(told) - count :] == given.split()  # the last of two is heeded: the user's own
    ours = dict(one.split("=") for one in told[: len(told) - count] if one != "-c")
    times = [int(ours[name]) for name in ("lock_timeout", "statement_timeout")]
    assert 0 < times[0] < times[1] < 1000 * wait_s
    assert int(ours["idle_in_transaction_session_timeout"]) == round(1000 * pause_s)


def messages(error: BaseException | None) -> Iterator[str]:
    """What a log would hold of an error and of all that led to it."""
    while error is not None:
        yield from traceback.format_exception_only(error)
        error = error.__cause__ or error.__context__


async def options_told(given: str, limits: DatabaseLimits) -> str:
    """The options that a server on this machine is told, which hangs up after that."""
    told: asyncio.Future[dict[str, str]] = asyncio.get_running_loop().create_future()

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not told.done():
            told.set_result(await startup(reader))
        writer.close()

    server = await asyncio.start_server(listen, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    query = f"sslmode=disable&gssencmode=disable&options={quote(given)}"
    async with (
        server,
        database_at(f"postgresql+psycopg://u:p@127.0.0.1:{port}/d?{query}", limits) as database,
    ):
        assert not await database.is_ready()
    return (await told).get("options", "")


async def startup(reader: asyncio.StreamReader) -> dict[str, str]:
    """PostgreSQL's StartupMessage: its length and version, then names and values, each ended by a zero."""
    length, _ = struct.unpack("!II", await reader.readexactly(8))
    parts = (await reader.readexactly(length - 8)).decode().rstrip("\0").split("\0")
    return dict(zip(parts[::2], parts[1::2], strict=False))
