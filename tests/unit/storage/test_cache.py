"""Without Redis the cache says so, and equal questions still wait for one another in this process."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator

import pytest

from app.storage.cache import Cache, CacheAwayError

NOBODY = "redis://127.0.0.1:9/0"


@pytest.fixture
async def cache() -> AsyncIterator[Cache]:
    cache = Cache(NOBODY, ttl_s=60)
    yield cache
    await cache.close()


async def test_a_cache_that_is_away_says_so(cache: Cache) -> None:
    with pytest.raises(CacheAwayError):
        await cache.get("question")
    with pytest.raises(CacheAwayError):
        await cache.put("question", "answer")
    assert not await cache.is_ready()


async def test_equal_questions_are_answered_one_after_another(cache: Cache) -> None:
    inside, most = Counter[str](), Counter[str]()

    async def answer(key: str) -> None:
        async with cache.single_flight(key, at_most_s=5):
            inside[key] += 1
            most[key] = max(most[key], inside[key])
            await asyncio.sleep(0)  # gives the others their turn
            inside[key] -= 1

    await asyncio.gather(*(answer(key) for key in "aabaab"))
    assert most == {"a": 1, "b": 1}


async def test_different_questions_are_answered_at_the_same_time(cache: Cache) -> None:
    both = asyncio.Barrier(2)

    async def answer(key: str) -> None:
        async with cache.single_flight(key, at_most_s=5):
            await both.wait()

    async with asyncio.timeout(10):
        await asyncio.gather(answer("a"), answer("b"))


async def test_a_question_that_fails_lets_the_next_one_in(cache: Cache) -> None:
    with pytest.raises(ZeroDivisionError):
        async with cache.single_flight("a", at_most_s=5):
            raise ZeroDivisionError
    async with asyncio.timeout(10), cache.single_flight("a", at_most_s=5):
        pass
