"""Connections are closed on callers who are too slow, and others are served meanwhile."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.integration.serving import Servers, gateway, settings_for
from tests.integration.sockets import connected, head, headers_of, problem_of, read_to_end, status_of

MOST = 40
JSON = "Content-Type: application/json"
HEAD = head("GET", "/livez")


@pytest.fixture(scope="module")
def url(servers: Servers) -> Iterator[str]:
    """A gateway of little patience."""
    short = settings_for(
        servers,
        headers_timeout_s=1.0,
        keep_alive_s=1.0,
        body_wait_s=1.0,
        body_timeout_s=2.0,
        body_bytes_per_s=1e6,
        stalled_s=1.0,
        linger_s=1.0,
        max_connections=MOST,
    )
    with gateway(short) as url:
        yield url


@pytest.mark.parametrize("sent", [b"", b"G", HEAD[:-2], HEAD[:-2] + b"X-More: "])
def test_a_head_that_does_not_end_is_not_waited_for(url: str, sent: bytes) -> None:
    with connected(url) as connection:
        connection.sendall(sent)
        assert is_closed(connection)


def test_a_head_that_drips_is_not_waited_for_either(url: str) -> None:
    with connected(url) as connection:
        connection.sendall(b"GET /livez HTTP/1.1\r\n")
        connection.settimeout(0.05)
        assert drip(connection, b"X: 1\r\n") == b""


def drip(connection: socket.socket, line: bytes) -> bytes:
    """Send a line whenever nothing has come for a while, until the gateway closes; all that it said."""
    said = b""
    while True:
        try:
            part = connection.recv(65536)
        except TimeoutError:
            try:
                connection.sendall(line)
            except OSError:
                return said
        except ConnectionResetError:
            return said
        else:
            if not part:
                return said
            said += part


def test_the_next_head_has_its_time_too(url: str) -> None:
    with connected(url) as connection:
        connection.sendall(head("HEAD", "/livez"))
        assert status_of(connection.recv(65536)) == 200
        connection.sendall(b"GET /livez HTT")
        assert is_closed(connection)


def test_a_connection_that_is_idle_is_closed(url: str) -> None:
    with connected(url) as connection:
        connection.sendall(head("GET", "/livez"))
        assert status_of(read_to_end(connection)) == 200


@pytest.mark.parametrize("framing", ["Content-Length: 100", "Transfer-Encoding: chunked"])
@pytest.mark.parametrize("path", ["/predictions", "/augmentations"])
def test_a_body_that_does_not_come_is_given_up(url: str, path: str, framing: str) -> None:
    with connected(url) as connection:
        connection.sendall(head("POST", path, JSON, framing))
        answer = read_to_end(connection)
    assert status_of(answer) == 408
    assert b"application/problem+json" in answer


def test_an_upload_that_does_not_come_is_given_up(url: str) -> None:
    with connected(url) as connection:
        connection.sendall(
            head("POST", "/augmentations/uploads", "Content-Type: text/csv", "Content-Length: 100") + b"age,"
        )
        assert status_of(read_to_end(connection)) == 408


def test_a_body_that_drips_is_given_up(url: str) -> None:
    with connected(url) as connection:
        connection.sendall(head("POST", "/predictions", JSON, "Content-Length: 100000"))
        connection.settimeout(0.05)
        assert status_of(drip(connection, b" ")) == 408


def test_hundreds_of_slow_callers_are_closed_and_others_served_meanwhile(url: str) -> None:
    with ExitStack() as stack:
        slow = []
        for number in range(400):
            connection = stack.enter_context(connected(url))
            connection.sendall(b"GET /livez HTTP/1.1\r\n" if number % 2 else HEAD[:-2])
            slow.append(connection)
            if number % 50 == 0:
                with connected(url) as other:
                    other.sendall(HEAD)
                    assert status_of(read_to_end(other)) == 200
        for connection in slow:
            assert is_closed(connection)


def is_closed(connection: socket.socket) -> bool:
    """Whether the gateway closes it, in either way, without a word."""
    try:
        return read_to_end(connection) == b""
    except ConnectionResetError:
        return True


def test_where_all_connections_are_at_work_the_next_is_told_to_come_again(servers: Servers) -> None:
    with ExitStack() as stack:
        url = stack.enter_context(gateway(settings_for(servers, max_connections=MOST, shutdown_s=1.0)))
        for _ in range(MOST):
            busy = stack.enter_context(connected(url))
            busy.sendall(head("POST", "/predictions", JSON, "Content-Length: 9", "Expect: 100-continue"))
            assert status_of(busy.recv(65536)) == 100  # it is taken in hand
        late = stack.enter_context(connected(url))
        told = read_to_end(late)
    assert problem_of(told)["status"] == 503
    assert int(headers_of(told)["retry-after"]) > 0
