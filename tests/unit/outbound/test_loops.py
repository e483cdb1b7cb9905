"""A loop in a thread of its own: other threads get results and errors, and nothing hangs when it ends."""

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from contextlib import suppress

import pytest

from app.outbound.loops import LoopThread

NAME = "a loop under test"
PATIENCE_S = 10
"""Nothing here takes long: so a fault is an error, not a run that hangs."""


async def nothing() -> None:
    """There is nothing to put away."""


async def doubled(number: int) -> int:
    await asyncio.sleep(0)
    return 2 * number


@pytest.fixture
def loop() -> Iterator[LoopThread]:
    thread = LoopThread(NAME, nothing)
    yield thread
    thread.stop()


def test_each_thread_gets_the_result_of_its_own_work(loop: LoopThread) -> None:
    with ThreadPoolExecutor(4) as callers:
        results = list(callers.map(lambda n: loop.submit(doubled(n)).result(PATIENCE_S), range(50)))
    assert results == [2 * number for number in range(50)]


def test_an_error_reaches_whoever_asked_and_ends_nothing_else(loop: LoopThread) -> None:
    async def fails() -> None:
        raise ValueError("not a model")

    with pytest.raises(ValueError, match="not a model"):
        loop.submit(fails()).result(PATIENCE_S)
    assert loop.submit(doubled(2)).result(PATIENCE_S) == 4


def test_work_may_be_given_a_deadline_as_a_whole(loop: LoopThread) -> None:
    async def with_deadline() -> None:
        async with asyncio.timeout(0):
            await asyncio.Event().wait()

    with pytest.raises(TimeoutError):
        loop.submit(with_deadline()).result(PATIENCE_S)


def test_all_work_is_in_one_loop_that_is_not_the_callers(loop: LoopThread) -> None:
    async def where() -> tuple[asyncio.AbstractEventLoop, str]:
        return asyncio.get_running_loop(), threading.current_thread().name

    places = {loop.submit(where()).result(PATIENCE_S) for _ in range(3)}
    ((_, thread),) = places
    assert thread == NAME


def test_stopping_cancels_what_is_under_way_and_then_puts_away() -> None:
    events: list[str] = []
    begun = threading.Event()

    async def endless() -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            events.append("cancelled")

    async def put_away() -> None:
        events.append(f"put away in {threading.current_thread().name}")

    thread = LoopThread(NAME, put_away)
    under_way = thread.submit(endless())
    assert begun.wait(PATIENCE_S)
    thread.stop()
    assert events == ["cancelled", f"put away in {NAME}"]
    with pytest.raises(CancelledError):
        under_way.result(PATIENCE_S)
    assert NAME not in [one.name for one in threading.enumerate()]
    thread.stop()  # again changes nothing
    assert events == ["cancelled", f"put away in {NAME}"]


def test_work_that_comes_too_late_is_cancelled_at_once() -> None:
    thread = LoopThread(NAME, nothing)
    thread.stop()
    late = thread.submit(doubled(1))
    assert late.cancelled()


def test_whatever_is_handed_over_while_the_loop_is_stopped_comes_to_an_end() -> None:
    for _ in range(20):
        thread = LoopThread(NAME, nothing)
        together = threading.Barrier(5)

        def hand_over(thread: LoopThread = thread, start: threading.Barrier = together) -> list[Future[int]]:
            start.wait(PATIENCE_S)
            return [thread.submit(doubled(number)) for number in range(10)]

        with ThreadPoolExecutor(4) as callers:
            handed = [callers.submit(hand_over) for _ in range(4)]
            together.wait(PATIENCE_S)
            thread.stop()
        for number, future in ((n, f) for one in handed for n, f in enumerate(one.result())):
            with suppress(CancelledError):
                assert future.result(PATIENCE_S) == 2 * number
