"""A token that is good once is good once: at whichever gateway, with Redis away, and all at the same time."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from app.identity.refusals import IdentityAwayError
from app.storage.cache import Cache
from app.storage.database import Database
from app.storage.replays import TokenUses
from app.storage.token_tables import TokenUseRow
from tests.integration.serving import PATIENT_CACHE, PATIENT_DATABASE, seen_by

NOBODY = "redis://127.0.0.1:9/0"


@pytest.fixture
async def away() -> AsyncIterator[Cache]:
    """A cache that nobody answers."""
    cache = Cache(NOBODY, 60, PATIENT_CACHE)
    yield cache
    await cache.close()


def soon() -> datetime:
    return datetime.now(UTC) + timedelta(minutes=5)


async def test_it_is_good_once(record: Database, cache: Cache) -> None:
    here, there = TokenUses(record, cache), TokenUses(record, cache)
    token = secrets.token_hex(32)
    first = await here.is_first("default", token, soon())
    assert [first, *[await one.is_first("default", token, soon()) for one in (here, there)]] == [
        True,
        False,
        False,
    ]


async def test_with_redis_away_the_record_knows(record: Database, cache: Cache, away: Cache) -> None:
    with_redis, without = TokenUses(record, cache), TokenUses(record, away)
    before, after = secrets.token_hex(32), secrets.token_hex(32)
    assert await with_redis.is_first("default", before, soon())
    assert not await without.is_first("default", before, soon()), "Redis was lost since"
    assert await without.is_first("default", after, soon())
    assert not await without.is_first("default", after, soon())
    assert not await with_redis.is_first("default", after, soon()), "Redis came back without it"


@pytest.mark.parametrize("is_away", [True, False])
async def test_of_many_at_once_one_is_first(
    record: Database, cache: Cache, away: Cache, is_away: bool
) -> None:
    uses, token = TokenUses(record, away if is_away else cache), secrets.token_hex(32)
    told = await asyncio.gather(*(uses.is_first("default", token, soon()) for _ in range(12)))
    assert sorted(told) == [False] * 11 + [True]


async def test_what_has_ended_goes_with_the_next(record: Database, cache: Cache) -> None:
    uses, tenant = TokenUses(record, cache), "ending"
    ended = datetime.now(UTC) - timedelta(seconds=1)
    for _ in range(3):
        assert await uses.is_first(tenant, secrets.token_hex(32), ended)
    assert await uses.is_first(tenant, secrets.token_hex(32), soon())
    async with seen_by(record, tenant).transaction() as session:
        assert await session.scalar(select(func.count()).select_from(TokenUseRow)) == 1


async def test_without_the_record_nobody_can_say(cache: Cache) -> None:
    nowhere = Database("postgresql+psycopg://nobody@127.0.0.1:9/nothing", PATIENT_DATABASE)
    with pytest.raises(IdentityAwayError):
        await TokenUses(nowhere, cache).is_first("default", secrets.token_hex(32), soon())
    await nowhere.close()
