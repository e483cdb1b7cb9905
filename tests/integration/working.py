"""Real workers, as processes of their own, and waiting for what they do."""

import json
import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import psutil
import psycopg

from app.local.embedded.processes import Child, ChildOptions, package_path
from tests.integration.processes import wait_until
from tests.integration.serving import SECONDS, Servers, connect, patient

Json = dict[str, Any]
START_SECONDS = 3 * SECONDS
"""How long a worker may take to load the models, which on a machine's first start includes compiling."""
ALIVE = {"WORKER_HEARTBEAT_S": "0.5", "WORKER_GIVEN_UP_AFTER_S": str(SECONDS)}
"""A worker looks for work often, and none is given up that a busy machine keeps waiting."""
QUICK = {"WORKER_GIVEN_UP_AFTER_S": "2"}
"""A worker that died, or was frozen, is given up soon enough for a test."""


@contextmanager
def worker(servers: Servers, home: Path, **environment: str) -> Iterator[Child]:
    """A `turnpoint worker` on these servers, once it takes work."""
    told = {"DATABASE_URL": servers.database_url, "REDIS_URL": servers.redis_url}
    told |= {"LLM_URL": servers.llm_url or "", "LLM_API_KEY": servers.llm_api_key or ""}
    told |= {"PYTHONPATH": package_path(), **patient(), **ALIVE, **environment}
    log = home / "logs" / f"worker-{time.monotonic_ns()}.log"
    with connect(servers.database_url) as database:
        before = _newest_worker(database)
    child = Child(
        "a worker", [sys.executable, "-m", "app.cli", "worker"], log, ChildOptions(environment=told)
    )
    try:
        with connect(servers.database_url) as database:
            wait_until(lambda: not child.running or _newest_worker(database) > before, START_SECONDS)
        assert child.running, child.last_line()
        yield child
    finally:
        child.stop()


def _newest_worker(database: "psycopg.Connection[tuple[Any, ...]]") -> int:
    """The number of the worker that came to the queue last, of those that are there."""
    newest = "SELECT coalesce(max(id), 0) FROM queue.procrastinate_workers"
    found = database.execute(newest).fetchone()
    assert found is not None
    return int(found[0])


def freeze(worker: Child) -> None:
    """SIGSTOP: it stays as it is, connections, locks and all, until it is woken or killed."""
    os.killpg(worker.pid, signal.SIGSTOP)
    processes = [psutil.Process(worker.pid), *psutil.Process(worker.pid).children(recursive=True)]
    wait_until(lambda: all(process.status() == psutil.STATUS_STOPPED for process in processes))


def wake(worker: Child) -> None:
    os.killpg(worker.pid, signal.SIGCONT)


@contextmanager
def writes_held_back(database_url: str) -> Iterator[None]:
    """Whoever has made a chunk's rows meanwhile waits with them until the end of this."""
    with connect(database_url) as connection, connection.transaction():
        connection.execute("LOCK TABLE augmented_rows IN SHARE MODE")
        yield


def waiting_to_write(database: "psycopg.Connection[tuple[Any, ...]]") -> int:
    """How many chunks wait for `writes_held_back`, or for one that does."""
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
    found = database.execute(f"{waiting} AND wait_event_type = 'Lock'").fetchone()
    assert found is not None
    return int(found[0])


def rows_source(people: list[Json]) -> Json:
    return {"kind": "rows", "rows": people}


def submit(client: httpx.Client, **job: Any) -> Json:
    """A job that was taken in."""
    response = client.post("/augmentations", json={"target_label": "low", "generator": "search"} | job)
    assert response.status_code == 202, response.text
    taken: Json = response.json()
    assert response.headers["location"] == taken["links"]["self"]
    return taken


def state_of(client: httpx.Client, job: Json) -> Json:
    """The job as it is now."""
    state: Json = client.get(job["links"]["self"]).json()
    return state


def ended(client: httpx.Client, job: Json) -> Json:
    """The job once it has ended, as its events tell."""
    with client.stream("GET", job["links"]["events"], timeout=SECONDS) as events:
        for line in events.iter_lines():
            if line == "event: end":
                break
        else:
            raise AssertionError("the events ended before the job")
    return state_of(client, job)


def rows_of(client: httpx.Client, job: Json) -> list[Json]:
    """All rows of a job that has ended."""
    response = client.get(job["links"]["rows"])
    assert response.status_code == 200, response.text
    return [json.loads(line) for line in response.text.splitlines()]


def assert_none_lost_or_doubled(
    client: httpx.Client, database: "psycopg.Connection[tuple[Any, ...]]", job: Json
) -> None:
    """Each source row has either rows, ranked from one, or a reason; the job's counts are of these."""
    ranks: dict[int, list[int]] = {}
    rows = rows_of(client, job)
    for row in rows:
        ranks.setdefault(row["source_row"], []).append(row["rank"])
    assert all(each == list(range(1, len(each) + 1)) for each in ranks.values())
    rejected = "SELECT source_row FROM rejected_rows WHERE job_id = %s"
    refused = [row[0] for row in database.execute(rejected, [job["id"]])]
    assert sorted([*ranks, *refused]) == list(range(job["progress"]["total"]))
    assert job["duplicates_removed"] == 0  # or there would be source rows with neither
    accepted, total = sum(row["reached"] for row in rows), job["progress"]["total"]
    made = {"accepted": accepted, "improved": len(rows) - accepted}
    expected = {"total": total, "done": total, "rejected": len(refused), "invalid": 0}
    assert job["progress"] == made | expected
