"""PostgreSQL away, or full: no suggestion leaves unrecorded, nothing is cached, and all is well after it."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
import redis

from tests.integration.answers import Json, assert_verified, found, told
from tests.integration.processes import wait_until
from tests.integration.serving import LastingPostgres, Servers, client_of, connect, settings_for


@pytest.fixture
def postgres(tmp_path: Path) -> Iterator[LastingPostgres]:
    server = LastingPostgres(tmp_path)
    server.start()
    yield server
    server.stop()


def assert_unrecorded(response: httpx.Response) -> None:
    """A problem that says to try again, and no suggestion."""
    assert response.status_code == 503
    assert response.headers["content-type"] == "application/problem+json"
    assert int(response.headers["retry-after"]) > 0
    assert set(response.json()) == {"type", "title", "status", "detail"}


def test_away_at_the_start(servers: Servers, question: Json) -> None:
    away = settings_for(servers, database_url="postgresql://turnpoint@/turnpoint?host=/nowhere")
    with client_of(away) as client, redis.from_url(servers.redis_url) as cache:
        before = set(cache.keys())
        assert_unrecorded(client.post("/counterfactuals", json=question))
        assert_unrecorded(client.post("/predictions", json={"features": question["features"]}))
        assert_unrecorded(client.get(f"/patients/{question['patient_id']}/interventions"))
        assert set(cache.keys()) == before
        ready = client.get("/readyz")
        assert (ready.status_code, ready.json()["ready"]) == (503, False)
        assert client.get("/livez").is_success


def test_stopped_while_up_and_started_again(
    servers: Servers, question: Json, postgres: LastingPostgres
) -> None:
    with client_of(settings_for(servers, database_url=postgres.url)) as client:
        first = found(client, question)
        other = question | {"count": 1}
        postgres.stop()
        # The first of them is in the cache: but that it was told could not be recorded.
        assert_unrecorded(client.post("/counterfactuals", json=question))
        assert_unrecorded(client.post("/counterfactuals", json=other))
        assert_unrecorded(client.get(f"/counterfactuals/{first['id']}"))
        assert client.get("/readyz").status_code == 503
        postgres.start()
        assert client.get("/readyz").status_code == 200
        assert told(client.get(f"/counterfactuals/{first['id']}").json()) == told(first)
        assert found(client, question)["generation"]["cached"] is True
        late = found(client, other)
        assert late["generation"]["cached"] is False
        assert_verified(client, late)


def test_restarted_between_two_questions(servers: Servers, question: Json, postgres: LastingPostgres) -> None:
    with client_of(settings_for(servers, database_url=postgres.url)) as client:
        found(client, question)
        postgres.stop()
        postgres.start()
        # The pool still holds a connection that died: that may cost one request, not two.
        client.post("/counterfactuals", json=question | {"count": 2})
        assert found(client, question, count=3)["generation"]["cached"] is False


def test_lost_in_the_middle_of_a_request_with_a_key_which_is_then_sent_again(
    servers: Servers, question: Json, postgres: LastingPostgres
) -> None:
    settings = settings_for(servers, database_url=postgres.url)
    keyed = {"Idempotency-Key": "sent-again"}
    with client_of(settings, headers=keyed) as client, ThreadPoolExecutor(1) as other:
        with suppress(psycopg.OperationalError), connect(postgres.url) as holder:
            holder.execute("BEGIN; LOCK TABLE answers IN SHARE MODE")
            first = other.submit(client.post, "/counterfactuals", json=question)
            wait_until(lambda: _waits_for_a_lock(holder))  # so the key is claimed
            postgres.stop()
        assert_unrecorded(first.result())
        postgres.start()
        wait_until(lambda: client.post("/counterfactuals", json=question).is_success)
        theirs = client.get(f"/patients/{question['patient_id']}/interventions").json()["answers"]
        again = client.post("/counterfactuals", json=question).json()
        assert [one["id"] for one in theirs] == [again["id"]]


def _waits_for_a_lock(database: Any) -> bool:
    return bool(database.execute("SELECT 1 FROM pg_locks WHERE NOT granted").fetchone())


_NO_ROOM = """
    CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = '53100'; END $$;
    CREATE TRIGGER no_room BEFORE INSERT ON answers EXECUTE FUNCTION no_room();
"""


@contextmanager
def full_disk(database: Any) -> Iterator[None]:
    """PostgreSQL fails to add answers, as it does where its disk is full."""
    database.execute(_NO_ROOM)
    try:
        yield
    finally:
        database.execute("DROP FUNCTION no_room() CASCADE")


def test_a_full_disk_gives_nothing_and_all_is_well_once_there_is_room(
    servers: Servers, question: Json, database: Any
) -> None:
    theirs = f"/patients/{question['patient_id']}/interventions"
    with client_of(settings_for(servers)) as client:
        with full_disk(database):
            for _ in range(2):  # neither was kept for the next
                assert_unrecorded(client.post("/counterfactuals", json=question))
            assert client.get(theirs).status_code == 404
        answer = found(client, question)
        assert answer["generation"]["cached"] is False
        assert told(client.get(f"/counterfactuals/{answer['id']}").json()) == told(answer)
        assert [one["id"] for one in client.get(theirs).json()["answers"]] == [answer["id"]]
