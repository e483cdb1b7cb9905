"""API keys from the command line to the last request: created, used, listed, revoked."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import psycopg
import pytest
from typer.testing import CliRunner, Result

from app.cli.main import cli
from app.identity.keys import read_key
from tests.integration.processes import wait_until
from tests.integration.serving import Servers, client_of, settings_for

AWAY = "postgresql://turnpoint:sesame@127.0.0.1:9/turnpoint"
FRESH_S = 1
OPEN = "counterfactuals:read counterfactuals:write feedback predictions"


def keys(database_url: str, *words: str, **more: str) -> Result:
    environment: dict[str, str | None] = {"DATABASE_URL": database_url, "API_KEYS": "true"}
    return CliRunner().invoke(cli, ["keys", *words], env=environment | more)


def created(database_url: str, *words: str) -> str:
    result = keys(database_url, "create", *words)
    assert result.exit_code == 0, result.output
    return result.stdout.strip()


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


def id_of(key: str) -> str:
    read = read_key(key)
    assert read is not None
    return read.id


@pytest.fixture(scope="module")
def client(servers: Servers) -> Iterator[httpx.Client]:
    with client_of(settings_for(servers, api_keys=True, api_keys_fresh_s=FRESH_S)) as client:
        yield client


def test_a_key_opens_what_it_was_made_for(client: httpx.Client, database_url: str) -> None:
    key = created(database_url, "--name", "ehr")
    assert client.get("/models").status_code == 401
    assert client.get("/models", headers=bearer(key)).status_code == 200
    assert client.get("/metrics", headers=bearer(key)).status_code == 403
    ours = created(database_url, "--name", "prometheus", "--scopes", "operations:read", "--expires", "never")
    assert client.get("/metrics", headers=bearer(ours)).status_code == 200


def test_it_is_told_once_and_kept_as_a_hash(
    database: "psycopg.Connection[tuple[Any, ...]]", database_url: str
) -> None:
    key = created(database_url, "--name", "lab", "--tenant", "north", "--person", "--expires", "90d")
    (row,) = database.execute("SELECT * FROM api_keys WHERE id = %s", [id_of(key)]).fetchall()
    secret = key.rpartition("_")[2]
    assert secret[:20] not in str(row)
    listed = keys(database_url, "list").stdout
    (line,) = [one for one in listed.splitlines() if one.startswith(id_of(key))]
    until = datetime.now(UTC) + timedelta(days=90)
    assert line.split("\t")[1:] == ["lab", "person", "north", OPEN, f"expires {until:%Y-%m-%d}", "never used"]
    assert secret[:20] not in listed


def test_a_revoked_key_ends_within_the_time_that_is_set(client: httpx.Client, database_url: str) -> None:
    key = created(database_url, "--name", "lost")
    assert client.get("/models", headers=bearer(key)).status_code == 200
    assert keys(database_url, "revoke", id_of(key)).exit_code == 0
    wait_until(lambda: client.get("/models", headers=bearer(key)).status_code == 401, FRESH_S + 1)
    assert keys(database_url, "revoke", id_of(key)).exit_code == 0, "once more does no harm"
    assert "revoked" in keys(database_url, "list").stdout


def test_an_expired_key_is_refused(
    client: httpx.Client, database: "psycopg.Connection[tuple[Any, ...]]", database_url: str
) -> None:
    key = created(database_url, "--name", "old", "--expires", "1h")
    database.execute("UPDATE api_keys SET expires_at = now() - interval '1 s' WHERE id = %s", [id_of(key)])
    answer = client.get("/models", headers=bearer(key))
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, 'Bearer error="invalid_token"')


def test_its_last_use_is_kept(
    client: httpx.Client, database: "psycopg.Connection[tuple[Any, ...]]", database_url: str
) -> None:
    key = created(database_url, "--name", "used")
    assert client.get("/models", headers=bearer(key)).status_code == 200
    used = "SELECT FROM api_keys WHERE last_used_at IS NOT NULL AND id = %s"
    wait_until(lambda: bool(database.execute(used, [id_of(key)]).fetchall()))


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
    result = keys(database_url, "create", "--name", "a", API_KEYS="")
    assert "API_KEYS=true" in result.stderr


def test_without_the_database_nobody_is_called_unknown(servers: Servers, database_url: str) -> None:
    key = created(database_url, "--name", "ehr")
    with client_of(settings_for(servers, api_keys=True, database_url=AWAY)) as client:
        answer = client.get("/models", headers=bearer(key))
        assert answer.status_code == 503
        assert client.get("/models", headers=bearer(key[:-1])).status_code == 401
