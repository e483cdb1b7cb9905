"""A database that is away is told in words without secrets; what its URL asks for is kept."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text

from app.storage.database import Database, RecordError
from app.storage.record import INSERT_PREDICTION

NOBODY = "postgresql+psycopg://clinic:sesame@127.0.0.1:9/record"


@pytest.fixture
async def database() -> AsyncIterator[Database]:
    database = Database(NOBODY)
    yield database
    await database.close()


async def test_a_statement_fails_without_a_secret(database: Database) -> None:
    with pytest.raises(RecordError) as caught:
        await database.run(INSERT_PREDICTION, {"model_name": "a person's"})
    assert str(caught.value) == "the database is away"


async def test_a_transaction_fails_without_a_secret(database: Database) -> None:
    with pytest.raises(RecordError) as caught:
        async with database.transaction() as session:
            await session.execute(text("SELECT 1"))
    assert str(caught.value) == "the database is away"


async def test_it_is_not_ready(database: Database) -> None:
    assert not await database.is_ready()


async def first_message(query: str, longest_pause_s: float | None) -> bytes:
    """What a server is sent first by whoever connects to it: user, database and options."""
    said: list[bytes] = []

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        said.append(await reader.read(4096))
        writer.close()

    async with await asyncio.start_server(listen, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        url = f"postgresql+psycopg://clinic@127.0.0.1:{port}/record?sslmode=disable&gssencmode=disable{query}"
        database = Database(url, longest_pause_s)
        assert not await database.is_ready()
        await database.close()
    return said[0]


async def test_a_pause_is_bounded_beside_the_options_of_the_url() -> None:
    said = await first_message("&options=-c%20statement_timeout%3D9000", longest_pause_s=2.5)
    assert b"-c statement_timeout=9000" in said
    assert b"-c idle_in_transaction_session_timeout=2500" in said


async def test_without_a_bound_the_options_are_the_urls() -> None:
    said = await first_message("&options=-c%20statement_timeout%3D9000", longest_pause_s=None)
    assert b"-c statement_timeout=9000\0" in said
    assert b"idle_in_transaction" not in said
