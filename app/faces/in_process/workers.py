"""Processes that work on several questions at a time.

Threads would not do: answering is many short steps, and most of them hold the interpreter. Two threads
answered 1.03 times as many people as one, two processes 2.08 times (200 people of the shipped model, two
cores, load 3). Processes of `multiprocessing` would import a script's main module anew, which a plain script
without a guard is not written for; these import the service alone.
"""

import json
import os
import queue
import subprocess
import sys
import weakref
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Protocol

from app.faces.in_process.framing import read_part, write_message
from app.faces.in_process.problems import Reply, problem
from app.paths import ROOT

_ENDED = "The process that worked on it has ended, as one does when the machine's memory is spent."


class Exchange(Protocol):
    """Whoever answers."""

    def exchange(self, method: str, route: str, body: bytes | None = None) -> Reply: ...


class Workers:
    """This process and some helpers; they end when this is closed, or the program ends.

    This process answers from the first moment, while helpers load the model.
    """

    def __init__(self, here: Exchange, settings: Mapping[str, Any], helpers: int) -> None:
        told = json.dumps(settings).encode()
        self._helpers = [Helper(told) for _ in range(helpers)]
        self._idle: queue.LifoQueue[Exchange] = queue.LifoQueue()
        for one in [*self._helpers, here]:  # the last is the first to be taken
            self._idle.put(one)

    def exchange(self, method: str, route: str, body: bytes | None = None) -> Reply:
        """The reply of whoever has nothing else to do; it is waited for. Called from several threads."""
        one = self._idle.get()
        try:
            return one.exchange(method, route, body)
        finally:
            self._idle.put(one)

    def close(self) -> None:
        """End the helpers, whatever they are at."""
        for helper in self._helpers:
            helper.close()


class Helper:
    """A process that hosts the model, started when it is first asked."""

    def __init__(self, settings: bytes) -> None:
        self._settings = settings
        self._process: subprocess.Popen[bytes] | None = None

    def exchange(self, method: str, route: str, body: bytes | None = None) -> Reply:
        """Its reply. That it ends in the middle is told as 503; the next question starts another."""
        process = self._process = self._process or self._started()
        reply = None
        try:
            reply = _exchanged(process, method.encode(), route.encode(), body or b"")
        finally:
            if reply is None:  # it has ended, or half a message is under way
                self.close()
        return reply or problem(503, _ENDED)

    def close(self) -> None:
        """End the process, if there is one."""
        process, self._process = self._process, None
        if process is not None:
            _end(process)

    def _started(self) -> subprocess.Popen[bytes]:
        path = os.pathsep.join([str(ROOT), *filter(None, sys.path)])  # finds what this process finds
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "app.faces.in_process.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": path, "OMP_NUM_THREADS": "1"},
            start_new_session=True,  # Ctrl-C is for the program alone
        )
        weakref.finalize(self, _end, process)
        assert process.stdin is not None
        with suppress(OSError):  # told by the reply that does not come
            write_message(process.stdin, self._settings)
        return process


def _exchanged(process: subprocess.Popen[bytes], *message: bytes) -> Reply | None:
    """The reply; None where the process has ended."""
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        write_message(process.stdin, *message)
        status, reply = read_part(process.stdout), read_part(process.stdout)
    except (OSError, ValueError):  # or somebody has closed it meanwhile
        return None
    return None if status is None or reply is None else (int(status), reply)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            with suppress(OSError):  # of what was not written yet
                stream.close()
