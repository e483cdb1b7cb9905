"""A part of a run that is killed: noticed, said, started again at its old address, or named in the end."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx
import psutil
import psycopg
import pytest
import redis

from app.local.console import StepConsole
from app.local.embedded.data_dir import free_port
from app.local.embedded.postgres import EmbeddedPostgres
from app.local.embedded.processes import Server
from app.local.embedded.valkey import EmbeddedValkey
from app.local.watch import Part, PartEndedError, Watch
from tests.integration.processes import Turnpoint, turnpoint, wait_until
from tests.integration.serving import NOWHERE, SECONDS, http_client

VICTIMS = ["server", "keeper"]


def kill(server: Server, victim: str) -> None:
    """SIGKILL to the server itself, or to the process that keeps it."""
    assert server.child is not None
    keeper = psutil.Process(server.child.pid)
    (own,) = keeper.children()
    (own if victim == "server" else keeper).kill()


@contextmanager
def watched(watch: Watch) -> Iterator[None]:
    stop = threading.Event()
    with ThreadPoolExecutor(1) as pool:
        watching = pool.submit(watch.until, stop)
        try:
            yield
        finally:
            stop.set()
            watching.result(SECONDS)


@pytest.mark.parametrize("victim", VICTIMS)
def test_a_killed_database_is_back_at_its_address(
    tmp_path: Path, victim: str, capfd: pytest.CaptureFixture[str]
) -> None:
    server, watch = EmbeddedPostgres(), Watch(StepConsole(), 5)
    url = server.start(tmp_path)
    first = server.child

    def answers() -> bool:
        try:
            psycopg.connect(url, connect_timeout=5).close()
        except psycopg.OperationalError:
            return False
        return server.child is not first

    try:
        watch.add(Part("PostgreSQL", lambda: server.child, lambda: server.start(tmp_path)))
        with watched(watch):
            kill(server, victim)
            wait_until(answers)
    finally:
        server.stop()
    assert "✗ PostgreSQL was ended by signal" in capfd.readouterr().out


@pytest.mark.parametrize("victim", VICTIMS)
def test_a_killed_cache_is_back_at_its_address(tmp_path: Path, victim: str) -> None:
    server, watch = EmbeddedValkey(), Watch(StepConsole(), 5)
    url = server.start(tmp_path)
    first = server.child

    def answers() -> bool:
        try:
            with redis.from_url(url) as client:
                return bool(client.ping()) and server.child is not first
        except redis.RedisError:
            return False

    try:
        watch.add(Part("Valkey", lambda: server.child, lambda: server.start(tmp_path)))
        with watched(watch):
            kill(server, victim)
            wait_until(answers)
    finally:
        server.stop()


def test_one_that_ends_again_and_again_is_named(tmp_path: Path) -> None:
    server, watch = EmbeddedValkey(), Watch(StepConsole(), 1)

    def start_and_die() -> None:
        server.start(tmp_path)
        kill(server, "server")

    start_and_die()
    watch.add(Part("Valkey", lambda: server.child, start_and_die))
    with pytest.raises(
        PartEndedError, match=r"^Valkey was ended by signal 9; it was started again 1 times within 5 min"
    ):
        watch.until(threading.Event())
    server.stop()


def process_of(run: Turnpoint, words: str) -> psutil.Process:
    """The one process of the run whose command ends with these words, below its keeper."""
    found = [
        one
        for one in run.children()
        if words in " ".join(one.cmdline()) and "supervisor.py" not in " ".join(one.cmdline())
    ]
    return found[0]


def test_a_run_goes_on_when_its_parts_are_killed(tmp_path: Path) -> None:
    port = free_port()
    settings = {"TURNPOINT_HOME": str(tmp_path), "PORT": str(port), "LLM_URL": NOWHERE}
    with turnpoint("run", settings) as run, http_client(f"http://127.0.0.1:{port}") as client:

        def is_ready() -> bool:
            try:
                return client.get("/readyz").is_success
            except httpx.TransportError:
                return False

        run.wait_for("the model", SECONDS)
        for name, words in (
            ("The gateway", "app.cli serve"),
            ("PostgreSQL", "bin/postgres"),
            ("The worker", "app.cli worker"),
        ):
            process_of(run, words).kill()
            run.wait_for(f"✗ {name} was ended by signal 9. Starting it again.", SECONDS)
            run.wait_for(f"✓ {name} was started again.", SECONDS)
            wait_until(is_ready)
        assert run.interrupt(SECONDS) == 0, run.errors
