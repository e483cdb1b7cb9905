"""A gateway that is told to end: not ready, streams ended, requests in hand answered, gone in time."""

import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import httpx
import pytest

from tests.asking import Person
from tests.integration.answers import Json
from tests.integration.processes import Turnpoint, serving, wait_until
from tests.integration.serving import SECONDS, Servers
from tests.integration.sockets import connected, head, read_to_end, status_of
from tests.integration.working import rows_source, submit

JSON = "Content-Type: application/json"
EXPECTING = "Expect: 100-continue"
WITHIN_S = 60.0


@contextmanager
def ending(servers: Servers, **more: str) -> Iterator[tuple[Turnpoint, httpx.Client]]:
    """A gateway that leaves everybody time to see that it ends."""
    with serving(servers, servers.database_url, {"SHUTDOWN_S": str(WITHIN_S)} | more) as served:
        yield served


def wait_for_the_end(serve: Turnpoint, within_s: float) -> None:
    began = time.monotonic()
    serve.wait(SECONDS)
    assert time.monotonic() - began < within_s, serve.errors


def test_it_says_that_it_is_not_ready_and_takes_no_new_connections(servers: Servers) -> None:
    with ending(servers, SHUTDOWN_NOTICE_S="2") as (serve, client):
        assert client.get("/readyz").json()["ready"] is True
        serve.send_signal(signal.SIGTERM)
        wait_until(lambda: client.get("/readyz").status_code == 503)
        assert client.get("/livez").status_code == 200
        wait_for_the_end(serve, WITHIN_S)
        with pytest.raises(httpx.ConnectError):
            client.get("/livez")


def test_streams_end_with_an_event(servers: Servers, helpable: Person) -> None:
    with ending(servers, SHUTDOWN_NOTICE_S="0") as (serve, client):
        job: Json = submit(client, source=rows_source([dict(helpable)]))  # no worker takes it up
        with client.stream("GET", job["links"]["events"]) as stream:
            lines = stream.iter_lines()
            assert next(lines) == "event: progress"
            serve.send_signal(signal.SIGTERM)
            told = list(lines)
        assert [line for line in told if line.startswith("event:")] == ["event: closing"]
        wait_for_the_end(serve, WITHIN_S)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_what_is_in_hand_is_answered_and_what_does_not_come_is_given_up(
    servers: Servers, number: signal.Signals
) -> None:
    patience = {"SHUTDOWN_NOTICE_S": "0", "BODY_WAIT_S": "5"}
    with ending(servers, **patience) as (serve, client), ExitStack() as stack:
        url = str(client.base_url)
        coming, never, idle = (stack.enter_context(connected(url)) for _ in range(3))
        for connection in (coming, never):
            connection.sendall(head("POST", "/predictions", JSON, "Content-Length: 2", EXPECTING))
            assert status_of(connection.recv(65536)) == 100
        serve.send_signal(number)
        assert read_to_end(idle) == b""  # those in hand are asked for now
        coming.sendall(b"{}")
        assert status_of(read_to_end(coming)) == 422
        assert status_of(read_to_end(never)) == 408
        wait_for_the_end(serve, WITHIN_S)
        assert "Traceback" not in serve.errors


def test_its_time_is_over_whatever_is_going_on(servers: Servers, question: Json) -> None:
    with ending(servers, SHUTDOWN_S="0.5") as (serve, client), ExitStack() as stack:
        for _ in range(4):
            connection = stack.enter_context(connected(str(client.base_url)))
            connection.sendall(head("POST", "/predictions", JSON, "Content-Length: 2", EXPECTING))
            assert status_of(connection.recv(65536)) == 100
        serve.send_signal(signal.SIGTERM)
        wait_for_the_end(serve, WITHIN_S)


def test_a_second_signal_ends_it_at_once(servers: Servers) -> None:
    with ending(servers, SHUTDOWN_S="600", SHUTDOWN_NOTICE_S="300") as (serve, client):
        serve.send_signal(signal.SIGTERM)
        wait_until(lambda: client.get("/readyz").status_code == 503)
        serve.send_signal(signal.SIGTERM)
        wait_for_the_end(serve, WITHIN_S)
