"""PostgreSQL keeps its records through stops, kills and long paths; Valkey starts empty."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest
import redis

from app.local.embedded import postgres_orphans
from app.local.embedded.errors import StartError
from app.local.embedded.postgres import EmbeddedPostgres
from app.local.embedded.processes import package_path
from app.local.embedded.valkey import EmbeddedValkey


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "home"
    assert not servers_of(tmp_path), "a server was left behind"


@pytest.fixture
def postgres() -> Iterator[EmbeddedPostgres]:
    server = EmbeddedPostgres()
    yield server
    server.stop()


def servers_of(folder: Path) -> list[psutil.Process]:
    return [p for p in psutil.process_iter(["cmdline"]) if str(folder) in " ".join(p.info["cmdline"] or [])]


def write(url: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS note (text text)")
        connection.execute("INSERT INTO note VALUES ('Müller')")


def notes(url: str) -> list[str]:
    with psycopg.connect(url) as connection:
        return [row[0] for row in connection.execute("SELECT text FROM note")]


def test_records_survive_stop_and_start_even_under_a_long_path(
    home: Path, postgres: EmbeddedPostgres
) -> None:
    home = home.joinpath(*["a folder with a long name and a ü"] * 4)
    home.mkdir(parents=True)
    write(postgres.start(home))
    postgres.stop()
    assert notes(postgres.start(home)) == ["Müller"]
    postgres.stop()


def test_nothing_listens_on_the_network(home: Path, postgres: EmbeddedPostgres) -> None:
    postgres.start(home)
    (supervisor,) = [p for p in servers_of(home) if "supervisor.py" in " ".join(p.cmdline())]
    (server,) = supervisor.children()
    assert not server.net_connections("tcp")
    postgres.stop()


def run_owner_that_writes(home: Path) -> "subprocess.Popen[bytes]":
    code = (
        "import sys, pathlib; sys.path.insert(0, sys.argv[2]); import test_embedded_servers as t;"
        "s = t.EmbeddedPostgres(); t.write(s.start(pathlib.Path(sys.argv[1])));"
        "print('up', flush=True); input()"
    )
    owner = subprocess.Popen(
        [sys.executable, "-c", code, str(home), str(Path(__file__).parent)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": package_path()},
    )
    assert owner.stdout is not None
    assert owner.stdout.readline() == b"up\n"
    return owner


def test_start_after_the_owner_was_killed(home: Path, postgres: EmbeddedPostgres) -> None:
    with run_owner_that_writes(home) as owner:
        owner.kill()
    # At once: the keeper may still be shutting the old server down.
    assert notes(postgres.start(home)) == ["Müller"]
    postgres.stop()


def test_an_earlier_server_that_ends_by_itself_is_no_fault(tmp_path: Path) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    orphan = psutil.Process(ended.pid)
    ended.wait()
    postgres_orphans._end(orphan, tmp_path)


def test_start_after_everything_was_killed(home: Path, postgres: EmbeddedPostgres) -> None:
    with run_owner_that_writes(home) as owner:
        servers = servers_of(home / "postgres")
        for pid in [owner.pid, *(server.pid for server in servers)]:
            os.kill(pid, signal.SIGKILL)
        psutil.wait_procs(servers)  # until then their shared memory is in use
    assert notes(postgres.start(home)) == ["Müller"]
    postgres.stop()


def test_start_while_an_orphan_is_alive(home: Path, postgres: EmbeddedPostgres) -> None:
    url = postgres.start(home)
    write(url)
    successor = EmbeddedPostgres()
    assert notes(successor.start(home)) == ["Müller"]
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(url)
    successor.stop()
    postgres.stop()


def test_a_process_number_used_again_is_left_alone(tmp_path: Path) -> None:
    stranger = os.getpid()
    (tmp_path / "postmaster.pid").write_text(f"{stranger}\n/elsewhere\n")
    postgres_orphans.take_over(tmp_path)
    assert not (tmp_path / "postmaster.pid").exists()


def test_records_of_another_version_are_refused(home: Path, postgres: EmbeddedPostgres) -> None:
    (home / "postgres").mkdir(parents=True)
    (home / "postgres" / "PG_VERSION").write_text("15\n")
    with pytest.raises(StartError, match="written by PostgreSQL 15"):
        postgres.start(home)


def test_valkey_is_a_bounded_cache_that_keeps_nothing(home: Path) -> None:
    server = EmbeddedValkey()
    with redis.from_url(server.start(home)) as client:
        assert client.config_get("maxmemory*")["maxmemory"] == str(256 * 1024**2)
        assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "allkeys-lru"}
        client.set("key", "value")
    server.stop()
    with redis.from_url(server.start(home)) as client:
        assert client.dbsize() == 0
    server.stop()
