"""`turnpoint keys`: a key is told once, and whatever is wrong is told in a sentence."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from psycopg.rows import dict_row
from typer.testing import CliRunner, Result

from app.cli.main import cli
from app.cli.shared import user_name
from app.identity.keys import StoredKey, new_key
from app.identity.principal import PrincipalKind
from app.storage.database import opened
from app.storage.keys import KeysError
from app.usecases.keys import make_key, revoke_key
from tests.integration.keeping_keys import id_of
from tests.integration.serving import PATIENT_DATABASE, patient
from tests.integration.test_keys import AWAY

OPEN = "counterfactuals:read counterfactuals:write feedback predictions"
Database = psycopg.Connection[tuple[Any, ...]]


def keys(database_url: str, *words: str, **more: str) -> Result:
    environment: dict[str, str | None] = {"DATABASE_URL": database_url, "API_KEYS": "true", **patient()}
    return CliRunner().invoke(cli, ["keys", *words], env=environment | more)


def created(database_url: str, *words: str) -> str:
    result = keys(database_url, "create", *words)
    assert result.exit_code == 0, result.output
    assert "not shown again" in result.stderr
    return result.stdout.strip()


def listed(database_url: str, key: str) -> list[str]:
    lines = keys(database_url, "list").stdout.splitlines()
    ((_, *columns),) = [line.split("\t") for line in lines if line.startswith(id_of(key))]
    return columns


@pytest.fixture
def tenant() -> str:
    """Whose audit has no events yet."""
    return f"t-{uuid4().hex}"


def on_record(database: Database, tenant: str) -> list[dict[str, Any]]:
    """A tenant's events, in order."""
    with database.cursor(row_factory=dict_row) as cursor:
        query = "SELECT * FROM audit_events WHERE tenant = %s ORDER BY seq"
        return cursor.execute(query, [tenant]).fetchall()


def test_it_is_told_once_and_kept_as_a_hash(database: Database, database_url: str) -> None:
    key = created(database_url, "--name", "lab", "--tenant", "north", "--person", "--expires", "90d")
    (row,) = database.execute("SELECT * FROM api_keys WHERE id = %s", [id_of(key)]).fetchall()
    secret = key.rpartition("_")[2]
    assert secret[:20] not in str(row)
    assert secret[:20] not in keys(database_url, "list").stdout
    until = f"expires {datetime.now(UTC) + timedelta(days=90):%Y-%m-%d}"
    assert listed(database_url, key) == ["lab", "person", "north", OPEN, until, "never used"]


def test_scopes_are_those_that_are_named(database_url: str) -> None:
    key = created(database_url, "--name", "a", "--scopes", "audit:read, predictions", "--expires", "never")
    assert listed(database_url, key) == [
        *("a", "system", "default", "audit:read predictions", "never expires", "never used")
    ]


def test_revoking_is_for_good_and_may_be_said_twice(database_url: str) -> None:
    key = created(database_url, "--name", "lost")
    for _ in range(2):
        assert keys(database_url, "revoke", id_of(key)).exit_code == 0
        assert listed(database_url, key)[4] == f"revoked {datetime.now(UTC):%Y-%m-%d}"


def test_who_made_a_key_and_who_ended_it_is_on_record_and_the_key_is_not(
    database: Database, database_url: str, tenant: str
) -> None:
    scopes = ("--scopes", "predictions audit:read", "--expires", "never")
    key = created(database_url, "--name", "lab", "--tenant", tenant, *scopes)
    for _ in range(2):
        assert keys(database_url, "revoke", id_of(key)).exit_code == 0
    events = on_record(database, tenant)
    told = [(one["action"], one["entity"], one["route"], one["detail"]) for one in events]
    assert told == [
        (
            *("create", "key", "turnpoint keys create"),
            f"{id_of(key)}, system lab: audit:read predictions, without an end",
        ),
        ("update", "key", "turnpoint keys revoke", f"{id_of(key)}, system lab: revoked"),
    ]
    whose = {(one["actor"], one["on_behalf_of"], one["outcome"], one["patient"]) for one in events}
    assert whose == {("turnpoint", user_name(), "success", None)}
    secret = key.rpartition("_")[2]
    assert secret[:20] not in str(events)
    verifying = ["audit", "verify", "--tenant", tenant]
    checked = CliRunner().invoke(cli, verifying, env={"DATABASE_URL": database_url})
    assert checked.exit_code == 0
    assert checked.stdout.startswith(f"{tenant}: 2 events checked, holds up to 2:")


async def test_what_was_not_done_is_not_on_record(database: Database, database_url: str, tenant: str) -> None:
    new = new_key()
    key = StoredKey(new.id, tenant, "lab", PrincipalKind.SYSTEM, new.digest, frozenset(), datetime.now(UTC))
    async with opened(database_url, PATIENT_DATABASE) as kept:
        await make_key(kept, key, "ada")
        with pytest.raises(KeysError):
            await make_key(kept, key, "ada")
        assert not await revoke_key(kept, "abcdefghijklm", "ada")
    assert [one["action"] for one in on_record(database, tenant)] == ["create"]


def test_an_unknown_id_says_so(database_url: str) -> None:
    result = keys(database_url, "revoke", "abcdefghijklm")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "There is no key with this id" in result.stderr


@pytest.mark.parametrize(
    ("words", "option"),
    [
        (["--name", ""], "--name"),
        (["--name", "<b>"], "--name"),
        (["--name", "a", "--tenant", "../b"], "--tenant"),
        (["--name", "a", "--scopes", "everything"], "--scopes"),
        (["--name", "a", "--scopes", ""], "--scopes"),
        (["--name", "a", "--expires", "tomorrow"], "--expires"),
        (["--name", "a", "--expires", "0d"], "--expires"),
        (["--name", "a", "--expires", "99999y"], "--expires"),
    ],
)
def test_what_cannot_be_meant_is_told_in_a_sentence(database_url: str, words: list[str], option: str) -> None:
    before = keys(database_url, "list").stdout
    result = keys(database_url, "create", *words)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith(option)
    assert keys(database_url, "list").stdout == before


@pytest.mark.parametrize("command", [["list"], ["create", "--name", "a"], ["revoke", "abcdefghijklm"]])
def test_a_database_that_is_away_is_told_in_a_sentence(command: list[str]) -> None:
    result = keys(AWAY, *command)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == "The database of DATABASE_URL is away.\n"


def test_a_key_that_gateways_do_not_ask_for_is_told(database_url: str) -> None:
    assert "API_KEYS=true" in keys(database_url, "create", "--name", "a", API_KEYS="").stderr
