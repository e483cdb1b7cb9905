"""API keys at the gateway: what they open, and when they end."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import psycopg
import pytest

from app.identity.scopes import AccessScope
from tests.integration.keeping_keys import bearer, id_of, key_for, revoke
from tests.integration.processes import serving, turnpoint, wait_until
from tests.integration.serving import SECONDS, Servers, client_of, settings_for

AWAY = "postgresql://turnpoint:sesame@127.0.0.1:9/turnpoint"
FRESH_S = 1


@pytest.fixture(scope="module")
def client(servers: Servers) -> Iterator[httpx.Client]:
    with client_of(settings_for(servers, api_keys=True, api_keys_fresh_s=FRESH_S)) as client:
        yield client


def test_a_key_opens_what_it_was_made_for(client: httpx.Client, database_url: str) -> None:
    key = key_for(database_url, "ehr")
    assert client.get("/models").status_code == 401
    assert client.get("/models", headers=bearer(key)).status_code == 200
    assert client.get("/metrics", headers=bearer(key)).status_code == 403
    ours = key_for(database_url, "prometheus", AccessScope.OPERATIONS_READ)
    assert client.get("/metrics", headers=bearer(ours)).status_code == 200


def test_a_scope_that_there_is_none_of_any_more_opens_nothing(
    client: httpx.Client, database: "psycopg.Connection[tuple[Any, ...]]", database_url: str
) -> None:
    key = key_for(database_url, "old")
    database.execute("UPDATE api_keys SET scopes = '{everything}' WHERE id = %s", [id_of(key)])
    assert client.get("/models", headers=bearer(key)).status_code == 200
    assert client.post("/predictions", headers=bearer(key)).status_code == 403


def test_a_revoked_key_ends_within_the_time_that_is_set(client: httpx.Client, database_url: str) -> None:
    key = key_for(database_url, "lost")
    assert client.get("/models", headers=bearer(key)).status_code == 200
    revoke(database_url, key)
    wait_until(lambda: client.get("/models", headers=bearer(key)).status_code == 401, FRESH_S + 1)


def test_an_expired_key_is_refused(client: httpx.Client, database_url: str) -> None:
    ago = datetime.now(UTC) - timedelta(seconds=1)
    answer = client.get("/models", headers=bearer(key_for(database_url, "old", expires_at=ago)))
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, 'Bearer error="invalid_token"')


def test_its_last_use_is_kept(
    client: httpx.Client, database: "psycopg.Connection[tuple[Any, ...]]", database_url: str
) -> None:
    key = key_for(database_url, "used")
    assert client.get("/models", headers=bearer(key)).status_code == 200
    used = "SELECT FROM api_keys WHERE last_used_at IS NOT NULL AND id = %s"
    wait_until(lambda: bool(database.execute(used, [id_of(key)]).fetchall()))


def test_without_the_database_nobody_is_called_unknown(servers: Servers, database_url: str) -> None:
    key = key_for(database_url, "ehr")
    with client_of(settings_for(servers, api_keys=True, database_url=AWAY)) as client:
        answer = client.get("/models", headers=bearer(key))
        assert (answer.status_code, "retry-after" in answer.headers) == (503, True)
        assert client.get("/models", headers=bearer(key[:-1])).status_code == 401
        assert client.get("/livez").status_code == 200


def test_from_the_command_to_the_last_request(servers: Servers, database_url: str) -> None:
    environment = {"DATABASE_URL": database_url, "API_KEYS": "true"}
    with serving(servers, database_url, {"API_KEYS": "true", "API_KEYS_FRESH_S": "1"}) as (_, client):
        with turnpoint("keys", environment, ["create", "--name", "ehr"]) as command:
            assert command.wait(SECONDS) == 0
            key = command.output.strip()
        assert client.get("/models", headers=bearer(key)).status_code == 200
        with turnpoint("keys", environment, ["revoke", id_of(key)]) as command:
            assert command.wait(SECONDS) == 0
        wait_until(lambda: client.get("/models", headers=bearer(key)).status_code == 401)


def test_shared_tokens_are_warned_of(servers: Servers, database_url: str) -> None:
    token = "a-token-of-16-characters"
    with serving(servers, database_url, {"API_TOKENS": token}) as (serve, _):
        wait_until(lambda: "api_tokens_are_one_administrator" in serve.errors)
        assert token not in serve.errors
