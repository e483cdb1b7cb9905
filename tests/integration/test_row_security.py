"""No table is without its walls, and each wall holds by itself, whatever the statement."""

from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import ProgrammingError

from app.storage.database import Database
from app.storage.patients import hold_patient
from app.storage.row_security import EVERY_TENANT, NOT_OF_TENANTS, READ_ONLY
from app.storage.tables import Base, PatientRow
from app.storage.tenancy import OfTenant, TenantKey
from tests.integration.serving import PATIENT_DATABASE, Servers, connect, seen_by
from tests.integration.walls import database_alone, no_wall, session_alone

ROW_SECURITY = (
    "SELECT relname, relrowsecurity AND relforcerowsecurity,"
    " (SELECT count(*) FROM pg_policy WHERE polrelid = c.oid),"
    " has_any_column_privilege('turnpoint_service', c.oid, 'INSERT')"
    " FROM pg_class AS c WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
)


@pytest.fixture
async def database(servers: Servers) -> Any:
    database = Database(servers.database_url, PATIENT_DATABASE)
    yield database
    await database.close()


def test_every_table_is_of_tenants_and_bound_by_policies(servers: Servers) -> None:
    """A table that is new is here by itself: its migration calls `separate_tenants`."""
    with connect(servers.database_url) as connection:
        found = {name: rest for name, *rest in connection.execute(ROW_SECURITY)}
    ours = {*Base.metadata.tables}
    assert ours == {*found} - {"alembic_version"}
    for table in ours - {*NOT_OF_TENANTS}:
        policies = 3 if table == "patients" or "patient_id" in Base.metadata.tables[table].c else 2
        assert found[table] == [True, policies, table not in READ_ONLY], table
    assert [found[table][0] for table in ours & {*NOT_OF_TENANTS}] == [False] * len(ours & {*NOT_OF_TENANTS})


def test_every_mapped_class_is_of_tenants() -> None:
    for mapper in Base.registry.mappers:
        is_of_tenants = issubclass(mapper.class_, OfTenant | TenantKey)
        assert is_of_tenants is (mapper.local_table.name not in NOT_OF_TENANTS), mapper.class_  # type: ignore[attr-defined]


async def test_no_statement_sees_another_tenant_s_rows(database: Database) -> None:
    one, other = (seen_by(database, f"{name}-{uuid4()}") for name in "ab")
    async with one.transaction() as session:
        await hold_patient(session, "P-1")
    mine = text("SELECT id FROM patients WHERE tenant IN (:one, :other)")
    names = {"one": one.caller.tenant, "other": other.caller.tenant}
    async with other.transaction() as session:
        assert (await session.execute(mine, names)).all() == []
        for statement in ("UPDATE patients SET first_seen_at = now()", "DELETE FROM patients"):
            changed = await session.execute(text(f"{statement} WHERE tenant = :one RETURNING 1"), names)
            assert changed.all() == []
    async with one.transaction() as session:
        assert (await session.execute(mine, names)).all() == [("P-1",)]


async def test_no_row_can_be_given_to_another_tenant(database: Database) -> None:
    async with seen_by(database, f"a-{uuid4()}").transaction() as session:
        with pytest.raises(ProgrammingError, match="row-level security"):
            await session.execute(text("INSERT INTO patients (tenant, id) VALUES ('b', 'P-1')"))
        await session.rollback()


@pytest.mark.parametrize("wall", [session_alone, database_alone])
async def test_each_wall_holds_by_itself(database: Database, wall: Any) -> None:
    one, other = (seen_by(database, f"{name}-{uuid4()}") for name in "ab")
    async with one.transaction() as session:
        await hold_patient(session, "P-1")
    by_id = select(PatientRow.id).where(PatientRow.id == "P-1", PatientRow.tenant == one.caller.tenant)
    with wall():
        async with other.transaction() as session:
            assert (await session.scalars(by_id)).all() == []
        async with one.transaction() as session:
            assert (await session.scalars(by_id)).all() == ["P-1"]
    with no_wall():
        async with other.transaction() as session:
            assert (await session.scalars(by_id)).all() == ["P-1"], "or this test could not fail"


async def test_a_unit_of_work_cannot_ask_to_see_everything(database: Database) -> None:
    async with seen_by(database, f"a-{uuid4()}").transaction() as session:
        await hold_patient(session, "P-1")
    async with seen_by(database, f"b-{uuid4()}").transaction() as session:
        await session.execute(text(f"SELECT set_config('{EVERY_TENANT}', 'yes', true)"))
        assert (await session.execute(text("SELECT 1 FROM patients"))).all() == []


async def test_which_tenants_there_are_is_told(database: Database) -> None:
    tenants = sorted(f"{name}-{uuid4()}" for name in "ab")
    for tenant in tenants:
        async with seen_by(database, tenant).transaction() as session:
            await hold_patient(session, "P-1")
    async with seen_by(database).transaction() as session:
        found = (await session.scalars(text("SELECT tenants_on_record()"))).all()
    assert [*found] == sorted(found)
    assert {*tenants} <= {*found}


async def test_a_connection_goes_back_as_it_came(database: Database) -> None:
    """Tenant and role end with the transaction, or the next unit of work would begin with them."""
    async with seen_by(database, "a").transaction():
        pass
    told = text("SELECT current_setting('turnpoint.tenant', true), current_user")
    async with database._engine.connect() as connection:
        tenant, user = (await connection.execute(told)).one()
    assert not tenant
    assert user != "turnpoint_service"
