"""An event loop in a thread of its own, for callers that are threads themselves."""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Coroutine
from concurrent.futures import Future
from typing import Any, TypeVar

T = TypeVar("T")


class LoopThread:
    """Runs coroutines for other threads: so a whole call can be given a deadline, which sockets cannot."""

    def __init__(self, name: str, at_last: Callable[[], Awaitable[None]]) -> None:
        """`at_last` runs in the loop before it ends."""
        self._at_last = at_last
        self._started: Future[asyncio.AbstractEventLoop] = Future()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), name=name, daemon=True)
        self._thread.start()
        self._loop = self._started.result()
        self._door = threading.Lock()
        self._is_stopped = False

    def submit(self, work: Coroutine[Any, Any, T]) -> "Future[T]":
        """Start some work; it is cancelled when the loop is stopped, and at once if it is already."""
        with self._door:  # what is handed over before the loop is told to stop, it takes up before it stops
            if not self._is_stopped:
                return asyncio.run_coroutine_threadsafe(work, self._loop)
        work.close()
        never: Future[T] = Future()
        never.cancel()
        return never

    def stop(self) -> None:
        """End what is under way, and the thread."""
        with self._door:
            if self._is_stopped:
                return
            self._is_stopped = True
            self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join()

    async def _serve(self) -> None:
        self._over = asyncio.Event()
        self._started.set_result(asyncio.get_running_loop())
        await self._over.wait()
        left = asyncio.all_tasks() - {asyncio.current_task()}
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
        await self._at_last()
