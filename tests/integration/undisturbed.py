"""A job of five chunks, and what it gives when nothing goes wrong: made once a test run."""

from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.asking import Person
from tests.integration.serving import Servers
from tests.integration.working import ended, rows_of, rows_source, submit, worker

Json = dict[str, Any]
CHUNK = 64
MANY = 5 * CHUNK


@pytest.fixture(scope="session")
def many_people(high_risk: list[Person]) -> list[Json]:
    """People of five chunks."""
    return [dict(high_risk[place % len(high_risk)]) for place in range(MANY)]


@pytest.fixture(scope="session")
def undisturbed(client: httpx.Client, servers: Servers, home: Path, many_people: list[Json]) -> list[Json]:
    """What the search makes of them, three rows each."""
    with worker(servers, home):
        return rows_of(client, ended(client, submit(client, source=rows_source(many_people), per_row=3)))


@pytest.fixture(scope="session")
def undisturbed_chunk(undisturbed: list[Json]) -> list[Json]:
    """What it makes of those of the first chunk: of rows that are alike those of earlier people stay."""
    return [row for row in undisturbed if row["source_row"] < CHUNK]
