"""A gateway under load while one of its parts is killed or frozen."""

import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import psutil

from app.local.embedded.data_dir import free_port
from tests.faults.load import Json, Load, loaded
from tests.integration.freezing import frozen
from tests.integration.processes import Turnpoint, is_alive, wait_until
from tests.integration.serving import LastingPostgres, http_client

FROZEN_S = float(os.environ.get("FAULT_FREEZE_S", "5"))
"""How long a part stays frozen."""
LIMIT = 20
"""Connections of a gateway to PostgreSQL, at most."""
DATABASE_WAIT_S = 2.5
"""After so long a gateway hangs up on PostgreSQL."""
WARM = 1
"""Answers for each caller before anything happens to a part."""
ALLOWANCE_S = 30.0
"""What a busy machine may add to any wait; figures are in the table."""

PATIENT = {
    "SEARCHES_AT_ONCE": "1000",
    "SEARCHES_PER_MINUTE": "1000000",
    "SEARCH_QUEUE": "1000",
    "SEARCH_WAIT_S": "120",
}
"""Limits that no caller of these tests meets: what they are refused for is the fault, not the crowd."""


class Gateway:
    """`turnpoint serve` as a process of its own, which can be killed and comes back at the same address."""

    def __init__(self, given: dict[str, str]) -> None:
        self._given = given | {"PORT": str(free_port())}
        self.url = f"http://127.0.0.1:{self._given['PORT']}"

    @property
    def pid(self) -> int:
        return self._process.pid

    def start(self) -> None:
        self._process = Turnpoint("serve", self._given)
        with http_client(self.url) as client:
            wait_until(lambda: self._process.ended or is_alive(client))
        assert not self._process.ended, self._process.errors

    @property
    def searchers(self) -> list[psutil.Process]:
        """Its search processes, below the one that forks them."""
        [template] = psutil.Process(self.pid).children()
        return template.children()

    def kill(self) -> None:
        """SIGKILL to it and all below it."""
        for one in [*self._process.children(), psutil.Process(self.pid)]:
            one.kill()
        self._process.end()


@dataclass(slots=True)
class Counted:
    """How many connections a PostgreSQL served at most, counted by its processes: it may be frozen."""

    postgres: LastingPostgres
    most: int = 0
    _over: threading.Event = field(default_factory=threading.Event)

    def watch(self) -> None:
        while not self._over.wait(0.02):
            self.most = max(self.most, connections(self.postgres))

    def end(self) -> None:
        self._over.set()


def connections(postgres: LastingPostgres) -> int:
    try:
        commands = [" ".join(one.cmdline()) for one in postgres.process.children()]
    except psutil.Error:  # it, or one of its processes, has just ended
        return 0
    return sum("turnpoint turnpoint" in one for one in commands)


@contextmanager
def counted(postgres: LastingPostgres) -> Iterator[Counted]:
    counting = Counted(postgres)
    thread = threading.Thread(target=counting.watch)
    thread.start()
    try:
        yield counting
    finally:
        counting.end()
        thread.join()


def under_load(
    url: str,
    callers: int,
    people: Sequence[Json],
    name: str,
    fault: Callable[[], float],
    **more: Any,
) -> tuple[Load, tuple[float, float]]:
    """Let callers ask, do `fault`, which says when it was over, and let them ask until they are served."""
    with loaded(url, callers, people, name, **more) as load:
        wait_until(lambda: load.answered_since(0.0) >= WARM * callers)
        began = time.monotonic()
        whole = fault()
        wait_until(lambda: load.answered_since(whole) >= callers)
    return load, (began, whole)


def freeze_for_a_while(process: psutil.Process) -> float:
    """Nothing tells that a part has been frozen long enough: time does."""
    with frozen(process):
        time.sleep(FROZEN_S)
    return time.monotonic()
