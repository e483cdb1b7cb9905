"""Real workers, as processes of their own, and waiting for what they do."""

import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from app.embedded.processes import Child, ChildOptions, package_path
from tests.integration.serving import SECONDS, Servers

Json = dict[str, Any]
QUICK = {"WORKER_HEARTBEAT_S": "0.5", "WORKER_GIVEN_UP_AFTER_S": "2"}
"""A worker that died is given up soon enough for a test."""


@contextmanager
def worker(servers: Servers, home: Path, **environment: str) -> Iterator[Child]:
    """A `turnpoint worker` on these servers."""
    told = {"DATABASE_URL": servers.database_url, "REDIS_URL": servers.redis_url}
    told |= {"LLM_URL": servers.llm_url or "", "PYTHONPATH": package_path(), **QUICK, **environment}
    log = home / "logs" / f"worker-{time.monotonic_ns()}.log"
    child = Child(
        "a worker", [sys.executable, "-m", "app.cli", "worker"], log, ChildOptions(environment=told)
    )
    try:
        yield child
    finally:
        child.stop()


def submit(client: httpx.Client, **job: Any) -> Json:
    """A job that was taken in."""
    response = client.post("/augmentations", json={"target_label": "low", "generator": "search"} | job)
    assert response.status_code == 202, response.text
    taken: Json = response.json()
    assert response.headers["location"] == taken["links"]["self"]
    return taken


def ended(client: httpx.Client, job: Json) -> Json:
    """The job once it has ended, as its events tell."""
    with client.stream("GET", job["links"]["events"], timeout=SECONDS) as events:
        for line in events.iter_lines():
            if line == "event: end":
                break
        else:
            raise AssertionError("the events ended before the job")
    state: Json = client.get(job["links"]["self"]).json()
    return state


def rows_of(client: httpx.Client, job: Json) -> list[Json]:
    """All rows of a job that has ended."""
    response = client.get(job["links"]["rows"])
    assert response.status_code == 200, response.text
    return [json.loads(line) for line in response.text.splitlines()]
