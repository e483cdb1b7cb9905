"""With Redis away the cache says so, and equal questions still wait for each other within the process."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.storage.cache import Cache, CacheAwayError, CacheLimits
from tests.unit.storage import away

AT_MOST_S = 60.0


@asynccontextmanager
async def cache_without_redis() -> AsyncIterator[Cache]:
    cache = Cache(away.REDIS, 60, CacheLimits())
    try:
        yield cache
    finally:
        await cache.close()


async def test_a_cache_that_is_away_says_so() -> None:
    async with cache_without_redis() as cache:
        with pytest.raises(CacheAwayError) as reading:
            await cache.get("key")
        with pytest.raises(CacheAwayError) as writing:
            await cache.put("key", "value")
        assert not await cache.is_ready()
    for error in (reading.value, writing.value):
        assert away.SECRET not in f"{error!r} {error.__cause__!r}"


@given(st.lists(st.sampled_from("abc"), min_size=1, max_size=12))
@settings(max_examples=30)
async def test_equal_questions_are_answered_one_at_a_time(questions: list[str]) -> None:
    under_way: Counter[str] = Counter()
    answered: Counter[str] = Counter()

    async def answer(cache: Cache, question: str) -> None:
        async with cache.single_flight(question, AT_MOST_S):
            under_way[question] += 1
            assert under_way[question] == 1
            await asyncio.sleep(0)  # a turn for whoever should be waiting
            under_way[question] -= 1
            answered[question] += 1

    async with cache_without_redis() as cache, asyncio.TaskGroup() as group:
        for question in questions:
            group.create_task(answer(cache, question))
    assert answered == Counter(questions)


async def test_different_questions_do_not_wait_for_each_other() -> None:
    together = asyncio.Barrier(5)

    async def answer(cache: Cache, question: str) -> None:
        async with cache.single_flight(question, AT_MOST_S):
            await together.wait()  # for all five to be inside

    async with cache_without_redis() as cache, asyncio.timeout(60), asyncio.TaskGroup() as group:
        for question in "abcde":
            group.create_task(answer(cache, question))


async def test_who_fails_or_hangs_up_lets_the_next_one_in() -> None:
    inside, over = asyncio.Event(), asyncio.Event()
    order: list[str] = []

    async def fails(cache: Cache) -> None:
        async with cache.single_flight("question", AT_MOST_S):
            inside.set()
            await over.wait()
            raise ValueError("the classifier is away")

    async def answers(cache: Cache, name: str) -> None:
        async with cache.single_flight("question", AT_MOST_S):
            order.append(name)

    async with cache_without_redis() as cache, asyncio.timeout(60):
        failing = asyncio.create_task(fails(cache))
        await inside.wait()
        gone, next_one = (asyncio.create_task(answers(cache, name)) for name in ("gone", "next"))
        await asyncio.sleep(0)  # a turn for both to begin to wait
        gone.cancel()
        over.set()
        results = await asyncio.gather(failing, gone, next_one, return_exceptions=True)
    assert [type(result) for result in results] == [ValueError, asyncio.CancelledError, type(None)]
    assert order == ["next"]


async def test_what_fails_inside_is_not_taken_for_the_cache() -> None:
    """Also where it looks like what Redis being away looks like."""
    async with cache_without_redis() as cache:
        with pytest.raises(OSError, match="of the question's own"):
            async with cache.single_flight("question", AT_MOST_S):
                raise OSError("of the question's own")
