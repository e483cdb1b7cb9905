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

    def fork(self, work: Callable[[], None]) -> None:
        """Start a process that does this work and then ends."""
        signal.pthread_sigmask(
            signal.SIG_BLOCK, ENDING
        )  # until it is known here that there is one to be ended
        pid = os.fork()
        if pid:
            self._began[pid] = time.monotonic()
            signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDING)
            return
        code = 1
        try:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            signal.signal(
                signal.SIGINT, signal.SIG_IGN
            )  # Ctrl-C reaches all: the parent says what comes of it
            signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDING)
            os.close(self._parents_end)
            threading.Thread(target=self._end_with_parent, daemon=True).start()
            work()
            code = 0
        except SystemExit as error:
            code = error.code if isinstance(error.code, int) else 1
        finally:
            sys.stdout.flush()
            os._exit(code)  # what the parent has set up to happen at its end is not for its children

    def wait_for_one(self) -> Dead | None:
        """Wait until one has ended; None where there is none."""
        try:
            pid, status = os.wait()
        except ChildProcessError:
            return None
        began = self._began.pop(pid, 0.0)
        return Dead(pid, os.waitstatus_to_exitcode(status), time.monotonic() - began)

    def signal_all(self, number: signal.Signals | int) -> None:
        for pid in list(self._began):
            with suppress(ProcessLookupError):
                os.kill(pid, number)

    def _end_with_parent(self) -> None:
        os.read(self._lifeline, 1)
        os.kill(os.getpid(), signal.SIGTERM)
