"""Each part killed and frozen, under the load of few and of many: what was given is on record, once."""

import os
import signal
import time
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.asking import Person
from tests.faults.findings import Finding
from tests.faults.noting import assert_short, noted
from tests.faults.stage import (
    DATABASE_WAIT_S,
    FROZEN_S,
    LIMIT,
    Gateway,
    counted,
    freeze_for_a_while,
    under_load,
)
from tests.integration.processes import wait_until
from tests.integration.serving import (
    LastingLlm,
    LastingPostgres,
    LastingValkey,
    Servers,
    connect,
    http_client,
)
from tests.integration.working import (
    QUICK,
    assert_none_lost_or_doubled,
    ended,
    freeze,
    rows_source,
    state_of,
    submit,
    wake,
    worker,
)

People = list[dict[str, Any]]
ROWS = 4 * 64

callers = pytest.mark.parametrize("callers", [8, 80])
faults = pytest.mark.parametrize("fault", ["killed", "frozen"])


@callers
@faults
def test_postgres(
    gateway: Gateway,
    postgres: LastingPostgres,
    people: People,
    findings: list[Finding],
    fault: str,
    callers: int,
) -> None:
    def happens() -> float:
        if fault == "frozen":
            return freeze_for_a_while(postgres.process)
        postgres.kill()
        postgres.start()
        return time.monotonic()

    with counted(postgres) as counting:
        load, times = under_load(gateway.url, callers, people, f"postgres-{fault}-{callers}", happens)
    finding = noted(findings, ("PostgreSQL", fault, callers), load, times, postgres, counting.most)
    assert finding.refused > 0
    assert finding.broken == 0
    # A frozen server cannot see who hung up: once awake it counts them for a moment beside new ones.
    hung_up = LIMIT if fault == "frozen" and FROZEN_S > DATABASE_WAIT_S else 0
    assert counting.most <= LIMIT + hung_up
    assert_short(finding)


@callers
@faults
def test_valkey(
    gateway: Gateway,
    postgres: LastingPostgres,
    valkey: LastingValkey,
    people: People,
    findings: list[Finding],
    fault: str,
    callers: int,
) -> None:
    def happens() -> float:
        if fault == "frozen":
            return freeze_for_a_while(valkey.process)
        valkey.kill()
        time.sleep(1)  # a while without any
        valkey.start()
        return time.monotonic()

    load, times = under_load(gateway.url, callers, people, f"valkey-{fault}-{callers}", happens)
    finding = noted(findings, ("Valkey", fault, callers), load, times, postgres)
    assert any(one.degraded == ("cache_unavailable",) for one in load.asked)
    assert load.asked[0].degraded == ()
    assert (finding.refused, finding.broken) == (0, 0)  # nobody is refused for want of a cache
    assert_short(finding)


@callers
@faults
def test_language_model(
    gateway: Gateway,
    postgres: LastingPostgres,
    llm: LastingLlm,
    people: People,
    findings: list[Finding],
    fault: str,
    callers: int,
) -> None:
    def happens() -> float:
        if fault == "frozen":
            return freeze_for_a_while(llm.process)
        llm.kill()
        llm.start()
        return time.monotonic()

    name = f"llm-{fault}-{callers}"
    load, times = under_load(gateway.url, callers, people, name, happens, generator="auto")
    finding = noted(findings, ("language model", fault, callers), load, times, postgres)
    assert (finding.refused, finding.broken) == (0, 0)  # the search answers alone
    assert_short(finding)


@callers
@faults
def test_search_processes(
    gateway: Gateway,
    postgres: LastingPostgres,
    people: People,
    findings: list[Finding],
    fault: str,
    callers: int,
) -> None:
    def happens() -> float:
        for one in gateway.searchers:
            if fault == "frozen":
                one.suspend()  # for ever: nobody wakes them
            else:
                one.kill()
        return time.monotonic()

    load, times = under_load(gateway.url, callers, people, f"searchers-{fault}-{callers}", happens)
    finding = noted(findings, ("search processes", fault, callers), load, times, postgres)
    assert (finding.refused, finding.broken) == (0, 0)
    assert_short(finding)


@callers
@faults
def test_gateway(
    gateway: Gateway,
    postgres: LastingPostgres,
    people: People,
    findings: list[Finding],
    fault: str,
    callers: int,
) -> None:
    def happens() -> float:
        if fault == "frozen":
            return freeze_for_a_while(psutil.Process(gateway.pid))
        gateway.kill()
        gateway.start()
        return time.monotonic()

    with counted(postgres) as counting:
        load, times = under_load(gateway.url, callers, people, f"gateway-{fault}-{callers}", happens)
    finding = noted(findings, ("gateway", fault, callers), load, times, postgres, counting.most)
    assert (finding.broken > 0) == (fault == "killed")
    if fault == "frozen" and FROZEN_S < DATABASE_WAIT_S:  # after a longer one what was under way is given up
        assert finding.refused == 0


@callers
@faults
def test_worker(
    gateway: Gateway,
    postgres: LastingPostgres,
    valkey: LastingValkey,
    tmp_path: Path,
    people: People,
    nearest: list[Person],
    findings: list[Finding],
    fault: str,
    callers: int,
) -> None:
    """Half of a job is made when its worker ends, or says nothing any more; another makes the rest."""
    servers, jobs = Servers(postgres.url, valkey.url), []
    rows = [dict(one) for one in nearest[:ROWS]]  # all different: of rows that are alike one stays
    with http_client(gateway.url) as client, worker(servers, tmp_path, **QUICK) as first:
        jobs.append(submit(client, source=rows_source(rows), per_row=1))

        def happens() -> float:
            wait_until(lambda: state_of(client, jobs[0])["progress"]["done"] > 0)
            if fault == "killed":
                os.killpg(first.pid, signal.SIGKILL)
            else:
                freeze(first)
            began = time.monotonic()
            with worker(servers, tmp_path, **QUICK):
                jobs.append(ended(client, jobs[0]))
                if fault == "frozen":
                    wake(first)
            return began

        load, times = under_load(gateway.url, callers, people, f"worker-{fault}-{callers}", happens)
        finding = noted(findings, ("worker", fault, callers), load, times, postgres)
        with connect(postgres.url) as database:
            assert_none_lost_or_doubled(client, database, jobs[-1])
    assert (finding.refused, finding.broken) == (0, 0)
