"""A loop in a thread of its own: work is done, or is cancelled; nobody waits for ever."""

import asyncio
import threading
from concurrent.futures import CancelledError

import pytest

from app.outbound.loops import LoopThread


class Closing:
    """Notes that it was called, and in which thread."""

    def __init__(self) -> None:
        self.threads: list[str] = []

    async def __call__(self) -> None:
        self.threads.append(threading.current_thread().name)


async def double(number: int) -> int:
    return 2 * number


def test_work_of_many_threads_is_done() -> None:
    loop = LoopThread("calls", Closing())
    assert [future.result(10) for future in [loop.submit(double(n)) for n in range(20)]] == [*range(0, 40, 2)]
    loop.stop()


def test_what_is_under_way_is_cancelled_and_then_things_are_closed_once() -> None:
    closing = Closing()
    loop = LoopThread("calls", closing)
    waiting = loop.submit(asyncio.Event().wait())
    loop.stop()
    loop.stop()
    with pytest.raises(CancelledError):
        waiting.result(10)
    assert closing.threads == ["calls"]


def test_what_comes_too_late_is_cancelled_at_once() -> None:
    loop = LoopThread("calls", Closing())
    loop.stop()
    with pytest.raises(CancelledError):
        loop.submit(double(1)).result(10)
