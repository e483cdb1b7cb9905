"""Batch jobs, cache and keys of two tenants who ask the very same."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from tests.asking import Person
from tests.integration.answers import Json, ask
from tests.integration.serving import Servers, connect
from tests.integration.two_tenants import client_of_tenant, gateway_of_tenants
from tests.integration.working import ended, rows_of, worker


@pytest.fixture(scope="module")
def clients(servers: Servers, home: Path) -> Iterator[list[httpx.Client]]:
    """One of each tenant, and a worker for both."""
    with (
        worker(servers, home),
        gateway_of_tenants(servers) as url,
        connect(servers.database_url) as database,
        client_of_tenant(url, database, f"a-{uuid4()}") as one,
        client_of_tenant(url, database, f"b-{uuid4()}") as other,
    ):
        yield [one, other]


def test_equal_questions_of_two_tenants_have_answers_of_their_own(
    clients: list[httpx.Client], question: Json
) -> None:
    first, again = ask(clients[0], question), ask(clients[0], question)
    theirs = ask(clients[1], question)
    assert again["id"] == first["id"] != theirs["id"]
    assert [one["generation"]["cached"] for one in (first, again, theirs)] == [False, True, False]


def test_one_idempotency_key_of_two_tenants_gives_a_job_of_each(
    clients: list[httpx.Client], servers: Servers, helpable: Person
) -> None:
    source = {"kind": "rows", "rows": [dict(helpable)]}
    wanted = {"target_label": "low", "generator": "search", "source": source}
    key = {"Idempotency-Key": f"key-{uuid4()}"}
    jobs = [client.post("/augmentations", json=wanted, headers=key).json() for client in clients]
    assert jobs[0]["id"] != jobs[1]["id"]
    for client, job in zip(clients, jobs, strict=True):
        assert ended(client, job)["state"] == "completed"
        assert rows_of(client, job)
        assert [one["id"] for one in client.get("/augmentations").json()["jobs"]] == [job["id"]]
        assert client.get(job["links"]["report"]).status_code == 200
    kept = (
        "SELECT count(DISTINCT r.tenant), bool_and(r.tenant = j.tenant) FROM augmentations AS j"
        " JOIN augmented_rows AS r ON r.job_id = j.id WHERE j.id = ANY(%s::uuid[])"
    )
    with connect(servers.database_url) as connection:
        assert connection.execute(kept, [[job["id"] for job in jobs]]).fetchone() == (2, True)
