"""A gateway of several processes: one set of figures, the dead replaced, all ended with their parent."""

import os
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import httpx
import psutil
import psycopg

from app.engine.registry import ServedModel
from tests.asking import Person
from tests.integration.answers import Json, found
from tests.integration.processes import Turnpoint, serving, turnpoint, wait_until
from tests.integration.serving import SECONDS, Servers

WITHIN_S = 60.0


@contextmanager
def two(servers: Servers) -> Iterator[tuple[Turnpoint, httpx.Client]]:
    """A gateway of two processes; its client takes a new connection for each request."""
    more = {
        "GATEWAY_PROCESSES": "2",
        "SEARCH_IN_PROCESSES": "false",
        "SHUTDOWN_S": str(WITHIN_S),
        "SHUTDOWN_NOTICE_S": "0",
    }
    with serving(servers, servers.database_url, more) as (serve, client):
        client.headers["Connection"] = "close"
        wait_until(lambda: len(serve.children()) == 2)
        yield serve, client


def answered(client: httpx.Client) -> float:
    """How often `GET /models` was answered, by any process."""
    counted = 'turnpoint_request_seconds_count{method="GET",route="/models",status="200"} '
    lines = client.get("/metrics").text.splitlines()
    return sum(float(line.removeprefix(counted)) for line in lines if line.startswith(counted))


def is_replaced(killed: psutil.Process, serve: Turnpoint) -> bool:
    there = serve.children()
    return killed not in there and len(there) == 2


def gone(processes: list[psutil.Process]) -> bool:
    return not psutil.wait_procs(processes, timeout=SECONDS)[1]


def test_they_are_one_gateway_and_the_dead_are_replaced(servers: Servers, question: Json) -> None:
    with two(servers) as (serve, client):
        for _ in range(20):
            client.get("/models").raise_for_status()
        assert answered(client) == 20
        for killed in serve.children():
            killed.kill()
            wait_until(partial(is_replaced, killed, serve))
            found(client, question)
        assert answered(client) == 20  # what the dead have counted stays
        children = serve.children()
        serve.send_signal(signal.SIGTERM)
        began = time.monotonic()
        assert serve.wait(SECONDS) == 0, serve.errors
        assert time.monotonic() - began < WITHIN_S
        assert gone(children)
        assert "Traceback" not in serve.errors


def test_what_each_of_them_counts_of_drift_is_on_record(
    servers: Servers,
    database: "psycopg.Connection[tuple[Any, ...]]",
    heart: ServedModel,
    heart_patient: Person,
) -> None:
    query = (
        "SELECT coalesce(sum((SELECT sum(n) FROM unnest(counts) AS n)), 0) FROM drift_counts"
        " WHERE feature = '(risk)' AND model_digest = %s"
    )

    def counted() -> int:
        (row,) = database.execute(query, [heart.model.digest]).fetchall()
        return int(row[0])

    before = counted()
    body = {"model": "heart-disease", "features": dict(heart_patient)}
    with two(servers) as (serve, client):
        for _ in range(24):
            client.post("/predictions", json=body).raise_for_status()
        serve.send_signal(signal.SIGTERM)
        assert serve.wait(SECONDS) == 0, serve.errors
    assert counted() == before + 24


def test_ctrl_c_reaches_all_and_ends_them_in_order(servers: Servers) -> None:
    with two(servers) as (serve, _):
        children = serve.children()
        for process in [*children, psutil.Process(serve.pid)]:
            os.kill(process.pid, signal.SIGINT)
        assert serve.wait(SECONDS) == 0, serve.errors
        assert gone(children)


def test_they_do_not_outlive_their_parent(servers: Servers) -> None:
    with two(servers) as (serve, _):
        children = serve.children()
        os.kill(serve.pid, signal.SIGKILL)
        assert gone(children)


def test_an_address_that_is_taken_is_said_in_a_sentence(servers: Servers) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        given = {"DATABASE_URL": servers.database_url, "PORT": str(port), "GATEWAY_PROCESSES": "2"}
        with turnpoint("serve", given) as serve:
            assert serve.wait(SECONDS) == 1
    assert serve.errors == "HOST and PORT: Address already in use.\n"
