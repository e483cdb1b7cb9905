"""Migrations with data at every version, up and down, and beside writers who are not kept waiting."""

import threading
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from alembic import command
from alembic.script import ScriptDirectory
from psycopg import sql
from psycopg.types.json import Jsonb
from sqlalchemy import ARRAY, Column, Engine, MetaData, Table, create_engine, make_url
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.pool import NullPool

from app.storage.online import LOCK_TIMEOUT
from tests.integration.serving import SECONDS, connect
from tests.integration.test_migrations import alembic_for

Database = psycopg.Connection[tuple[Any, ...]]
CHOSEN: dict[str, dict[str, Any]] = {
    "api_keys": {"kind": "system"},
    "feedback": {"verdict": "accepted"},
    "plan_events": {"kind": "stopped"},
    "counterfactuals": {"risk": 0.5},
    "augmentations": {"state": "completed"},
}
LEFT_OUT = ("alembic_version", "audit_events", "audit_heads")
"""Alembic's own, and the audit's: its rows are added by a function, each behind the one before."""
NOT_FOR_OLDER = {"0013": ("plan_events", "plans", "preferences", "measurements")}
"""By revision, tables with whose rows there is no way back: the version before would tell something else."""

FORGOTTEN = {"0021": ("idempotency_keys",)}
"""By revision, tables whose rows last a day, and are taken along in neither direction."""


@pytest.fixture
def database_of_its_own(database_url: str) -> Iterator[str]:
    name = f"migrations_{uuid4().hex}"
    with connect(database_url) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        yield make_url(database_url).set(database=name).render_as_string(hide_password=False)
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def revisions(url: str) -> list[str]:
    """All of them, oldest first."""
    scripts = ScriptDirectory.from_config(alembic_for(url))
    return [script.revision for script in reversed([*scripts.walk_revisions()])]


def tables_of(engine: Engine) -> MetaData:
    there = MetaData()
    there.reflect(engine)
    return there


def add_one_of_each(engine: Engine, database: Database) -> None:
    """A row of every table that this version has, about a patient of its own."""
    rows: dict[str, dict[str, Any]] = {}
    for table in tables_of(engine).sorted_tables:
        if table.name not in LEFT_OUT:
            row = {c.name: _value(c, rows) for c in table.columns if _is_needed(c)}
            rows[table.name] = row | CHOSEN.get(table.name, {})
            _insert(database, table, rows[table.name])


def _is_needed(column: Column[Any]) -> bool:
    return (not column.nullable and column.server_default is None) or column.primary_key


def _value(column: Column[Any], rows: dict[str, dict[str, Any]]) -> Any:
    for key in column.foreign_keys:
        there = rows[key.column.table.name]
        if key.column.name in there:
            return there[key.column.name]
    if column.name == "tenant":
        return "default"
    if isinstance(column.type, ARRAY):
        return []
    if isinstance(column.type, JSONB):
        return Jsonb([])
    values: dict[type, Any] = {
        str: uuid4().hex,
        date: date(2026, 1, 2),
        bool: False,
        bytes: uuid4().bytes * 2,
    }
    kind = column.type.python_type
    return (values | {datetime: datetime.now(UTC), int: 1, float: 0.5, type(uuid4()): uuid4()})[kind]


def _insert(database: Database, table: Table, row: dict[str, Any]) -> None:
    statement = sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(
        sql.Identifier(table.name),
        sql.SQL(", ").join(map(sql.Identifier, row)),
        sql.SQL(", ").join([sql.Placeholder()] * len(row)),
    )
    database.execute(statement, [*row.values()])


def counts(engine: Engine, database: Database) -> Counter[str]:
    found: Counter[str] = Counter()
    for table in tables_of(engine).sorted_tables:
        query = sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table.name))
        row = database.execute(query).fetchone()
        found[table.name] = row[0] if row else 0
    for name in LEFT_OUT:
        del found[name]
    return found


def test_rows_of_every_version_reach_the_newest_and_those_an_older_can_hold_go_back(
    database_of_its_own: str,
) -> None:
    url, engine = database_of_its_own, create_engine(database_of_its_own, poolclass=NullPool)
    alembic, before = alembic_for(url), Counter[str]()
    with connect(url) as database:
        for revision in revisions(url):
            command.upgrade(alembic, revision)
            there = counts(engine, database)
            for table in FORGOTTEN.get(revision, ()):
                del before[table]
            assert {name: there[name] for name in before} == before
            add_one_of_each(engine, database)
            before = counts(engine, database)
            assert before == {name: count + 1 for name, count in there.items()}
        for revision in reversed(revisions(url)):
            for table in NOT_FOR_OLDER.get(revision, ()):
                with pytest.raises(RuntimeError, match="the record holds"):
                    command.downgrade(alembic, "-1")
                database.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))
            before = counts(engine, database)
            command.downgrade(alembic, "-1")
            after = counts(engine, database)
            for table in FORGOTTEN.get(revision, ()):
                assert after.pop(table) == 0
            assert after == {name: before[name] for name in after}
        assert not after


def test_whoever_writes_is_not_kept_waiting_by_a_migration_that_waits(database_of_its_own: str) -> None:
    """A long transaction has a table in hand: the migration asks again and again, and lets others through."""
    url = database_of_its_own
    alembic = alembic_for(url)
    command.upgrade(alembic, "0015")
    failed: list[BaseException] = []

    def migrate() -> None:
        try:
            command.upgrade(alembic, "head")
        except BaseException as error:
            failed.append(error)

    migrating = threading.Thread(target=migrate)
    with connect(url) as long, connect(url) as short:
        with long.transaction():
            long.execute("INSERT INTO patients (id) VALUES ('long')")
            migrating.start()
            waited = 0
            while waited < 3:  # each time that it has asked, and somebody had to wait for less than it waits
                if short.execute(_WAITING).fetchone() != (0,):
                    short.execute(f"SET statement_timeout = '{SECONDS}s'")
                    short.execute("INSERT INTO patients (id) VALUES (%s)", [str(uuid4())])
                    waited += 1
            assert migrating.is_alive()
        migrating.join(SECONDS)
        assert not migrating.is_alive()
        assert not failed
        assert short.execute("SELECT count(*) FROM patients WHERE pseudonym IS NULL").fetchone() == (0,)
        assert short.execute("SELECT count(*) FROM patients").fetchone() == (4,)


_WAITING = (
    "SELECT count(*) FROM pg_locks JOIN pg_class ON pg_class.oid = relation"
    " WHERE NOT granted AND mode = 'AccessExclusiveLock' AND pg_locks.database ="
    " (SELECT oid FROM pg_database WHERE datname = current_database())"
)


def test_a_migration_waits_for_tables_no_longer_than_a_second() -> None:
    assert LOCK_TIMEOUT == "1s"
