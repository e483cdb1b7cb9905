"""Valkey frozen, and gateways that die with a question in hand: short waits, and locks that end."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from uuid import uuid4

import pytest
import redis

from app.storage.cache import Cache, CacheAwayError, CacheLimits
from tests.integration.freezing import frozen
from tests.integration.serving import SECONDS, LastingValkey

LIMITS = CacheLimits(connections=4, wait_s=2.0, lock_s=5.0)


@pytest.fixture(scope="module")
def valkey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LastingValkey]:
    server = LastingValkey(tmp_path_factory.mktemp("frozen"))
    server.start()
    yield server
    server.stop()


@pytest.fixture
def key() -> str:
    return f"question-{uuid4()}"


@asynccontextmanager
async def cache_on(valkey: LastingValkey, limits: CacheLimits = LIMITS) -> AsyncIterator[Cache]:
    cache = Cache(valkey.url, ttl_s=60, limits=limits)
    try:
        yield cache
    finally:
        await cache.close()


async def is_away(cache: Cache) -> bool:
    try:
        await cache.get("any")
    except CacheAwayError:
        return True
    return False


async def served(cache: Cache) -> None:
    async with asyncio.timeout(SECONDS):
        while await is_away(cache):  # noqa: ASYNC110 - nothing tells when a server is back
            await asyncio.sleep(0.02)


async def test_a_frozen_server_costs_one_short_wait_and_is_found_back(
    valkey: LastingValkey, key: str
) -> None:
    async with cache_on(valkey) as cache:
        with redis.from_url(valkey.url) as asking:
            asking.set(key, "answer")
        await served(cache)
        with frozen(valkey.process):
            began = time.monotonic()
            assert all(await asyncio.gather(*(is_away(cache) for _ in range(40))))
            first = time.monotonic() - began
            later = [await asked_in_vain(cache) for _ in range(5)]
        await served(cache)
        assert await cache.get(key) == "answer"
    assert first < 10 * LIMITS.wait_s  # not one after another
    assert min(later) < LIMITS.wait_s  # left alone: nobody waits any more


async def asked_in_vain(cache: Cache) -> float:
    """Seconds until many who asked one after the other had all been told that nobody answers."""
    began = time.monotonic()
    for _ in range(40):
        assert await is_away(cache)
    return time.monotonic() - began


async def test_connections_are_no_more_than_allowed(valkey: LastingValkey, key: str) -> None:
    async with cache_on(valkey, CacheLimits(connections=4, wait_s=SECONDS)) as cache:
        await asyncio.gather(*(cache.put(f"{key}-{number}", "value") for number in range(200)))
        with redis.from_url(valkey.url) as asking:
            assert len(asking.client_list()) <= 4 + 1


async def test_a_lock_outlasts_its_seconds_while_its_owner_works(valkey: LastingValkey, key: str) -> None:
    order: list[str] = []
    async with cache_on(valkey) as owner, cache_on(valkey) as other:
        inside = asyncio.Event()

        async def work() -> None:
            async with owner.single_flight(key, SECONDS):
                inside.set()
                await asyncio.sleep(2 * LIMITS.lock_s)
                order.append("owner")

        working = asyncio.create_task(work())
        await inside.wait()
        async with other.single_flight(key, SECONDS):
            order.append("other")
        await working
    assert order == ["owner", "other"]


async def test_a_lock_whose_owner_died_is_free_within_its_seconds(valkey: LastingValkey, key: str) -> None:
    async with cache_on(valkey) as other:
        with redis.from_url(valkey.url) as asking:
            began = time.monotonic()
            asking.set(f"{key}:lock", "somebody who died", px=1000)
        async with other.single_flight(key, SECONDS):
            waited = time.monotonic() - began
    assert 0.9 < waited < SECONDS / 2


async def test_a_lock_that_was_taken_without_a_reply_is_known_again(valkey: LastingValkey, key: str) -> None:
    """The command is carried out once the server wakes, when nobody waits for its reply any more."""
    long = CacheLimits(connections=4, wait_s=0.4, lock_s=SECONDS)
    async with cache_on(valkey, long) as cache, cache_on(valkey, long) as other:
        with frozen(valkey.process):
            async with cache.single_flight(key, SECONDS):
                pass  # alone: the server did not say whether it took the lock
        await served(cache)
        with redis.from_url(valkey.url, decode_responses=True) as asking:
            asking.set(f"{key}:lock", cache._owner)  # which is how it is left
        async with asyncio.timeout(SECONDS / 2), cache.single_flight(key, SECONDS):
            pass
        async with asyncio.timeout(SECONDS / 2), other.single_flight(key, SECONDS):
            pass  # and it was given back
