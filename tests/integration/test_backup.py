"""Backups by PostgreSQL's own tools: what comes back answers, and who was erased since does not come back."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import make_url
from typer.testing import CliRunner

from app.cli.main import cli
from app.local.embedded.postgres import EmbeddedPostgres, _programs
from app.settings import Settings
from app.storage.migrate import migrate
from tests.integration.answers import Json, found
from tests.integration.patient_records import holding
from tests.integration.processes import wait_until
from tests.integration.serving import SECONDS, Servers, client_of, connect, settings_for


def program(name: str, *arguments: str | Path) -> None:
    """Run one of PostgreSQL's own programs, of the embedded server's version."""
    command = [_programs() / name, *arguments]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
    assert ended.returncode == 0, ended.stderr


@pytest.fixture
def named(database_url: str) -> Iterator[str]:
    """The URL of a database of its own, made and gone through `database_url`."""
    name = f"backup_{uuid4().hex}"
    with connect(database_url) as connection:
        create(connection, name)
        yield make_url(database_url).set(database=name).render_as_string(hide_password=False)
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def create(connection: "psycopg.Connection[Any]", name: str) -> None:
    connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))


def test_a_dump_restored_answers_and_brings_back_nobody_who_was_erased(
    named: str,
    database_url: str,
    redis_url: str,
    question: Json,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    migrate(Settings(database_url=named))
    servers, plain = Servers(named, redis_url), named.replace("+psycopg", "")
    dump, stones = tmp_path / "record.dump", tmp_path / "tombstones.jsonl"
    monkeypatch.setenv("DATABASE_URL", named)
    monkeypatch.setenv("REDIS_URL", redis_url)
    erased, later = f"erased-{uuid4()}", f"later-{uuid4()}"
    with client_of(settings_for(servers)) as client:
        first = found(client, question)
        found(client, question | {"patient_id": erased})
        program("pg_dump", "--format=custom", "--file", dump, plain)
        lost = found(client, question | {"patient_id": later})
        client.delete(f"/patients/{erased}").raise_for_status()
    stones.write_text(CliRunner().invoke(cli, ["patient", "tombstones"]).stdout)
    name = str(make_url(named).database)
    with connect(database_url) as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
        create(connection, name)
    program("pg_restore", "--no-owner", "--exit-on-error", "--dbname", plain, dump)
    with connect(named) as database:
        assert "patients" in holding(database, erased)
        applied = CliRunner().invoke(cli, ["patient", "reapply-erasures", str(stones)])
        assert "Erased again: 1." in applied.output
        assert holding(database, erased) == set()
    migrate(Settings(database_url=named))
    with client_of(settings_for(servers)) as client:
        assert client.get(f"/counterfactuals/{first['id']}").raise_for_status().json()["id"] == first["id"]
        assert found(client, question)["generation"]["cached"] is True
        assert client.get(f"/counterfactuals/{lost['id']}").status_code == 404
        again = found(client, question | {"patient_id": later})
        assert (again["generation"]["cached"], again["id"] != lost["id"]) == (False, True)
        assert client.get(f"/patients/{erased}/interventions").status_code == 404


def own(path: Path, like: Path) -> None:
    """Give a folder to whom the server runs as, which is not root."""
    owner = like.stat()
    for one in [path, *path.rglob("*")]:
        os.chown(one, owner.st_uid, owner.st_gid)


@pytest.fixture
def homes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Path, Path]]:
    """Homes of two servers, and an archive of journals, where any account can reach them."""
    base = tmp_path_factory.mktemp("pitr")
    for folder in [base, *list(base.parents)[:2]]:
        folder.chmod(folder.stat().st_mode | 0o711)
    for name in ("first", "second", "archive"):
        (base / name).mkdir(mode=0o711)
    yield base / "first", base / "second", base / "archive"
    shutil.rmtree(base)


def sockets_of(url: str) -> str:
    (folder,) = parse_qs(urlsplit(url).query)["host"]
    return folder


def test_the_record_as_it_was_at_a_moment(homes: tuple[Path, Path, Path]) -> None:
    """A backup of the files, and the journal since: up to a moment before somebody's mistake."""
    first, second, archive = homes
    server = EmbeddedPostgres()
    server.start(first)
    server.stop()
    data = first / "postgres"
    own(archive, data)
    with (data / "postgresql.conf").open("a") as file:
        file.write(f'archive_mode = on\narchive_command = \'cp "%p" "{archive}/%f"\'\n')
    url = server.start(first)
    try:
        migrate(Settings(database_url=url))
        with connect(url) as database:
            database.execute("INSERT INTO patients (id) VALUES ('in the backup')")
            base = ("-D", second / "postgres", "-h", sockets_of(url), "-U", "turnpoint")
            program("pg_basebackup", *base, "--checkpoint=fast", "--wal-method=none")
            database.execute("INSERT INTO patients (id) VALUES ('in the journal')")
            moment = one(database, "SELECT clock_timestamp()")
            database.execute("DELETE FROM patients")
            last = one(database, "SELECT pg_walfile_name(pg_switch_wal())")
            wait_until(lambda: (archive / str(last)).exists(), SECONDS)
    finally:
        server.stop()
    restored = second / "postgres"
    with (restored / "postgresql.conf").open("a") as file:
        file.write(f'archive_mode = off\nrestore_command = \'cp "{archive}/%f" "%p"\'\n')
        file.write(f"recovery_target_time = '{moment}'\nrecovery_target_action = 'promote'\n")
    (restored / "recovery.signal").touch()
    own(restored, data)
    url = server.start(second)
    try:
        with connect(url) as database:
            wait_until(lambda: one(database, "SELECT pg_is_in_recovery()") is False, SECONDS)
            there = database.execute("SELECT id FROM patients ORDER BY 1").fetchall()
            assert there == [("in the backup",), ("in the journal",)]
        migrate(Settings(database_url=url))
    finally:
        server.stop()


def one(database: "psycopg.Connection[tuple[Any, ...]]", query: str) -> Any:
    row = database.execute(query).fetchone()
    assert row is not None
    return row[0]
