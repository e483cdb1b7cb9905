"""What a batch job survives: in each fault no row is lost, none doubled, and the job ends in a true state."""

import asyncio
import os
import resource
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import numpy as np
import psycopg
import pytest

from app.augmentation.chunks import ChunkWork
from app.classifiers.hosted import HostedModel
from app.engine.hosting import Hosting
from app.proposers.llm.response import write_answer
from app.storage.database import Database
from app.storage.queue import queue_app
from tests.asking import Person, question_about
from tests.integration.fake_llm import FakeLlm, fake_llm, says
from tests.integration.fake_server import Reply
from tests.integration.processes import wait_until
from tests.integration.serving import LastingPostgres, Servers, client_of, settings_for
from tests.integration.working import ended, rows_of, submit, worker

Json = dict[str, Any]
MANY = 320
"""People of five chunks."""


@pytest.fixture(scope="module")
def people(model: HostedModel, high_risk: list[Person]) -> list[Json]:
    return [dict(high_risk[place % len(high_risk)]) for place in range(MANY)]


@pytest.fixture(scope="module")
def undisturbed(client: httpx.Client, servers: Servers, home: Path, people: list[Json]) -> list[Json]:
    """What the job gives when nothing goes wrong."""
    with worker(servers, home):
        return rows_of(client, ended(client, submit(client, source=_rows(people), per_row=3)))


def _rows(people: list[Json]) -> Json:
    return {"kind": "rows", "rows": people}


def _state(client: httpx.Client, job: Json) -> Json:
    state: Json = client.get(job["links"]["self"]).json()
    return state


def test_what_a_killed_worker_had_in_hand_is_taken_over(
    client: httpx.Client, servers: Servers, home: Path, people: list[Json], undisturbed: list[Json]
) -> None:
    with worker(servers, home) as first:
        job = submit(client, source=_rows(people), per_row=3)
        wait_until(lambda: _state(client, job)["progress"]["done"] > 0)
        os.killpg(first.pid, signal.SIGKILL)
    assert _state(client, job)["state"] == "running"
    with worker(servers, home):
        finished = ended(client, job)
    assert finished["state"] == "completed"
    assert rows_of(client, finished) == undisturbed


def test_what_no_worker_outlives_is_given_up(
    client: httpx.Client,
    servers: Servers,
    home: Path,
    people: list[Json],
    database: "psycopg.Connection[tuple[Any, ...]]",
) -> None:
    job = submit(client, source=_rows(people[:1]))
    tried = "UPDATE queue.procrastinate_jobs SET attempts = 8 WHERE args ->> 'job_id' = %s"
    assert database.execute(tried, [job["id"]]).rowcount == 1
    with worker(servers, home):
        finished = ended(client, job)
    assert finished["state"] == "failed"
    assert "8 tries" in finished["failure"]


def test_a_database_that_restarts_is_waited_for(
    servers: Servers, tmp_path_factory: pytest.TempPathFactory, people: list[Json], undisturbed: list[Json]
) -> None:
    home = tmp_path_factory.mktemp("restarted")
    postgres = LastingPostgres(home)
    postgres.start()
    own = replace(servers, database_url=postgres.url)
    try:
        with client_of(settings_for(own)) as client, worker(own, home):
            job = submit(client, source=_rows(people), per_row=3)
            wait_until(lambda: _state(client, job)["progress"]["done"] > 0)
            postgres.stop()
            assert client.get(job["links"]["self"]).status_code == 503
            postgres.start()
            finished = ended(client, job)
            assert finished["state"] == "completed"
            assert rows_of(client, finished) == undisturbed
    finally:
        postgres.stop()


def test_the_cache_is_not_needed(servers: Servers, home: Path, people: list[Json]) -> None:
    away = replace(servers, redis_url="redis://127.0.0.1:9/0")
    with client_of(settings_for(away)) as client, worker(away, home):
        finished = ended(client, submit(client, source=_rows(people[:10])))
    assert finished["state"] == "completed"


@pytest.fixture(scope="module")
def fake() -> Iterator[FakeLlm]:
    with fake_llm() as fake:
        yield fake


@contextmanager
def _with_llm(servers: Servers, home: Path, fake: FakeLlm) -> Iterator[httpx.Client]:
    own = replace(servers, llm_url=fake.url)
    with client_of(settings_for(own)) as client, worker(own, home, LLM_REST_S="0"):
        yield client


@pytest.fixture(scope="module")
def good(model: HostedModel, people: list[Json]) -> str:
    """A well-formed answer that is open to most people: the first lever by a step."""
    levers = question_about(model, people[0]).levers
    return write_answer(levers, np.eye(len(levers), dtype=np.int64)[0])


def test_a_language_model_that_goes_and_comes_back_costs_no_row(
    servers: Servers, home: Path, fake: FakeLlm, people: list[Json], good: str
) -> None:
    with _with_llm(servers, home, fake) as client:
        fake.behaviour = lambda _: Reply(status=503)
        auto = ended(client, submit(client, source=_rows(people[:20]), generator="auto"))
        assert auto["state"] == "completed"
        assert auto["degraded"] == "llm_unavailable"
        assert auto["progress"]["accepted"] > 0
        waiting = submit(client, source=_rows(people[:20]), generator="llm")
        asked = len(fake.asked)
        wait_until(lambda: len(fake.asked) > asked)
        assert _state(client, waiting)["state"] == "running"
        fake.behaviour = says(*[good] * 8)
        finished = ended(client, waiting)
        assert finished["state"] == "completed"
        assert finished["progress"]["done"] == 20
        assert {row["generator"] for row in rows_of(client, finished)} == {"llm"}


def test_garbage_for_a_third_of_the_rows_costs_no_row(
    servers: Servers, home: Path, fake: FakeLlm, people: list[Json], good: str
) -> None:
    count = 0

    def every_third(request: Json) -> Reply:
        nonlocal count
        count += 1
        return says(*["Eat less."] * 8)(request) if count % 3 == 0 else says(*[good] * 8)(request)

    fake.behaviour = every_third
    with _with_llm(servers, home, fake) as client:
        with_garbage = ended(client, submit(client, source=_rows(people[:30]), generator="auto"))
        searched = ended(client, submit(client, source=_rows(people[:30]), generator="search"))
        assert with_garbage["state"] == "completed"
        helped = [{row["source_row"] for row in rows_of(client, job)} for job in (with_garbage, searched)]
    assert helped[0] >= helped[1]


def test_a_full_disk_refuses_the_upload_and_leaves_nothing(
    client: httpx.Client, database: "psycopg.Connection[tuple[Any, ...]]", people: list[Json]
) -> None:
    before = database.execute("SELECT count(*) FROM uploads").fetchone()
    text = ",".join(people[0]) + "\n" + "x" * 3_000_000
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, hard))  # the gateway is a thread of this process
    try:
        response = client.post(
            "/augmentations/uploads", content=text.encode(), headers={"Content-Type": "text/csv"}
        )
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert response.status_code == 507
    assert database.execute("SELECT count(*) FROM uploads").fetchone() == before


def test_who_stops_reading_a_download_holds_nothing_up(
    client: httpx.Client,
    servers: Servers,
    home: Path,
    people: list[Json],
    undisturbed: list[Json],
    database: "psycopg.Connection[tuple[Any, ...]]",
) -> None:
    with worker(servers, home):
        job = ended(client, submit(client, source=_rows(people), per_row=3))
    with client.stream("GET", job["links"]["rows"]) as response:
        next(response.iter_bytes(100))
        idle = "SELECT count(*) FROM pg_stat_activity WHERE state = 'idle in transaction'"
        wait_until(lambda: database.execute(idle).fetchone() == (0,))
    assert rows_of(client, job) == undisturbed


async def test_two_workers_on_one_chunk_double_nothing(
    client: httpx.Client,
    hosting: Hosting,
    database_url: str,
    people: list[Json],
    database: "psycopg.Connection[tuple[Any, ...]]",
) -> None:
    job = await asyncio.to_thread(submit, client, source=_rows(people[:40]), per_row=2)
    own, queue = Database(database_url), queue_app(database_url)
    with ThreadPoolExecutor(2) as pool:
        twins = [ChunkWork(hosting, own, queue, None, pool) for _ in range(2)]
        await asyncio.gather(*(twin.run(UUID(job["id"]), 0) for twin in twins))
    await own.close()
    kept = database.execute("SELECT count(*) FROM augmented_rows WHERE job_id = %s", [job["id"]]).fetchone()
    state = await asyncio.to_thread(_state, client, job)
    assert state["progress"]["done"] == 40
    assert kept == (state["progress"]["accepted"],)
    reports = "SELECT count(*) FROM queue.procrastinate_jobs WHERE task_name = 'augmentation.report'"
    assert database.execute(f"{reports} AND args ->> 'job_id' = %s", [job["id"]]).fetchone() == (1,)
    await asyncio.to_thread(client.delete, job["links"]["self"])
