"""A role of the service's own does all of the service's work, and cannot change what is on record of it."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, LiteralString
from uuid import uuid4

import httpx
import psycopg
import pytest
from psycopg import sql
from sqlalchemy import make_url
from typer.testing import CliRunner

from app.audit.verification import audit_at, heads_of, verify
from app.cli.main import cli
from app.identity.keys import StoredKey, new_key
from app.identity.principal import PrincipalKind
from app.settings import Settings
from app.storage.database import opened
from app.storage.keys import KeysError
from app.storage.migrate import MigrationError, migrate
from app.storage.tenancy import SERVICE_ROLE
from app.usecases.keys import list_keys, make_key, revoke_key
from tests.asking import Person
from tests.integration.answers import found
from tests.integration.keeping_keys import id_of, key_for
from tests.integration.planning import made
from tests.integration.serving import PATIENT_DATABASE, Servers, client_of, connect, settings_for

REFUSED: tuple[LiteralString, ...] = (
    "INSERT INTO audit_events SELECT * FROM audit_events LIMIT 1",
    "UPDATE audit_events SET actor = 'nobody'",
    "DELETE FROM audit_events",
    "TRUNCATE audit_events",
    "UPDATE audit_heads SET seq = 0",
    "INSERT INTO audit_heads (tenant, seq, hash) VALUES ('t', 0, '')",
    "DROP TABLE audit_events",
    "ALTER TABLE audit_events DISABLE TRIGGER ALL",
    "SET session_replication_role = replica",
    "CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
    "DROP FUNCTION audit_append(jsonb)",
    "DROP TABLE patients",
    "UPDATE patients SET pseudonym = gen_random_uuid()",
    "UPDATE patients SET id = 'another'",
    "UPDATE patients SET tenant = 'another'",
    "INSERT INTO patients (id, pseudonym) VALUES ('P-1', gen_random_uuid())",
    "UPDATE api_keys SET scopes = '{admin}'",
    "UPDATE api_keys SET revoked_at = NULL, expires_at = NULL",
    "INSERT INTO api_keys (id, tenant, name, kind, secret_sha256, scopes) "
    "VALUES ('k', 't', 'n', 'system', sha256(''), '{admin}')",
    "DELETE FROM api_keys",
)


@pytest.fixture(scope="module")
def own_url(database_url: str) -> Iterator[str]:
    """A database of its own, as a role sees it that owns nothing of it."""
    name, role = f"role_{uuid4().hex}", f"service_{uuid4().hex}"
    with connect(database_url) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(role)))
        url = make_url(database_url).set(database=name)
        owners = url.render_as_string(hide_password=False)
        migrate(Settings(database_url=owners))
        with connect(owners) as owner:  # as an older version did
            owner.execute(f"GRANT ALL ON patients, api_keys TO {SERVICE_ROLE}")
        migrate(Settings(database_url=owners), role)
        yield url.set(username=role).render_as_string(hide_password=False)
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
        connection.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(role)))


@pytest.fixture(scope="module")
def client(own_url: str, redis_url: str) -> Iterator[httpx.Client]:
    with client_of(settings_for(Servers(own_url, redis_url))) as client:
        yield client


def test_it_does_the_services_work(
    client: httpx.Client, own_url: str, patient_id: str, heavy: Person
) -> None:
    person: dict[str, Any] = dict(heavy)
    answer = found(client, {"patient_id": patient_id, "features": person, "generator": "search"})
    made(client, answer, answer["counterfactuals"][0])
    rows = {"source": {"kind": "rows", "rows": [person]}, "target_label": "low", "on_invalid": "skip"}
    client.post("/augmentations", json=rows).raise_for_status()
    client.get("/").raise_for_status()
    events = client.get(f"/patients/{patient_id}/audit-events").raise_for_status().json()["events"]
    assert [one["entity"] for one in events] == ["worklist", "plan", "answer"]
    with audit_at(own_url) as connection:
        finding = verify(connection, "default")
        assert (finding.fault, finding.head) == (None, heads_of(connection)["default"])


@pytest.mark.parametrize("command", ["head", "verify"])
def test_it_is_told_that_it_sees_no_chain(client: httpx.Client, own_url: str, command: str) -> None:
    done = CliRunner().invoke(cli, ["audit", command], env={"DATABASE_URL": own_url})
    assert (done.exit_code, done.stdout) == (1, "")
    assert "of a role that may not see the events" in done.stderr


@pytest.mark.parametrize("statement", REFUSED)
def test_it_cannot_change_what_was_done(client: httpx.Client, own_url: str, statement: LiteralString) -> None:
    with connect(own_url) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(statement)


async def test_it_lists_keys_and_makes_and_ends_none(
    client: httpx.Client, database_url: str, own_url: str
) -> None:
    owners = make_url(database_url).set(database=make_url(own_url).database)
    theirs = id_of(key_for(owners.render_as_string(hide_password=False), "lab"))
    new = new_key()
    key = StoredKey(
        new.id, "default", "ehr", PrincipalKind.SYSTEM, new.digest, frozenset(), datetime.now(UTC), None
    )
    async with opened(own_url, PATIENT_DATABASE) as database:
        with pytest.raises(KeysError, match="as the owner of the tables"):
            await make_key(database, key, "ada")
        with pytest.raises(KeysError, match="as the owner of the tables"):
            await revoke_key(database, theirs, "ada")
        (listed,) = await list_keys(database)
        assert (listed.id, listed.revoked_at) == (theirs, None)


def test_a_role_that_is_not_there_is_named(database_url: str) -> None:
    with pytest.raises(MigrationError, match="There is no role nobody_there in the database"):
        migrate(Settings(database_url=database_url), "nobody_there")
