"""The audit's chain: the database writes what Python works out, and whatever is changed is found out."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import sql
from sqlalchemy import make_url, text
from typer.testing import CliRunner

from app.audit.chain import COVERED
from app.audit.events import Access, Action, Entity, Outcome
from app.audit.noting import note_access
from app.audit.verification import Finding, Head, audit_at, heads_of, tenants_of, verify
from app.cli.audit import BROKEN
from app.cli.main import cli
from app.domain.ids import RequestIds
from app.identity.caller import Caller
from app.identity.principal import Principal, PrincipalKind
from app.settings import Settings
from app.storage.database import Database
from app.storage.migrate import migrate
from tests.integration.serving import PATIENT_DATABASE, connect

Connection = psycopg.Connection[tuple[Any, ...]]
EVENTS = 6


@pytest.fixture(scope="module")
def own_url(database_url: str) -> Iterator[str]:
    """A database of its own: its audit is spoilt."""
    name = f"audit_{uuid4().hex}"
    with connect(database_url) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        url = make_url(database_url).set(database=name).render_as_string(hide_password=False)
        migrate(Settings(database_url=url))
        yield url
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture(scope="module")
async def database(own_url: str) -> AsyncIterator[Database]:
    database = Database(own_url, PATIENT_DATABASE)
    yield database
    await database.close()


@pytest.fixture
def tenant() -> str:
    return f"t-{uuid4()}"


def caller(tenant: str, name: str = "Dr. Ada Byron", **more: Any) -> Caller:
    principal = Principal(name, PrincipalKind.PERSON, tenant, frozenset(), "oidc")
    return Caller(
        principal, RequestIds(str(uuid4())), "GET /patients/{patient_id}/plans", "192.0.2.1", **more
    )


async def add(database: Database, by: Caller, *accesses: Access, outcome: Outcome = Outcome.SUCCESS) -> None:
    async with database.of(by).transaction() as session:
        note_access(session, *accesses, outcome=outcome)


async def fill(database: Database, tenant: str) -> None:
    for number in range(EVENTS):
        await add(database, caller(tenant), Access(Action.READ, Entity.PLAN, detail=f"{number}"))


def checked(url: str, tenant: str, *, since: Head | None = None, saved: list[Head] | None = None) -> Finding:
    with audit_at(url) as connection:
        return verify(connection, tenant, since, saved or [])


def head_of(url: str, tenant: str) -> Head:
    with audit_at(url) as connection:
        return heads_of(connection)[tenant]


def tamper(url: str, statement: str, **values: Any) -> None:
    """As somebody who owns the tables may."""
    with connect(url) as connection:
        connection.execute("SET session_replication_role = replica")  # no trigger runs
        connection.execute(statement, values)


TEXT = st.text(max_size=20)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    name=TEXT, behalf=st.none() | TEXT, detail=st.none() | TEXT, answer=st.none() | st.uuids(), data=st.data()
)
async def test_the_database_writes_what_python_works_out(
    database: Database,
    own_url: str,
    name: str,
    behalf: str | None,
    detail: str | None,
    answer: UUID | None,
    data: st.DataObject,
) -> None:
    """Whatever a name is made of, NUL and halves of characters included."""
    tenant = f"p-{uuid4()}"
    action, entity = data.draw(st.sampled_from(Action)), data.draw(st.sampled_from(Entity))
    access = Access(action, entity, answer_id=answer, entity_id=answer, pseudonym=answer, detail=detail)
    for outcome in (Outcome.SUCCESS, Outcome.REFUSED):
        await add(database, caller(tenant, name, on_behalf_of=behalf), access, outcome=outcome)
    assert checked(own_url, tenant) == Finding(tenant, 2, head_of(own_url, tenant))


async def test_one_unit_of_work_adds_its_events_in_order_and_once_each(
    database: Database, own_url: str, tenant: str
) -> None:
    first, second = (Access(Action.READ, Entity.PLAN, detail=one) for one in "ab")
    await add(database, caller(tenant), first, second, first)
    with connect(own_url) as connection:
        rows = connection.execute(
            "SELECT seq, detail FROM audit_events WHERE tenant = %s ORDER BY seq", [tenant]
        )
        assert rows.fetchall() == [(1, "a"), (2, "b")]


async def test_a_savepoint_adds_nothing_before_its_unit_of_work_ends(
    database: Database, own_url: str, tenant: str
) -> None:
    async with database.of(caller(tenant)).transaction() as session:
        note_access(session, Access(Action.READ, Entity.PLAN))
        async with session.begin_nested():
            note_access(session, Access(Action.READ, Entity.HANDOUT))
        assert (
            await session.scalar(text("SELECT count(*) FROM audit_heads WHERE tenant = :t"), {"t": tenant})
            == 0
        )
    assert checked(own_url, tenant) == Finding(tenant, 2, head_of(own_url, tenant))


async def test_what_was_rolled_back_adds_nothing(database: Database, own_url: str, tenant: str) -> None:
    async def fail() -> None:
        async with database.of(caller(tenant)).transaction() as session:
            note_access(session, Access(Action.READ, Entity.PLAN))
            raise LookupError("no such plan")

    with pytest.raises(LookupError):
        await fail()
    with audit_at(own_url) as connection:
        assert tenant not in tenants_of(connection)


async def test_writers_at_the_same_time_make_one_chain(database: Database, own_url: str, tenant: str) -> None:
    """Its beginning included, which several may make at once."""
    await asyncio.gather(*(fill(database, tenant) for _ in range(8)))
    assert checked(own_url, tenant) == Finding(tenant, 8 * EVENTS, head_of(own_url, tenant))


async def test_chains_of_tenants_are_apart(database: Database, own_url: str, tenant: str) -> None:
    await fill(database, tenant)
    await fill(database, f"{tenant}-2")
    for one in (tenant, f"{tenant}-2"):
        assert checked(own_url, one) == Finding(one, EVENTS, head_of(own_url, one))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_events SET actor = 'nobody'",
        "DELETE FROM audit_events",
        "TRUNCATE audit_events",
        "DELETE FROM audit_heads",
        "TRUNCATE audit_heads",
        "UPDATE audit_heads SET seq = seq - 1",
        "UPDATE audit_heads SET hash = sha256('')",
    ],
)
async def test_a_change_is_refused_even_to_the_owner(
    database: Database, own_url: str, tenant: str, statement: str
) -> None:
    await fill(database, tenant)
    with connect(own_url) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(statement)
    assert checked(own_url, tenant).fault is None


OTHERS = {
    "tenant": None,  # it is another chain then
    "seq": None,  # it is in another place then
    "id": "gen_random_uuid()",
    "at": "at + interval '1 microsecond'",
    "entity_id": "gen_random_uuid()",
    "patient": "gen_random_uuid()",
    "answer_id": "gen_random_uuid()",
}


@pytest.mark.parametrize("column", [one for one in COVERED if OTHERS.get(one, "") is not None])
async def test_a_change_of_any_column_is_found_out(
    database: Database, own_url: str, tenant: str, column: str
) -> None:
    await fill(database, tenant)
    changed = OTHERS.get(column) or f"coalesce({column}, '') || 'x'"
    tamper(
        own_url,
        f"UPDATE audit_events SET {column} = {changed} WHERE tenant = %(tenant)s AND seq = 3",
        tenant=tenant,
    )
    finding = checked(own_url, tenant)
    assert finding.fault == "event 3 is not as it was written, or not in its place"
    assert finding.head.seq == 2


async def test_a_hash_that_is_worked_out_anew_is_found_out_at_the_next(
    database: Database, own_url: str, tenant: str
) -> None:
    await fill(database, tenant)
    tamper(own_url, "UPDATE audit_events SET hash = sha256('') WHERE tenant = %(t)s AND seq = 6", t=tenant)
    assert checked(own_url, tenant).fault == "event 6 is not as it was written, or not in its place"


async def test_an_event_that_was_taken_away_is_found_out(
    database: Database, own_url: str, tenant: str
) -> None:
    await fill(database, tenant)
    tamper(own_url, "DELETE FROM audit_events WHERE tenant = %(t)s AND seq = 4", t=tenant)
    assert checked(own_url, tenant).fault == "event 4 is missing: after 3 comes 5"


async def test_events_that_changed_places_are_found_out(
    database: Database, own_url: str, tenant: str
) -> None:
    await fill(database, tenant)
    for old, new in ((2, 1002), (3, 2), (1002, 3)):
        tamper(
            own_url,
            "UPDATE audit_events SET seq = %(new)s WHERE tenant = %(t)s AND seq = %(old)s",
            t=tenant,
            old=old,
            new=new,
        )
    assert checked(own_url, tenant).fault == "event 2 is not as it was written, or not in its place"


async def test_a_tail_that_was_cut_off_is_found_out(database: Database, own_url: str, tenant: str) -> None:
    """By its head, and with that put back as well by one that was written down."""
    await fill(database, tenant)
    saved = head_of(own_url, tenant)
    tamper(own_url, "DELETE FROM audit_events WHERE tenant = %(t)s AND seq > 4", t=tenant)
    assert checked(own_url, tenant).fault == "the chain ends at 4, and its head says 6"
    tamper(
        own_url,
        "UPDATE audit_heads h SET seq = e.seq, hash = e.hash FROM audit_events e"
        " WHERE e.tenant = h.tenant AND e.tenant = %(t)s AND e.seq = 4",
        t=tenant,
    )
    assert checked(own_url, tenant).fault is None
    told = checked(own_url, tenant, saved=[saved]).fault
    assert told == "events after 4 are missing: a saved head is 6"


async def test_a_chain_that_was_written_anew_is_found_out(
    database: Database, own_url: str, tenant: str
) -> None:
    await fill(database, tenant)
    saved = head_of(own_url, tenant)
    for table in ("audit_events", "audit_heads"):
        tamper(own_url, f"DELETE FROM {table} WHERE tenant = %(t)s", t=tenant)
    await fill(database, tenant)
    assert checked(own_url, tenant).fault is None
    assert checked(own_url, tenant, saved=[saved]).fault == "event 6 is not the one of the saved head"


async def test_a_check_may_begin_where_an_earlier_one_ended(
    database: Database, own_url: str, tenant: str
) -> None:
    await fill(database, tenant)
    since = head_of(own_url, tenant)
    await fill(database, tenant)
    now = head_of(own_url, tenant)
    assert checked(own_url, tenant, since=since, saved=[since]) == Finding(tenant, EVENTS, now)
    tamper(own_url, "UPDATE audit_events SET actor = 'x' WHERE tenant = %(t)s AND seq = 2", t=tenant)
    assert checked(own_url, tenant, since=since).fault is None
    other = Head(since.seq, b"\0" * 32)
    assert checked(own_url, tenant, since=other).fault == (
        "event 6 does not have the hash that was given for it"
    )


async def test_the_commands_say_whether_a_chain_holds(
    database: Database, own_url: str, tenant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await fill(database, tenant)
    monkeypatch.setenv("DATABASE_URL", own_url)
    head = head_of(own_url, tenant)
    told = CliRunner().invoke(cli, ["audit", "head", "--tenant", tenant])
    assert (told.exit_code, told.stdout) == (0, f"{tenant} {head}\n")
    verifying = ["audit", "verify", "--tenant", tenant, "--head", str(head)]
    holds = CliRunner().invoke(cli, verifying)
    assert (holds.exit_code, holds.stdout) == (0, f"{tenant}: 6 events checked, holds up to {head}\n")
    tamper(own_url, "UPDATE audit_events SET at = at + interval '1 day' WHERE tenant = %(t)s", t=tenant)
    broken = CliRunner().invoke(cli, verifying)
    assert broken.exit_code == BROKEN
    assert broken.stdout.startswith(f"{tenant}: 0 events checked, broken: event 1 is not as it was written")
    assert CliRunner().invoke(cli, ["audit", "verify", "--head", "six"]).exit_code == 2


def test_where_there_is_nothing_to_check_nothing_is_said_to_hold(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = f"empty_{uuid4().hex}"
    with connect(database_url) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        url = make_url(database_url).set(database=name).render_as_string(hide_password=False)
        monkeypatch.setenv("DATABASE_URL", url)
        no_tables = CliRunner().invoke(cli, ["audit", "verify"])
        migrate(Settings(database_url=url))
        no_events = CliRunner().invoke(cli, ["audit", "verify"])
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
    assert (no_tables.exit_code, no_events.exit_code) == (1, 1)
    assert no_events.stderr.startswith("There is no event to check")


async def test_events_are_in_the_order_of_their_times(database: Database, own_url: str, tenant: str) -> None:
    await fill(database, tenant)
    with connect(own_url) as connection:
        rows = connection.execute("SELECT at FROM audit_events WHERE tenant = %s ORDER BY seq", [tenant])
        times: list[datetime] = [row[0] for row in rows]
    assert times == sorted(times)
    assert times[-1] - times[0] < timedelta(minutes=5)
