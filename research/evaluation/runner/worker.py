"""A method in a process of its own, on one core, killed and started anew when it does not come back.

A thread cannot be stopped from outside and some peers never return, so only a process will do.
"""

import contextlib
import multiprocessing
import os
import resource
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Generic, TypeVar

Task = TypeVar("Task")
Result = TypeVar("Result")

_POOLS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "RAYON_NUM_THREADS")
ONE_THREAD = dict.fromkeys(_POOLS, "1")
"""Set in the environment of every worker, before any library is loaded there."""


@dataclass(frozen=True, slots=True)
class Done(Generic[Result]):
    """What came back and what it took: CPU seconds of all threads of the process, wall-clock seconds.

    `memory_mb`: the most that the process has held resident so far.
    """

    result: Result
    cpu_s: float
    wall_s: float
    memory_mb: float


@dataclass(frozen=True, slots=True)
class Broken:
    """Nothing came back: an exception's text, the death of the process, or its end at the hard limit."""

    killed: bool
    detail: str
    wall_s: float


class WorkerStartError(RuntimeError):
    """A worker's process cannot be started, or what it needs cannot be made there."""


class Worker(Generic[Task, Result]):
    """One process that answers one task at a time.

    `make` runs in the process once, before any task, and gives the function that answers; both must be
    importable by name. `limit_s` is the wall-clock limit of a task, `start_limit_s` that of `make`.
    """

    def __init__(
        self, make: Callable[[], Callable[[Task], Result]], limit_s: float, start_limit_s: float = 180
    ) -> None:
        self._make, self._limit_s, self._start_limit_s = make, limit_s, start_limit_s
        self._process: Any = None
        self._pipe: Connection[Any, Any] | None = None

    def __enter__(self) -> "Worker[Task, Result]":
        return self

    def __exit__(self, *_: object) -> None:
        if self._pipe is not None:
            self._pipe.close()  # an idle process ends by itself, tidily
            self._process.join(timeout=5)
        self.stop()

    def ask(self, task: Task) -> Done[Result] | Broken:
        """Answer one task; the process is started when there is none.

        Raises:
            WorkerStartError: the process cannot be started, or `make` failed.
        """
        pipe = self._pipe or self._start()
        started = time.perf_counter()
        pipe.send(task)
        outcome = self._receive(pipe, self._limit_s)
        if isinstance(outcome, Done):
            return outcome
        killed = outcome is None
        detail = f"no answer within {self._limit_s:g} s" if killed else str(outcome)
        return Broken(killed=killed, detail=detail, wall_s=time.perf_counter() - started)

    def stop(self) -> None:
        """End the process, whatever it is doing."""
        if self._process is not None:
            self._process.kill()
            self._process.join()
        if self._pipe is not None:
            self._pipe.close()
        self._process = self._pipe = None

    def _start(self) -> "Connection[Any, Any]":
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs, self._make), daemon=True)
        before = {name: os.environ.get(name) for name in ONE_THREAD}
        os.environ.update(ONE_THREAD)
        self._process.start()
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})
        theirs.close()
        outcome = self._receive(self._pipe, self._start_limit_s)
        if outcome != "ready":
            self.stop()
            raise WorkerStartError(f"a worker did not start: {outcome or 'it took too long'}")
        return self._pipe

    def _receive(self, pipe: "Connection[Any, Any]", limit_s: float) -> Any:
        """What the process sends; None after the limit. A process that is late or dead is done with."""
        try:
            if pipe.poll(limit_s):
                return pipe.recv()
        except (EOFError, ConnectionError):
            self._process.join()
            code = self._process.exitcode
            self.stop()
            return f"the process died with exit code {code}"
        self.stop()
        return None


def _serve(pipe: "Connection[Any, Any]", make: Callable[[], Callable[[Any], Any]]) -> None:
    """The life of the process. What libraries print goes nowhere."""
    _be_quiet()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    try:
        answer = make()
    except Exception as error:
        pipe.send(f"{type(error).__name__}: {error}")
        return
    pipe.send("ready")
    with contextlib.suppress(EOFError):
        while True:
            _answer_one(pipe, answer)


def _answer_one(pipe: "Connection[Any, Any]", answer: Callable[[Any], Any]) -> None:
    task = pipe.recv()
    cpu, wall = time.process_time(), time.perf_counter()
    try:
        result = answer(task)
    except Exception as error:
        pipe.send(f"{type(error).__name__}: {error}"[:300])
        return
    cpu_s, wall_s = time.process_time() - cpu, time.perf_counter() - wall
    pipe.send(Done(result, cpu_s=cpu_s, wall_s=wall_s, memory_mb=_peak_mb()))


def _peak_mb() -> float:
    """Linux's own figure where there is one: getrusage there counts what the parent held at the fork."""
    with contextlib.suppress(OSError, StopIteration):
        lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
        return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) / (1 << 10)
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / (1 << 20 if sys.platform == "darwin" else 1 << 10)  # bytes there, kilobytes elsewhere


def _be_quiet() -> None:
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        os.dup2(nowhere, stream.fileno())
