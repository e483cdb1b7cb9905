"""A network that is slow, narrow, cut or gone between the gateway and its database or cache."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.faults.findings import Finding
from tests.faults.noting import assert_short, noted
from tests.faults.stage import FROZEN_S, LIMIT, PATIENT, Gateway, counted, under_load
from tests.faults.toxic import ToxicProxy, toxic
from tests.integration.serving import LastingPostgres, LastingValkey

People = list[dict[str, Any]]
CALLERS = 16
Parts = dict[str, ToxicProxy]


@pytest.fixture(scope="module")
def parts(postgres: LastingPostgres, valkey: LastingValkey) -> Iterator[Parts]:
    """Both servers, as they are reached over the network."""
    (folder,) = parse_qs(urlsplit(postgres.url).query)["host"]
    sockets = {"PostgreSQL": Path(folder) / ".s.PGSQL.5432", "Valkey": Path(urlsplit(valkey.url).path)}
    with ExitStack() as stack:
        yield {name: stack.enter_context(toxic(socket)) for name, socket in sockets.items()}


@pytest.fixture(scope="module")
def far_gateway(parts: Parts) -> Iterator[Gateway]:
    """A gateway whose database and cache are behind the network."""
    database = f"postgresql://turnpoint@127.0.0.1:{parts['PostgreSQL'].port}/turnpoint?sslmode=disable"
    cache = f"redis://127.0.0.1:{parts['Valkey'].port}/0"
    gateway = Gateway(PATIENT | {"DATABASE_URL": database, "REDIS_URL": cache})
    gateway.start()
    yield gateway
    gateway.kill()


def cut(proxy: ToxicProxy) -> None:
    proxy.reset()


def hole(proxy: ToxicProxy) -> None:
    proxy.change(is_hole=True)
    time.sleep(FROZEN_S)
    proxy.change(is_hole=False)


def slow(proxy: ToxicProxy) -> None:
    proxy.change(latency_s=0.1)
    time.sleep(FROZEN_S)
    proxy.change(latency_s=0.0)


def narrow(proxy: ToxicProxy) -> None:
    proxy.change(bytes_per_s=50_000.0)
    time.sleep(FROZEN_S)
    proxy.change(bytes_per_s=float("inf"))


@pytest.mark.parametrize("trouble", [cut, hole, slow, narrow], ids=lambda one: one.__name__)
@pytest.mark.parametrize("part", ["PostgreSQL", "Valkey"])
def test_a_network_in_trouble(
    parts: Parts,
    far_gateway: Gateway,
    postgres: LastingPostgres,
    people: People,
    findings: list[Finding],
    part: str,
    trouble: Callable[[ToxicProxy], None],
) -> None:
    def happens() -> float:
        trouble(parts[part])
        return time.monotonic()

    name = f"network-{part}-{trouble.__name__}"
    with counted(postgres) as counting:
        load, times = under_load(far_gateway.url, CALLERS, people, name, happens)
    case = (f"network to {part}", trouble.__name__, CALLERS)
    finding = noted(findings, case, load, times, postgres, counting.most)
    assert finding.broken == 0
    assert part == "PostgreSQL" or finding.refused == 0
    assert counting.most <= LIMIT
    assert_short(finding)
