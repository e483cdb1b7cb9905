"""Whoever leaves while their table is taken in leaves nothing behind."""

import csv
import io
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from prometheus_client import REGISTRY

from tests.asking import Person
from tests.integration.processes import wait_until
from tests.integration.serving import Servers, connect, gateway, settings_for
from tests.integration.sockets import connected, head
from tests.integration.working import waiting_to_write

Connection = psycopg.Connection[tuple[Any, ...]]
ROWS = 20_000


def table_of(person: Person) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(person))
    writer.writeheader()
    writer.writerows([person] * ROWS)
    return text.getvalue().encode()


def uploads(database: Connection) -> int:
    (row,) = database.execute("SELECT count(*) FROM uploads").fetchall()
    return int(row[0])


def hung_up() -> float:
    """How many uploads ended with that; the gateway is in this process."""
    labels = {"method": "POST", "route": "/augmentations/uploads", "status": "499"}
    return REGISTRY.get_sample_value("turnpoint_request_seconds_count", labels) or 0.0


@contextmanager
def chunks_held_back(database_url: str) -> Iterator[None]:
    """Whoever has read part of a table waits with it until the end of this."""
    with connect(database_url) as connection, connection.transaction():
        connection.execute("LOCK TABLE upload_chunks IN SHARE MODE")
        yield


@pytest.mark.parametrize("share", [0.5, 1.0])
def test_nothing_is_kept(
    servers: Servers,
    database: Connection,
    helpable: Person,
    share: float,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    table, before, left = table_of(helpable), uploads(database), hung_up()
    length = f"Content-Length: {len(table)}"
    with gateway(settings_for(servers)) as url, chunks_held_back(servers.database_url):
        with connected(url) as connection:
            connection.sendall(head("POST", "/augmentations/uploads", "Content-Type: text/csv", length))
            connection.sendall(table[: int(share * len(table))])
            if share == 1.0:
                wait_until(lambda: waiting_to_write(database) > 0)
            else:
                wait_until(lambda: any(tmp_path.rglob("table")))
        wait_until(lambda: not any(tmp_path.iterdir()))
        wait_until(lambda: waiting_to_write(database) == 0)
    assert uploads(database) == before
    assert hung_up() == left + 1
