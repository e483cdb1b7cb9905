"""Processes that work on several questions at a time.

Threads would not do: answering is many short steps, and most of them hold the interpreter. Two threads
answered 1.03 times as many people as one, two processes 2.08 times (200 people of the shipped model).
Processes of `multiprocessing` would import a script's main module anew, which a plain script without a guard
is not written for; these import the service alone.
"""

import json
import os
import queue
import subprocess
import sys
import weakref
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from app.faces.in_process.framing import read_part, write_message
from app.faces.in_process.problems import Reply, problem
from app.paths import ROOT

_ENDED = "The process that worked on it has ended, as one does when the machine's memory is spent."


class Workers:
    """Up to so many processes, each started when there is work for it; they end when this is closed."""

    def __init__(self, settings: Mapping[str, Any], processes: int) -> None:
        self._settings = json.dumps(settings).encode()
        self._idle: queue.LifoQueue[_Process | None] = queue.LifoQueue()
        self._running: set[_Process] = set()
        for _ in range(processes):
            self._idle.put(None)
        self._end = weakref.finalize(self, _end_all, self._running)

    def exchange(self, method: str, route: str, body: bytes | None = None) -> Reply:
        """The reply of a process that has nothing else to do; it is waited for. Called from several threads.

        A process that ends in the middle is told as 503; the next question starts another.
        """
        process = self._idle.get()
        reply = None
        try:
            process = process or self._started()
            reply = _exchanged(process, method.encode(), route.encode(), body or b"")
        finally:
            if reply is None and process is not None:  # it has ended, or half a message is under way
                _end(process)
                self._running.discard(process)
                process = None
            self._idle.put(process)
        return reply or problem(503, _ENDED)

    def close(self) -> None:
        """End the processes, whatever they are at."""
        self._end()

    def _started(self) -> "_Process":
        path = os.pathsep.join([str(ROOT), *filter(None, sys.path)])  # finds what this process finds
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "app.faces.in_process.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": path, "OMP_NUM_THREADS": "1"},
            start_new_session=True,  # Ctrl-C is for the program alone
        )
        self._running.add(process)
        assert process.stdin is not None
        with suppress(OSError):  # told by the reply that does not come
            write_message(process.stdin, self._settings)
        return process


_Process = subprocess.Popen[bytes]


def _exchanged(process: _Process, *message: bytes) -> Reply | None:
    """The reply; None where the process has ended."""
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        write_message(process.stdin, *message)
    except OSError:
        return None
    status, reply = read_part(process.stdout), read_part(process.stdout)
    return None if status is None or reply is None else (int(status), reply)


def _end_all(running: set[_Process]) -> None:
    for process in list(running):
        _end(process)
    running.clear()


def _end(process: _Process) -> None:
    process.kill()
    process.wait()
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            with suppress(OSError):  # of what was not written yet
                stream.close()
