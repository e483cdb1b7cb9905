"""Several processes that serve at one address: forked once all is loaded, replaced when one dies."""

import gc
import os
import signal
import threading
import time
from collections.abc import Callable
from types import FrameType

import structlog
from uvicorn.config import STARTUP_FAILURE

from app.faces.http.server.children import ENDING, Children

_SOONEST_S = 1.0
"""A process that dies younger is followed by the next only when it would have been so old."""
_GRACE_S = 2.0
"""How much longer than their own time for the end the processes are given."""
_log = structlog.get_logger()


class Processes:
    """The parent: it serves nobody, and sees to it that `count` processes do.

    What is loaded before is shared by all of them for as long as nobody writes to it (copy on write).
    """

    def __init__(self, count: int, serve: Callable[[], None], died: Callable[[int], None]) -> None:
        """`serve` is run in each process; `died` is told the id of each that has ended."""
        self._count = count
        self._serve = serve
        self._died = died
        self._children = Children()
        self._is_ending = False
        self._code = 0

    def run(self, shutdown_s: float) -> int:
        """Serve until SIGTERM or SIGINT; the exit code, 0 where all ended by themselves in time."""
        gc.collect()
        gc.freeze()  # or the collector would write to every object, and nothing be shared
        for number in ENDING:
            signal.signal(number, self._end)
        self._first = frozenset(self._start() for _ in range(self._count))
        while not self._is_ending:
            self._replace_dead()
        return self._wait_for_all(shutdown_s + _GRACE_S)

    def _replace_dead(self) -> None:
        dead = self._children.wait_for_one()
        if dead is None or self._is_ending:
            return
        self._died(dead.pid)
        _log.error("process_died", pid=dead.pid, code=dead.code)
        if dead.code == STARTUP_FAILURE and dead.pid in self._first:  # the next would fare no better
            self._code = STARTUP_FAILURE
            self._end(signal.SIGTERM, None)
            return
        time.sleep(max(0.0, _SOONEST_S - dead.age_s))
        if not self._is_ending:
            self._start()

    def _start(self) -> int:
        pid = self._children.fork(self._serve)
        if self._is_ending:  # it was not there yet when the others were told
            os.kill(pid, signal.SIGTERM)
        return pid

    def _wait_for_all(self, seconds: float) -> int:
        overdue = threading.Timer(seconds, self._children.signal_all, [signal.SIGKILL])
        overdue.daemon = True
        overdue.start()
        while (dead := self._children.wait_for_one()) is not None:
            if dead.code not in (0, -signal.SIGTERM):
                self._code = self._code or 1
        overdue.cancel()
        return self._code

    def _end(self, _: int, __: FrameType | None) -> None:
        """A second signal ends all at once."""
        self._children.signal_all(signal.SIGKILL if self._is_ending else signal.SIGTERM)
        self._is_ending = True
