"""Starting, watching and stopping the servers that belong to one run."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from app.local.embedded.errors import StartError

LOG_LIMIT_BYTES = 5_000_000
"""A log longer than this starts afresh with the next run."""

_SUPERVISOR = Path(__file__).with_name("supervisor.py")


@dataclass(frozen=True)
class ChildOptions:
    """How a server is to run and to end."""

    stop_signal: signal.Signals = signal.SIGTERM
    grace: float = 10.0
    """Seconds between asking the server to stop and killing it."""
    remove: Sequence[Path] = ()
    """Folders to delete once it is gone, however that came about."""
    user: tuple[int, int] | None = None
    """User and group id to run as; only root may ask for it."""
    see_all: bool = False
    """With `user`: let it pass folders closed to that user, so its files may live under /root."""
    environment: Mapping[str, str] = field(default_factory=dict)
    """Variables set on top of this process's own."""


class Child:
    """One running server, or one command running to its end."""

    def __init__(self, name: str, command: Sequence[object], log: Path, options: ChildOptions) -> None:
        """Start `command` under a supervisor, its output going to the end of `log`."""
        self.name = name
        self.log = log
        self._grace = options.grace
        # A session of its own: Ctrl-C in the terminal must reach the owner only, which then stops
        # the servers in order instead of losing them all in the middle of a request.
        with _open_log(log) as output:
            self._log_start = output.tell()
            self._supervisor = subprocess.Popen(
                [sys.executable, "-I", "-S", str(_SUPERVISOR), *_flags(options), "--", *map(str, command)],
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=output,
                cwd="/",
                env=_environment(options.environment),
                start_new_session=True,
            )

    @property
    def running(self) -> bool:
        """Whether the server is alive."""
        return self._supervisor.poll() is None

    @property
    def pid(self) -> int:
        """The supervisor's process id, which is also the process group of the server."""
        return self._supervisor.pid

    def wait(self, seconds: float | None = None) -> int:
        """Exit code of the command, once it ended. Raises subprocess.TimeoutExpired."""
        code = self._supervisor.wait(seconds)
        self._cut_lifeline()
        return code

    def ending(self) -> str:
        """How it ended, for a person: it has."""
        code = self.wait()
        killed = -code if code < 0 else code - 128
        return f"was ended by signal {killed}" if killed > 0 else f"ended with exit code {code}"

    def stop(self) -> None:
        """End the server: asked first, killed after its grace. Harmless when it has ended already."""
        self._cut_lifeline()
        try:
            self._supervisor.wait(self._grace + 2)
        except subprocess.TimeoutExpired:
            _kill_group(self._supervisor.pid)
            self._supervisor.wait()

    def _cut_lifeline(self) -> None:
        lifeline = self._supervisor.stdin
        if lifeline is None or lifeline.closed:
            return
        with contextlib.suppress(BrokenPipeError):
            lifeline.write(b"x")
            lifeline.close()

    def last_line(self) -> str:
        """The last thing it wrote to its log in this run, for an error message."""
        return last_line(self.log, self._log_start)


class Server:
    """A server of one child, which can be started anew under the same address."""

    _server: Child | None = None

    @property
    def child(self) -> Child | None:
        """None before its start and after its stop."""
        return self._server

    def stop(self) -> None:
        """End it, dropping what is under way. Harmless when not running."""
        if self._server is not None:
            self._server.stop()
            self._server = None

    def _clear(self) -> None:
        """Kill what is left of one that has ended: its own children, or it where its supervisor died."""
        if self._server is not None:
            _kill_group(self._server.pid)


def wait_until_ready(
    child: Child, ready: Callable[[], bool], seconds: float, waiting: Callable[[float], None] | None = None
) -> None:
    """Ask `ready` until it says yes; stops the child and raises StartError when it ends or is late.

    `waiting` is told for how many seconds it has been waited.
    """
    began = time.monotonic()
    deadline = began + seconds
    while child.running and time.monotonic() < deadline:
        if ready():
            return
        if waiting is not None:
            waiting(time.monotonic() - began)
        time.sleep(0.02)
    what = f"did not answer within {seconds:.0f} s" if child.running else f"{child.ending()} while starting"
    child.stop()
    reason = child.last_line() or "nothing"
    raise StartError(f"{child.name} {what}; its log {child.log} ends with: {reason}")


def wait_until_ended(child: Child, seconds: float, waiting: Callable[[float], None]) -> None:
    """Wait for a child that ends by itself, however it ends; stops it and raises StartError when it is late.

    `waiting` is told for how many seconds it has been waited.
    """
    began = time.monotonic()
    while child.running:
        waited = time.monotonic() - began
        if waited > seconds:
            child.stop()
            raise StartError(f"{child.name} did not end within {seconds:.0f} s; its log is {child.log}")
        waiting(waited)
        time.sleep(0.02)


def last_line(log: Path, start: int = 0) -> str:
    """The last non-empty line of a log after byte `start`, at most 300 characters; empty if there is none."""
    with log.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(start, size - 4096))
        lines = [line.strip() for line in file.read().decode(errors="replace").splitlines()]
    return next((line[:300] for line in reversed(lines) if line), "")


def package_path() -> str:
    """PYTHONPATH under which a child finds this same `app` package, installed or from a checkout."""
    root = str(Path(__file__).parents[3])
    return os.pathsep.join(part for part in (root, os.environ.get("PYTHONPATH", "")) if part)


def _flags(options: ChildOptions) -> list[str]:
    flags = ["--stop-signal", str(int(options.stop_signal)), "--grace", str(options.grace)]
    for folder in options.remove:
        flags += ["--remove", str(folder)]
    if options.user is not None:
        flags += ["--uid", str(options.user[0]), "--gid", str(options.user[1])]
    return [*flags, "--see-all"] if options.see_all else flags


def _environment(extra: Mapping[str, str]) -> dict[str, str]:
    # PGPORT, PGDATA and the like speak of some other PostgreSQL of the user's.
    return {k: v for k, v in os.environ.items() if not k.startswith("PG")} | dict(extra)


def _open_log(log: Path) -> IO[bytes]:
    log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if log.exists() and log.stat().st_size > LOG_LIMIT_BYTES:
        log.unlink()
    return log.open("ab")


def _kill_group(group: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(group, signal.SIGKILL)
