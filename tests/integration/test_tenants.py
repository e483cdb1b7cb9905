"""What one tenant has is not there for another: in the use cases' own way to the record."""

from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import IntegrityError, ProgrammingError

from app.storage.consultation_tables import PreferencesRow
from app.storage.database import Database
from app.storage.idempotency_tables import IdempotencyRow
from app.storage.patients import hold_patient, knows_patient
from app.storage.tables import PatientRow
from app.storage.tenancy import SERVICE_ROLE
from tests.integration.serving import PATIENT_DATABASE, Servers, seen_by


@pytest.fixture
async def database(servers: Servers) -> Any:
    database = Database(servers.database_url, PATIENT_DATABASE)
    yield database
    await database.close()


@pytest.fixture
def tenants() -> tuple[str, str]:
    return f"a-{uuid4()}", f"b-{uuid4()}"


async def test_a_patient_s_id_is_a_tenant_s_own(database: Database, tenants: tuple[str, str]) -> None:
    one, other = (seen_by(database, tenant) for tenant in tenants)
    async with one.transaction() as session:
        await hold_patient(session, "P-1")
    async with other.transaction() as session:
        assert not await knows_patient(session, "P-1")
        await hold_patient(session, "P-1")
    pseudonyms = set()
    for own in (one, other):
        async with own.transaction() as session:
            pseudonyms |= {*await session.scalars(select(PatientRow.pseudonym).where(PatientRow.id == "P-1"))}
    assert len(pseudonyms) == 2


async def test_rows_are_read_changed_and_found_by_key_within_a_tenant(
    database: Database, tenants: tuple[str, str]
) -> None:
    one, other = (seen_by(database, tenant) for tenant in tenants)
    row = PreferencesRow(
        id=uuid4(), patient_id="P-1", model_name="m", codes=["c"], features_to_keep=[], given_by=None
    )
    async with one.transaction() as session:
        await hold_patient(session, "P-1")
        session.add(row)
    async with other.transaction() as session:
        assert await session.get(PreferencesRow, row.id) is None
        assert (await session.scalars(select(PreferencesRow).where(PreferencesRow.id == row.id))).all() == []
        within = select(PatientRow.id).where(PatientRow.id.in_(select(PreferencesRow.patient_id)))
        assert (await session.scalars(within)).all() == []
        await session.execute(update(PreferencesRow).where(PreferencesRow.id == row.id).values(codes=["x"]))
    async with one.transaction() as session:
        kept = await session.get(PreferencesRow, row.id)
        assert kept is not None
        assert (kept.codes, kept.tenant) == (["c"], tenants[0])


@pytest.mark.parametrize(("role", "error"), [(SERVICE_ROLE, ProgrammingError), ("none", IntegrityError)])
async def test_a_row_without_a_tenant_is_refused(
    database: Database, role: str, error: type[Exception]
) -> None:
    """By the policy, and where none binds whoever acts, by the column."""
    async with seen_by(database).transaction() as session:
        nobodys = text("SELECT set_config('turnpoint.tenant', '', true), set_config('role', :role, true)")
        await session.execute(nobodys, {"role": role})
        with pytest.raises(error):
            await session.execute(text("INSERT INTO patients (id) VALUES ('nobody-s')"))
        await session.rollback()


async def test_what_fails_in_a_unit_of_work_is_rolled_back_and_stays_what_it_is(
    database: Database, tenants: tuple[str, str]
) -> None:
    own = seen_by(database, tenants[0])

    async def failing() -> None:
        async with own.transaction() as session:
            await hold_patient(session, "P-2")
            raise LookupError("no such answer")

    with pytest.raises(LookupError, match="no such answer"):
        await failing()
    async with own.transaction() as session:
        assert not await knows_patient(session, "P-2")


def test_keys_of_requests_are_a_tenant_s_own() -> None:
    assert [column.name for column in IdempotencyRow.__table__.primary_key] == ["tenant", "key_digest"]
