"""A lane of real threads: who is next, and what becomes of those who leave."""

import asyncio
import threading
from collections.abc import Coroutine
from contextvars import copy_context
from typing import Any

import pytest

from app.admission.current_caller import CALLER, UNDER_WAY
from app.admission.lane import Lane
from app.admission.refusals import TooLongError

SECONDS = 60
"""How long anything may take before a test gives up on it."""


class Held:
    """A piece of work that lasts until it is let go."""

    def __init__(self) -> None:
        self.begun, self.let_go = threading.Event(), threading.Event()

    def __call__(self) -> None:
        self.begun.set()
        assert self.let_go.wait(SECONDS)


def asked_by(caller: str, work: Coroutine[Any, Any, Any]) -> "asyncio.Task[Any]":
    context = copy_context()
    context.run(CALLER.set, caller)
    return asyncio.create_task(work, context=context)


async def settled() -> None:
    """Whatever can go on has gone on."""
    for _ in range(10):
        await asyncio.sleep(0)


def test_one_callers_many_do_not_hold_up_anothers_one() -> None:
    async def scenario() -> list[str]:
        lane, held, order = Lane("test", 1, SECONDS), Held(), list[str]()
        first = asked_by("heavy", lane.run(held))
        await settled()
        heavy = [asked_by("heavy", lane.run(order.append, "heavy")) for _ in range(100)]
        await settled()
        light = asked_by("light", lane.run(order.append, "light"))
        await settled()
        held.let_go.set()
        await asyncio.gather(first, light, *heavy)
        lane.close()
        return order

    order = asyncio.run(scenario())
    assert order.index("light") <= 1
    assert order.count("heavy") == 100


def test_who_leaves_the_queue_is_not_worked_for_and_holds_up_nobody() -> None:
    async def scenario() -> list[str]:
        lane, held, order = Lane("test", 1, SECONDS), Held(), list[str]()
        first = asyncio.create_task(lane.run(held))
        await settled()
        leaving = asyncio.create_task(lane.run(order.append, "left"))
        staying = asyncio.create_task(lane.run(order.append, "stayed"))
        await settled()
        leaving.cancel()
        await asyncio.gather(leaving, return_exceptions=True)
        held.let_go.set()
        await asyncio.gather(first, staying)
        lane.close()
        return order

    assert asyncio.run(scenario()) == ["stayed"]


def test_a_thread_is_given_on_only_when_its_work_has_ended() -> None:
    async def scenario() -> None:
        lane, held, next_one = Lane("test", 1, SECONDS), Held(), Held()
        first = asyncio.create_task(lane.run(held))
        await asyncio.to_thread(held.begun.wait, SECONDS)
        second = asyncio.create_task(lane.run(next_one))
        await settled()
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)
        await settled()
        assert not next_one.begun.is_set()
        held.let_go.set()
        assert await asyncio.to_thread(next_one.begun.wait, SECONDS)
        next_one.let_go.set()
        await second
        lane.close()

    asyncio.run(scenario())


def test_nobody_waits_longer_than_is_said() -> None:
    async def scenario() -> None:
        lane, held = Lane("test", 1, 0.01), Held()
        first = asyncio.create_task(lane.run(held))
        await settled()
        with pytest.raises(TooLongError) as caught:
            await lane.run(len, "abc")
        assert caught.value.retry_after_s >= 1
        held.let_go.set()
        await first
        assert await lane.run(len, "abc") == 3
        lane.close()

    asyncio.run(scenario())


def test_a_fault_of_the_work_is_its_callers_and_leaves_the_thread_free() -> None:
    async def scenario() -> None:
        lane = Lane("test", 1, SECONDS)
        with pytest.raises(ZeroDivisionError):
            await lane.run(divmod, 1, 0)
        assert await lane.go_on_within(SECONDS, lambda: divmod(7, 2)) == (3, 1)
        lane.close()

    asyncio.run(scenario())


def test_work_knows_how_much_its_caller_has_under_way() -> None:
    async def scenario() -> list[int]:
        lane, held = Lane("test", 3, SECONDS), Held()
        first = asked_by("one", lane.run(held))
        await settled()
        told = [await asked_by(caller, lane.run(UNDER_WAY.get)) for caller in ("one", "other", "one")]
        held.let_go.set()
        await first
        told.append(await asked_by("one", lane.run(UNDER_WAY.get)))
        lane.close()
        return told

    assert asyncio.run(scenario()) == [2, 1, 2, 1]


def test_spare_threads_are_for_who_has_nothing_under_way() -> None:
    async def scenario() -> None:
        lane, heavy = Lane("test", 2, SECONDS, spare=1), [Held() for _ in range(4)]
        tasks = [asked_by("heavy", lane.run(one)) for one in heavy]
        for one in heavy[:2]:
            assert await asyncio.to_thread(one.begun.wait, SECONDS)
        assert await asked_by("light", lane.run(len, "abc")) == 3
        await settled()
        assert not any(one.begun.is_set() for one in heavy[2:])
        for one in heavy:
            one.let_go.set()
        await asyncio.gather(*tasks)
        lane.close()

    asyncio.run(scenario())


async def test_whoever_leaves_as_a_thread_falls_free_leaves_no_thread_counted() -> None:
    """Or the lane would begin more than it has threads for, and nobody would wait in a fair order."""
    lane = Lane("test", 2, SECONDS)
    for _ in range(200):
        asked = [asyncio.create_task(lane.run(lambda: None)) for _ in range(20)]
        await asyncio.wait(asked, return_when=asyncio.FIRST_COMPLETED)
        for one in asked:
            one.cancel()
        await asyncio.gather(*asked, return_exceptions=True)
    lane._threads.shutdown(wait=True)
    await settled()
    assert dict(lane._running) == {}
    assert len(lane._waiting) == 0
