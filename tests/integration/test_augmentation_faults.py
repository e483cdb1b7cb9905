"""What a batch job survives of its workers, its disk and its readers: no row is lost or doubled."""

import os
import resource
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import psutil
import psycopg
import pytest
from sqlalchemy.exc import SQLAlchemyError
from structlog.testing import capture_logs

from app.classifiers.model_version import ModelVersion
from app.engine.registry import ModelRegistry
from app.identity.caller import Caller
from app.identity.webhook_receivers import Receivers
from app.local.embedded.processes import Child
from app.storage.database import Database
from app.storage.queue import queue_app
from app.usecases.augmentation.chunks import ChunkWork
from app.usecases.webhooks.notices import Notices
from tests.asking import Person
from tests.integration.fake_llm import fake_llm, good_answers, says
from tests.integration.fake_server import Reply
from tests.integration.processes import wait_until
from tests.integration.serving import PATIENT_DATABASE, SECONDS, Servers
from tests.integration.undisturbed import CHUNK
from tests.integration.working import (
    QUICK,
    assert_none_lost_or_doubled,
    ended,
    freeze,
    rows_of,
    rows_source,
    state_of,
    submit,
    waiting_to_write,
    wake,
    worker,
    writes_held_back,
)

Json = dict[str, Any]
ENDED = "augmentation_ended"


def test_what_a_killed_worker_had_in_hand_is_taken_over(
    client: httpx.Client, servers: Servers, home: Path, many_people: list[Json], undisturbed: list[Json]
) -> None:
    with worker(servers, home) as first:
        job = submit(client, source=rows_source(many_people), per_row=3)
        wait_until(lambda: state_of(client, job)["progress"]["done"] > 0)
        os.killpg(first.pid, signal.SIGKILL)
    assert state_of(client, job)["state"] == "running"
    with worker(servers, home, **QUICK):
        finished = ended(client, job)
    assert finished["state"] == "completed"
    assert rows_of(client, finished) == undisturbed


def test_two_workers_that_write_one_chunk_double_nothing(
    client: httpx.Client,
    servers: Servers,
    home: Path,
    model: ModelVersion,
    many_people: list[Json],
    database: "psycopg.Connection[tuple[Any, ...]]",
) -> None:
    """The first is frozen while it makes the rows, given up, and wakes when the second has made them.

    The language model keeps the first busy until then, so that it is for certain in the middle.
    """
    frozen, woken = threading.Event(), threading.Event()
    answer = says(*good_answers(model, many_people[0])[:8])

    def behaviour(request: Json) -> Reply:
        if not frozen.is_set():
            woken.wait(SECONDS)
        return answer(request)

    with fake_llm() as llm, worker(replace(servers, llm_url=llm.url), home) as first:
        llm.behaviour = behaviour
        job = submit(client, source=rows_source(many_people[:20]), generator="auto", per_row=3)
        wait_until(lambda: len(llm.asked) > 0)
        freeze(first)
        frozen.set()
        with worker(replace(servers, llm_url=llm.url), home, **QUICK):
            with writes_held_back(servers.database_url):
                wait_until(lambda: waiting_to_write(database) >= 1)
                assert state_of(client, job)["progress"]["done"] == 0
                woken.set()
                wake(first)
                wait_until(lambda: waiting_to_write(database) >= 2)
            finished = ended(client, job)
    assert finished["state"] == "completed"
    assert finished["degraded"] == []
    assert_none_lost_or_doubled(client, database, finished)


def test_a_worker_that_freezes_while_it_writes_holds_nothing_up(
    client: httpx.Client,
    servers: Servers,
    home: Path,
    many_people: list[Json],
    undisturbed_chunk: list[Json],
    database: "psycopg.Connection[tuple[Any, ...]]",
) -> None:
    """Another ends the job meanwhile; woken, the first changes nothing of it, and works on."""
    with worker(servers, home, **QUICK) as first:
        with writes_held_back(servers.database_url):
            job = submit(client, source=rows_source(many_people[:CHUNK]), per_row=3)
            wait_until(lambda: waiting_to_write(database) >= 1)
            freeze(first)
        with worker(servers, home, **QUICK):
            finished = ended(client, job)
        assert finished["state"] == "completed"
        wake(first)
        another = ended(client, submit(client, source=rows_source(many_people[:1])))
        assert another["state"] == "completed"
    assert "task_failed" not in first.log.read_text()
    assert state_of(client, job) == finished
    assert_none_lost_or_doubled(client, database, finished)
    assert rows_of(client, finished) == undisturbed_chunk


def test_what_no_worker_outlives_is_given_up(
    client: httpx.Client,
    servers: Servers,
    home: Path,
    many_people: list[Json],
    database: "psycopg.Connection[tuple[Any, ...]]",
) -> None:
    job = submit(client, source=rows_source(many_people[:1]))
    tried = "UPDATE queue.procrastinate_jobs SET attempts = 8 WHERE args ->> 'job_id' = %s"
    assert database.execute(tried, [job["id"]]).rowcount == 1
    with worker(servers, home):
        finished = ended(client, job)
    assert finished["state"] == "failed"
    assert "8 tries" in finished["failure"]


def test_a_full_disk_refuses_the_upload_and_leaves_nothing(
    client: httpx.Client, database: "psycopg.Connection[tuple[Any, ...]]", many_people: list[Json]
) -> None:
    before = database.execute("SELECT count(*) FROM uploads").fetchone()
    text = ",".join(many_people[0]) + "\n" + "x" * 3_000_000
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
    many_people: list[Json],
    undisturbed: list[Json],
    database: "psycopg.Connection[tuple[Any, ...]]",
) -> None:
    with worker(servers, home):
        job = ended(client, submit(client, source=rows_source(many_people), per_row=3))
    with client.stream("GET", job["links"]["rows"]) as response:
        next(response.iter_bytes(100))
        idle = "SELECT count(*) FROM pg_stat_activity WHERE state = 'idle in transaction'"
        wait_until(lambda: database.execute(idle).fetchone() == (0,))
    assert rows_of(client, job) == undisturbed


def test_a_report_whose_process_is_killed_is_made_again(
    client: httpx.Client, servers: Servers, home: Path, many_people: list[Json]
) -> None:
    """As the system does where memory is short: it ends the largest process, which is the report's."""
    with worker(servers, home) as first:
        job = submit(client, source=rows_source(many_people[:CHUNK]))
        wait_until(lambda: len(_reports_of(first)) > 0)
        _reports_of(first)[0].kill()
        finished = ended(client, job)
    assert finished["state"] == "completed"
    assert client.get(finished["links"]["report"]).json()["acceptance"]["accepted"] > 0


def _reports_of(worker: Child) -> list[psutil.Process]:
    """The processes that make a worker's reports."""
    below = psutil.Process(worker.pid).children(recursive=True)
    return [one for one in below if any("spawn_main" in word for word in one.cmdline())]


async def test_that_a_job_ended_is_logged_once_it_is_on_record(
    client: httpx.Client,
    registry: ModelRegistry,
    record: Database,
    helpable: Person,
    database: "psycopg.Connection[tuple[Any, ...]]",
) -> None:
    job = submit(client, source=rows_source([dict(helpable)]))
    queue = queue_app("postgresql+psycopg://nowhere/nothing", PATIENT_DATABASE)
    chunks = ChunkWork(registry, queue, Notices(Receivers(), queue), None, None)
    fail = partial(chunks.fail, record.of(Caller.service("default", "a test")), UUID(job["id"]), "No more.")
    with refused_at_the_end(database, job), capture_logs() as lines, pytest.raises(SQLAlchemyError):
        await fail()
    assert ENDED not in {one["event"] for one in lines}
    assert state_of(client, job)["state"] == "queued"
    with capture_logs() as lines:
        await fail()
    assert [one["state"] for one in lines if one["event"] == ENDED] == ["failed"]


@contextmanager
def refused_at_the_end(database: "psycopg.Connection[tuple[Any, ...]]", job: Json) -> Iterator[None]:
    """Whatever changes this job is refused as its transaction commits."""
    name = f"refuse_{uuid4().hex}"
    database.execute(
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'refused'; END $$"
    )
    database.execute(
        f"CREATE CONSTRAINT TRIGGER {name} AFTER UPDATE ON augmentations DEFERRABLE INITIALLY DEFERRED "
        f"FOR EACH ROW WHEN (NEW.id = '{job['id']}') EXECUTE FUNCTION {name}()"
    )
    try:
        yield
    finally:
        database.execute(f"DROP FUNCTION {name} CASCADE")
