"""`turnpoint` as a process of its own, read line by line."""

import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx
import psutil
import pytest

from app.local.embedded.data_dir import free_port
from app.local.embedded.processes import package_path
from tests.integration.serving import SECONDS, Servers, http_client, patient

_OURS = (
    *("DATABASE_URL", "REDIS_URL", "LLM_URL", "LLM_MODEL", "LLM_GGUF", "API_TOKENS", "HOST", "PORT"),
    *(
        "MODEL_STORE",
        "DEFAULT_MODEL",
        "TURNPOINT_CLASSIFIERS",
        "TURNPOINT_DEFAULT_VERSIONS",
        "TURNPOINT_SHADOW_VERSIONS",
        "API_KEYS",
        "OIDC_ISSUER",
        "PROXY_SECRET",
    ),
)
if (
    signal.getsignal(signal.SIGINT) is signal.SIG_IGN
):  # a shell's background: commands would be deaf to Ctrl-C
    signal.signal(signal.SIGINT, signal.default_int_handler)


def environment(given: Mapping[str, str]) -> dict[str, str]:
    """This process's variables, with a test's patience and `given` in place of all settings."""
    kept = {name: value for name, value in os.environ.items() if name not in _OURS}
    own = {"PYTHONPATH": package_path(), "PYTHONUNBUFFERED": "1", "COLUMNS": "200"}
    return kept | own | patient() | dict(given)


class Turnpoint:
    """A running command; `output` and `errors` grow as it speaks."""

    def __init__(self, command: str, given: Mapping[str, str], arguments: Sequence[str] = ()) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "turnpoint", command, *arguments],
            env=environment(given),
            cwd=Path(__file__).parent,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self._lines: queue.Queue[str | None] = queue.Queue()
        self._said: list[str] = []
        self._complained: list[str] = []
        self._readers = [threading.Thread(target=self._listen), threading.Thread(target=self._note_errors)]
        for reader in self._readers:
            reader.start()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def output(self) -> str:
        return "".join(self._said)

    @property
    def errors(self) -> str:
        return "".join(self._complained)

    @property
    def ended(self) -> bool:
        return self._process.poll() is not None

    def wait_for(self, words: str, seconds: float) -> None:
        """Wait until a line holds these words; fails when the process ends or is late."""
        deadline = time.monotonic() + seconds
        while words not in self.output:
            line = self._lines.get(timeout=max(0.0, deadline - time.monotonic()))
            assert line is not None, f"it ended without {words!r}:\n{self.output}\n{self.errors}"

    def send_signal(self, number: signal.Signals) -> None:
        self._process.send_signal(number)

    def children(self) -> list[psutil.Process]:
        """Every process it started, however deep."""
        return psutil.Process(self._process.pid).children(recursive=True)

    def interrupt(self, seconds: float) -> int:
        """Ctrl-C; the exit code."""
        self._process.send_signal(signal.SIGINT)
        return self.wait(seconds)

    def listen_to_the_end(self, silence: float) -> int:
        """The exit code, however long that takes; fails when it says nothing for `silence` seconds."""
        try:
            while self._lines.get(timeout=silence) is not None:
                pass
        except queue.Empty:
            pytest.fail(f"it says nothing any more:\n{self.output}\n{self.errors}")
        return self.wait(silence)

    def wait(self, seconds: float) -> int:
        """The exit code, once it has ended and all it said is here."""
        code = self._process.wait(seconds)
        for reader in self._readers:
            reader.join(seconds)
        return code

    def end(self) -> None:
        """Make sure that it is gone; harmless when it is."""
        if self._process.poll() is None:
            self._process.kill()
        self.wait(SECONDS)
        for pipe in (self._process.stdout, self._process.stderr):
            if pipe is not None:
                pipe.close()

    def _listen(self) -> None:
        for line in self._process.stdout or ():
            self._said.append(line)
            self._lines.put(line)
        self._lines.put(None)

    def _note_errors(self) -> None:
        self._complained.extend(self._process.stderr or ())


@contextmanager
def turnpoint(command: str, given: Mapping[str, str], arguments: Sequence[str] = ()) -> Iterator[Turnpoint]:
    """`turnpoint <command> <arguments>` with these settings, ended at the latest on leaving."""
    process = Turnpoint(command, given, arguments)
    try:
        yield process
    finally:
        process.end()


def wait_until(true: Callable[[], bool], seconds: float = SECONDS) -> None:
    """Ask again and again until it is true; fails when that takes too long."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def is_alive(client: httpx.Client) -> bool:
    try:
        return client.get("/livez").is_success
    except httpx.ConnectError:
        return False


@contextmanager
def serving(
    servers: Servers, database_url: str, more: Mapping[str, str] | None = None
) -> Iterator[tuple[Turnpoint, httpx.Client]]:
    """`turnpoint serve` once it answers, and a client of it."""
    given = {"DATABASE_URL": database_url, "REDIS_URL": servers.redis_url, "PORT": str(free_port())}
    given |= more or {}
    port = given["PORT"]
    with turnpoint("serve", given) as serve, http_client(f"http://127.0.0.1:{port}") as client:
        wait_until(lambda: serve.ended or is_alive(client))
        assert not serve.ended, serve.errors
        yield serve, client
