"""HTTP by hand: what no client sends."""

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from tests.integration.serving import SECONDS


@contextmanager
def connected(url: str) -> Iterator[socket.socket]:
    """A connection to a gateway; it is an error if nothing comes of it for long."""
    with socket.create_connection(address_of(url), SECONDS) as connection:
        yield connection


def address_of(url: str) -> tuple[str, int]:
    parts = urlsplit(url)
    assert parts.hostname
    assert parts.port
    return parts.hostname, parts.port


def head(method: str, path: str, *headers: str) -> bytes:
    """The head of a request, whole."""
    return "\r\n".join([f"{method} {path} HTTP/1.1", "Host: localhost", *headers, "", ""]).encode()


def read_to_end(connection: socket.socket) -> bytes:
    """All that comes until the gateway closes."""
    parts = []
    while part := connection.recv(65536):
        parts.append(part)
    return b"".join(parts)


def read_answer(connection: socket.socket) -> bytes:
    """One whole answer of a connection that stays open, by its announced length."""
    answer = b""
    while b"\r\n\r\n" not in answer:
        answer += connection.recv(65536)
    told, _, body = answer.partition(b"\r\n\r\n")
    while len(body) < int(headers_of(told)["content-length"]):
        body += connection.recv(65536)
    return told + b"\r\n\r\n" + body


def status_of(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1])


def headers_of(answer: bytes) -> dict[str, str]:
    lines = answer.partition(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")[1:]
    return {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}


def problem_of(answer: bytes) -> dict[str, Any]:
    """The problem document that a whole answer is, after which the connection was closed."""
    headers, (_, _, body) = headers_of(answer), answer.partition(b"\r\n\r\n")
    assert (headers["content-type"], headers["connection"]) == ("application/problem+json", "close")
    assert int(headers["content-length"]) == len(body)
    told: dict[str, Any] = json.loads(body)
    assert told["status"] == status_of(answer)
    return told
