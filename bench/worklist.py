"""The worklist of many patients: how long a page takes over HTTP, first and deep, under several filters."""

import time
from pathlib import Path

import httpx
from rich.console import Console

from app.settings import Settings
from bench.measurement import Measurement, summed
from bench.running import running
from tests.integration.many_patients import add_patients
from tests.integration.serving import connect

TIMES, DEEP = 40, 60
HTML = {"Accept": "text/html"}
QUERIES = {
    "as it opens": "",
    "by estimate, clearly above, no plan": "sort=risk&state=above&plan=none",
    "by review date, due": "sort=review&plan=due",
    "by estimate, all declined": "sort=risk&declined=yes",
}


def measure_worklist(scratch: Path, patients: int, console: Console) -> list[Measurement]:
    """Start everything in a scratch home, fill the record with invented patients, and open pages."""
    model = Settings().default_model
    with running(scratch / "home") as run:
        with connect(run.environment["DATABASE_URL"]) as database:
            console.print(f"Recording {patients:,} invented patients …")
            add_patients(database, patients, "P-", model)
        measures = [
            summed(
                f"worklist of {patients:,}, {name}",
                [_served(run.http, f"/?{query}") for _ in range(TIMES)],
                "ms",
                60,
            )
            for name, query in QUERIES.items()
        ]
        measures.append(
            summed(f"worklist of {patients:,}, {DEEP} pages by cursor", _paged(run.http), "ms", 60)
        )
    return measures


def _served(http: httpx.Client, address: str) -> float:
    started = time.perf_counter()
    http.get(address, headers=HTML).raise_for_status()
    return 1000 * (time.perf_counter() - started)


def _paged(http: httpx.Client) -> list[float]:
    """As somebody would who follows the link to the next page."""
    times, address = [], "/"
    for _ in range(DEEP):
        times.append(_served(http, address))
        page = http.get(address, headers=HTML).text
        before, found, _ = page.partition('" rel="next">')
        if not found:
            break
        address = before.rpartition('href="')[2].replace("&amp;", "&")
    return times
