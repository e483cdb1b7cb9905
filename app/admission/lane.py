"""A lane: work that keeps a core busy, as much at a time as there are threads, in a fair order."""

import asyncio
import math
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from contextvars import copy_context
from dataclasses import dataclass
from functools import partial
from typing import Any, ParamSpec, TypeVar

from app.admission.current_caller import CALLER, UNDER_WAY
from app.admission.fair_queue import FairQueue
from app.admission.refusals import TooLongError
from app.metrics import LANE_BUSY, LANE_BUSY_S, LANE_QUEUE, LANE_REFUSED, LANE_THREADS, LANE_WAIT

P = ParamSpec("P")
T = TypeVar("T")
_LONGEST_ADVICE_S = 30
_WEIGHT = 0.1
"""Of the latest piece of work, in the mean by which it is told when to come again."""


@dataclass(eq=False, slots=True)
class _Turn:
    """Somebody's place in the queue."""

    granted: "asyncio.Future[None]"


class Lane:
    """Belongs to one event loop. Work that was begun ends in its thread, be it waited for or not.

    Spare threads are for callers who have nothing under way: they need not wait until somebody else's long
    work has ended. Meanwhile all share the cores.
    """

    def __init__(self, name: str, threads: int, longest_wait_s: float, spare: int = 0) -> None:
        self._name = name
        self._threads = ThreadPoolExecutor(threads + spare, thread_name_prefix=name)
        LANE_THREADS.labels(name).set(threads + spare)
        self._size, self._spare = threads, spare
        self._running: Counter[str] = Counter()
        self._longest_wait_s = longest_wait_s
        self._waiting: FairQueue[_Turn] = FairQueue()
        self._mean_s = 0.1

    async def run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The result of work, done in a thread when its caller's turn has come.

        Raises:
            TooLongError: it did not come within the longest wait.
        """
        return await self._run(partial(work, *args, **kwargs), ahead=False)

    async def run_within(self, wait_s: float, work: Callable[[], T]) -> T:
        """The same for a caller who waits for a turn so many seconds at most."""
        return await self._run(work, ahead=False, wait_s=wait_s)

    async def go_on_within(self, wait_s: float, work: Callable[[], T]) -> T:
        """The same for what an earlier piece of work leads to: it comes before the caller's new work."""
        return await self._run(work, ahead=True, wait_s=wait_s)

    def close(self) -> None:
        """Take no more work; what was begun is not waited for."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _run(self, work: Callable[[], T], ahead: bool, wait_s: float = math.inf) -> T:
        asked, caller = time.perf_counter(), CALLER.get()
        await self._turn(caller, ahead, min(wait_s, self._longest_wait_s))
        loop, started = asyncio.get_running_loop(), time.perf_counter()
        LANE_WAIT.labels(self._name).observe(started - asked)
        LANE_BUSY.labels(self._name).inc()

        def ended(_: Any) -> None:
            with suppress(RuntimeError):  # the loop is closed: nobody waits for a turn any more
                loop.call_soon_threadsafe(self._ended, caller, time.perf_counter() - started)

        context = copy_context()
        context.run(UNDER_WAY.set, self._running[caller])
        future = self._threads.submit(partial(context.run, work))
        future.add_done_callback(ended)  # not when the caller leaves: the thread is busy until then
        return await asyncio.wrap_future(future)

    async def _turn(self, caller: str, ahead: bool, wait_s: float) -> None:
        """Wait for a thread to be free, and take it."""
        if self._may_run(caller):
            self._running[caller] += 1
            return
        turn = _Turn(asyncio.get_running_loop().create_future())
        self._waiting.put(caller, turn, ahead)
        try:
            with LANE_QUEUE.labels(self._name).track_inprogress():
                async with asyncio.timeout(wait_s):
                    await turn.granted
        except BaseException as error:
            if turn.granted.cancelled():
                self._waiting.remove(caller, turn)  # unless it was passed over already
            else:  # it was granted in the same moment
                self._freed(caller)
            if isinstance(error, TimeoutError):
                LANE_REFUSED.labels(self._name, "waited").inc()
                raise TooLongError(self.advice_s) from None
            raise

    @property
    def advice_s(self) -> int:
        """Seconds after which what waits now should be done."""
        seconds = math.ceil(self._mean_s * (len(self._waiting) + 1) / self._size)
        return min(max(seconds, 1), _LONGEST_ADVICE_S)

    def _may_run(self, caller: str) -> bool:
        """Whether a thread is free for this caller."""
        under_way, own = self._running.total(), self._running[caller]
        return under_way < self._size or (own == 0 and under_way < self._size + self._spare)

    def _ended(self, caller: str, seconds: float) -> None:
        self._mean_s += _WEIGHT * (seconds - self._mean_s)
        LANE_BUSY.labels(self._name).dec()
        LANE_BUSY_S.labels(self._name).inc(seconds)
        self._freed(caller)

    def _freed(self, caller: str) -> None:
        self._running[caller] -= 1
        if not self._running[caller]:
            del self._running[caller]
        with suppress(LookupError):
            while True:
                caller, turn = self._waiting.take(self._may_run)
                if not turn.granted.done():
                    turn.granted.set_result(None)
                    self._running[caller] += 1
