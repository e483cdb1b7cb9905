"""Forked processes that end with their parent, however that one ends."""

import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

ENDING = (signal.SIGTERM, signal.SIGINT)
"""What asks a process to end."""


@dataclass(frozen=True, slots=True)
class Dead:
    """A process that has ended; the code is negative where a signal ended it."""

    pid: int
    code: int
    age_s: float


class Children:
    """The processes that were forked here and have not ended."""

    def __init__(self) -> None:
        self._began: dict[int, float] = {}
        self._lifeline, self._parents_end = os.pipe()  # closed by the kernel when the parent is gone

    def fork(self, work: Callable[[], None]) -> int:
        """Start a process that does this work and then ends; its id."""
        signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)  # until it is known whom to end
        pid = os.fork()
        if pid == 0:
            # What the parent has set up to happen at its end is not for its children.
            os._exit(self._do(work))
        self._began[pid] = time.monotonic()
        signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDING)
        return pid

    def _do(self, work: Callable[[], None]) -> int:
        """In the new process: do the work; the exit code."""
        try:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all: the parent decides
            signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDING)
            os.close(self._parents_end)
            threading.Thread(target=self._end_with_parent, daemon=True).start()
            work()
        except SystemExit as error:
            return error.code if isinstance(error.code, int) else 1
        except BaseException:
            sys.excepthook(*sys.exc_info())
            return 1
        return 0

    def wait_for_one(self) -> Dead | None:
        """Wait until one has ended; None where there is none."""
        while self._began:
            pid, status = os.wait()
            began = self._began.pop(pid, None)
            if began is not None:  # the first process of a container is handed others' orphans as well
                return Dead(pid, os.waitstatus_to_exitcode(status), time.monotonic() - began)
        return None

    def signal_all(self, number: signal.Signals | int) -> None:
        for pid in list(self._began):
            with suppress(ProcessLookupError):
                os.kill(pid, number)

    def _end_with_parent(self) -> None:
        os.read(self._lifeline, 1)
        os.kill(os.getpid(), signal.SIGTERM)
