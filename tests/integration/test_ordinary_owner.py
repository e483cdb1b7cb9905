"""A database whose owner is no superuser, as others keep it for one: migrated, kept apart, dumped."""

import re
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from alembic import command
from psycopg import sql
from sqlalchemy import make_url, text
from typer.testing import CliRunner

from app.audit.events import Access, Action, Entity
from app.audit.noting import note_access
from app.cli.main import cli
from app.paths import ROOT
from app.settings import Settings
from app.storage.database import Database
from app.storage.migrate import MigrationError, migrate
from app.storage.patients import hold_patient, knows_patient
from app.storage.row_security import EVERY_TENANT
from app.storage.tenancy import SERVICE_ROLE
from tests.integration.keeping_keys import id_of
from tests.integration.serving import PATIENT_DATABASE, connect, seen_by
from tests.integration.test_migrations import alembic_for

SEEN = "SELECT tenant FROM patients ORDER BY tenant"


@pytest.fixture
def owner() -> str:
    return f"owner_{uuid4().hex}"


@pytest.fixture
def owned(database_url: str, owner: str) -> Iterator[str]:
    """An empty database of an ordinary login role's, who may not make roles."""
    name = sql.Identifier(owner)
    with connect(database_url) as superuser:
        superuser.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD 'own'").format(name))
        superuser.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(name, name))
        url = make_url(database_url).set(username=owner, password="own", database=owner)
        yield url.render_as_string(hide_password=False)
        superuser.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))
        superuser.execute(sql.SQL("DROP ROLE {}").format(name))


@pytest.fixture
def migrated(database_url: str, owner: str, owned: str) -> str:
    """The same, where an administrator did what the service asked for."""
    grant = sql.SQL("GRANT {} TO {}").format(sql.Identifier(SERVICE_ROLE), sql.Identifier(owner))
    with connect(database_url) as superuser:
        superuser.execute(grant)
    migrate(Settings(database_url=owned))
    return owned


async def of_two_tenants(url: str) -> None:
    database = Database(url, PATIENT_DATABASE)
    for tenant in "ab":
        async with seen_by(database, tenant).transaction() as session:
            await hold_patient(session, "P-1")
    await database.close()


def test_who_may_not_act_as_the_service_s_role_is_told_what_to_have_done(
    database_url: str, owner: str, owned: str
) -> None:
    with pytest.raises(MigrationError) as refused:
        migrate(Settings(database_url=owned))
    grant = f"GRANT {SERVICE_ROLE} TO {owner};"
    assert grant in str(refused.value)
    with connect(owned) as connection:  # what came before it stays, and goes on from there
        assert connection.execute("SELECT version_num FROM alembic_version").fetchone() == ("0019",)
    with connect(database_url) as superuser:
        superuser.execute(sql.SQL(grant))
    migrate(Settings(database_url=owned))
    with connect(owned) as connection:
        told = connection.execute("SELECT relforcerowsecurity FROM pg_class WHERE relname = 'patients'")
        assert told.fetchone() == (True,)


async def test_tenants_are_kept_apart_there_too(migrated: str) -> None:
    await of_two_tenants(migrated)
    database: Any = Database(migrated, PATIENT_DATABASE)
    async with seen_by(database, "c").transaction() as session:
        assert not await knows_patient(session, "P-1")
        assert (await session.execute(text(SEEN))).all() == []
        assert (await session.scalars(text("SELECT tenants_on_record()"))).all() == ["a", "b"]
    await database.close()


async def test_the_owner_sees_no_tenant_s_rows_unless_they_ask_for_all(migrated: str) -> None:
    await of_two_tenants(migrated)
    with connect(migrated) as connection:
        connection.execute("SELECT set_config('turnpoint.tenant', '', false)")
        assert connection.execute(SEEN).fetchall() == []
        connection.execute("SELECT set_config(%s, 'yes', false)", [EVERY_TENANT])
        assert connection.execute(SEEN).fetchall() == [("a",), ("b",)]


async def test_migrations_see_all_rows_that_they_are_about(migrated: str) -> None:
    """Or the way back would mix patients of several tenants."""
    await of_two_tenants(migrated)
    with pytest.raises(RuntimeError, match="several tenants"):
        command.downgrade(alembic_for(migrated), "0015")
    with connect(migrated) as connection:
        connection.execute("SELECT set_config(%s, 'yes', false)", [EVERY_TENANT])
        assert connection.execute(SEEN).fetchall() == [("a",), ("b",)]
        connection.execute("DELETE FROM patients WHERE tenant IN ('a', 'b')")
        connection.execute("INSERT INTO patients (tenant, id) VALUES ('default', 'P-1')")
    command.downgrade(alembic_for(migrated), "0015")
    with connect(migrated) as connection:
        assert connection.execute("SELECT id FROM patients").fetchall() == [("P-1",)]
    migrate(Settings(database_url=migrated))
    database: Any = Database(migrated, PATIENT_DATABASE)
    async with seen_by(database).transaction() as session:
        assert await knows_patient(session, "P-1")
    await database.close()


def test_the_owner_makes_keys_and_the_audit_of_their_tenant_tells(migrated: str) -> None:
    environment = {"DATABASE_URL": migrated}
    create = ["keys", "create", "--name", "lab", "--tenant", "north"]
    key = CliRunner().invoke(cli, create, env=environment).stdout.strip()
    assert CliRunner().invoke(cli, ["keys", "revoke", id_of(key)], env=environment).exit_code == 0
    checked = CliRunner().invoke(cli, ["audit", "verify"], env=environment)
    assert checked.exit_code == 0
    assert checked.stdout.startswith("north: 2 events checked, holds up to 2:")


async def test_what_a_restored_dump_does_not_bring_along_is_made_good(migrated: str) -> None:
    """Roles are the server's: on another one all rights of the service's are gone."""
    with connect(migrated) as connection:
        connection.execute(f"REVOKE ALL ON ALL TABLES IN SCHEMA public, queue FROM {SERVICE_ROLE}")
        connection.execute(f"REVOKE ALL ON SCHEMA public, queue FROM {SERVICE_ROLE}")
        connection.execute("ALTER TABLE patients NO FORCE ROW LEVEL SECURITY")
        connection.execute("DROP POLICY of_every_tenant ON patients")
    migrate(Settings(database_url=migrated))
    await of_two_tenants(migrated)
    with connect(migrated) as connection:
        connection.execute("SELECT set_config('turnpoint.tenant', '', false)")
        assert connection.execute(SEEN).fetchall() == []


async def test_a_span_of_the_audit_ends_as_its_page_says(migrated: str) -> None:
    database = Database(migrated, PATIENT_DATABASE)
    for _ in range(5):
        async with seen_by(database, "T").transaction() as session:
            note_access(session, Access(Action.READ, Entity.AUDIT))
    await database.close()
    _, _, rest = (ROOT / "docs" / "audit.md").read_text().partition("```sql\nBEGIN;\n")
    statements = re.split(r";.*\n", rest.partition("COMMIT;")[0].replace("2020-01-01", "2999-01-01"))
    with connect(migrated) as connection:
        connection.execute("BEGIN")
        head = ""
        for statement in filter(None, statements):
            told: Any = connection.execute(statement.replace("SEQ", head.partition(":")[0]))
            head = told.fetchone()[0] if told.description else head
        connection.execute("COMMIT")
    verify = ["audit", "verify", "--tenant", "T"]
    after = CliRunner().invoke(cli, [*verify, "--since", head], env={"DATABASE_URL": migrated})
    assert (after.exit_code, head.partition(":")[0]) == (0, "5"), after.output
    whole = CliRunner().invoke(cli, verify, env={"DATABASE_URL": migrated})
    assert (whole.exit_code, "event 1 is missing" in whole.output) == (3, True)
