"""Threads of a lane that nobody queues for in order: counted are those at work, and what waits how long."""

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, ParamSpec, TypeVar

from app.metrics import LANE_BUSY, LANE_QUEUE, LANE_THREADS, LANE_WAIT

P = ParamSpec("P")
T = TypeVar("T")


class LaneThreads(ThreadPoolExecutor):
    """A pool of threads whose use `/metrics` tells, by the lane's name."""

    def __init__(self, lane: str, size: int) -> None:
        super().__init__(size, thread_name_prefix=lane)
        self._queue, self._busy = LANE_QUEUE.labels(lane), LANE_BUSY.labels(lane)
        self._wait = LANE_WAIT.labels(lane)
        LANE_THREADS.labels(lane).set(size)

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> "Future[T]":
        queue, wait, since = self._queue, self._wait, time.perf_counter()
        queue.inc()
        begun = False

        def counted() -> T:
            nonlocal begun
            begun = True
            queue.dec()
            wait.observe(time.perf_counter() - since)
            with self._busy.track_inprogress():
                return fn(*args, **kwargs)

        def left(_: Any) -> None:
            if not begun:  # cancelled before its turn came
                queue.dec()

        future = super().submit(counted)
        future.add_done_callback(left)
        return future
