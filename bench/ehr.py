"""`make bench ARGS=ehr`: cards for charts, with prefetch and without; fifty charts at once; a long record.

The EHR is the mock of the tests, in a process of its own. Calls are made and signed before and sent from
here: what is measured is what an EHR waits for. Without prefetch the gateway asks the mock's FHIR server. No
chart is opened twice, so that no answer comes from the cache.
"""

import asyncio
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx
from rich.console import Console

from app.classifiers.model_version import ModelVersion
from app.classifiers.store import load_model
from app.local.components import OneMachine
from app.local.mock_ehr import start_mock_ehr
from app.settings import Settings
from bench.charts import charts_of, long_record
from bench.load import NOWHERE
from bench.measurement import Measurement, summed
from bench.running import Json, Run, listener_on, running
from tests.ehr.people import moved
from tests.ehr.resources import TOLD_ON

AT_ONCE, LONG, TIMES, ROOM = 50, 2_000, 20, 64
PROMISED_MS = 500
_WAIT_S = 60.0


class Ehr:
    """The mock EHR beside a gateway under test, which has these settings besides."""

    def __init__(self, **settings: str) -> None:
        self.url, self._settings = "", settings

    def start(self, machine: OneMachine, gateway: str) -> dict[str, str]:
        """Start it; the gateway's settings."""
        mock = start_mock_ehr(machine, gateway)
        self.url = mock.url
        return mock.environment | self._settings

    @property
    def room(self) -> str:
        """The settings in words."""
        return ", ".join(f"{name}={value}" for name, value in self._settings.items())

    def take_in(self, resources: Sequence[Json]) -> None:
        today = datetime.now(UTC).date()
        told = moved(list(resources), today - TOLD_ON)
        httpx.post(f"{self.url}/api/resources", json=told, timeout=_WAIT_S).raise_for_status()

    def calls(self, patients: Sequence[str], with_prefetch: bool) -> list[Json]:
        """What the opening of charts makes, one call for each patient."""
        wanted = {"patients": list(patients), "prefetch": with_prefetch}
        told = httpx.post(f"{self.url}/api/questions/patient-view", json=wanted, timeout=_WAIT_S)
        calls: list[Json] = told.raise_for_status().json()["calls"]
        assert len(calls) == len(patients)
        return calls


def measure_ehr(scratch: Path, people: int, console: Console) -> list[Measurement]:
    """Start everything in a scratch home with a mock EHR beside it, and open charts."""
    model = load_model(Settings().model_store / Settings().default_model)
    charts = charts_of(model, 2 * people + 2 * AT_ONCE + 1)
    with _beside(scratch / "home", Ehr(), charts) as (run, ehr):
        patients = list(charts)[1:]
        console.print(f"Opening {people} charts, one by one, with prefetch and without …")
        with_prefetch = asyncio.run(_one_by_one(ehr.calls(patients[:people], True)))
        without = asyncio.run(_one_by_one(ehr.calls(patients[people : 2 * people], False)))
        many = _fifty(ehr, patients[2 * people :], console)
        console.print(f"Sending a bundle of {LONG} observations …")
        long = _long_bundle(run, model)
    with _beside(scratch / "roomy", Ehr(SEARCH_QUEUE=str(ROOM)), charts) as (_, ehr):
        roomy = _fifty(ehr, patients[2 * people :], console)
    return [
        *_cards("patient-view with prefetch", with_prefetch),
        *_cards("patient-view without prefetch", without),
        *many,
        *roomy,
        *long,
    ]


@contextmanager
def _beside(home: Path, ehr: Ehr, charts: Mapping[str, Sequence[Json]]) -> Iterator[tuple[Run, Ehr]]:
    """A gateway that has opened one chart already: connections, keys and caches of code are there."""
    with running(home, llm_url=NOWHERE, beside=ehr.start) as run:
        ehr.take_in([resource for chart in charts.values() for resource in chart])
        asyncio.run(_one_by_one(ehr.calls(list(charts)[:1], True)))
        yield run, ehr


def _fifty(ehr: Ehr, patients: Sequence[str], console: Console) -> list[Measurement]:
    console.print(f"Opening {AT_ONCE} charts at once …")
    many = asyncio.run(_at_once(ehr.calls(patients[:AT_ONCE], True)))
    others = asyncio.run(_at_once(ehr.calls(patients[AT_ONCE:], False)))
    room = f", {ehr.room}" if ehr.room else ""
    return [
        *_together(f"{AT_ONCE} charts at once with prefetch{room}", many),
        *_together(f"{AT_ONCE} charts at once without{room}", others),
    ]


def _cards(name: str, milliseconds: Sequence[float]) -> list[Measurement]:
    """What was measured, and its 95th percentile beside what was promised of it."""
    measured = summed(name, milliseconds, "ms")
    assert measured.p95 is not None
    return [measured, Measurement("its p95", measured.p95, unit="ms", promised=PROMISED_MS)]


def _together(name: str, milliseconds: Sequence[float | None]) -> list[Measurement]:
    """How many were answered, and how long those took; an EHR does not ask again."""
    answered = [one for one in milliseconds if one is not None]
    return [
        summed(f"{name}, an answer", answered, "ms"),
        Measurement("of them answered", len(answered)),
    ]


async def _one_by_one(calls: Sequence[Json]) -> list[float]:
    async with httpx.AsyncClient(timeout=_WAIT_S, trust_env=False) as client:
        times = [await _milliseconds(client, call) for call in calls]
    answered = [one for one in times if one is not None]
    assert len(answered) == len(calls)
    return answered


async def _at_once(calls: Sequence[Json]) -> list[float | None]:
    limits = httpx.Limits(max_connections=None)
    async with httpx.AsyncClient(timeout=_WAIT_S, trust_env=False, limits=limits) as client:
        return await asyncio.gather(*(_milliseconds(client, call) for call in calls))


async def _milliseconds(client: httpx.AsyncClient, call: Json) -> float | None:
    """Until a card is there; None where there is no room, or the FHIR server does not answer in time."""
    started = time.perf_counter()
    reply = await client.post(call["url"], json=call["body"], headers=call["headers"])
    elapsed = 1000 * (time.perf_counter() - started)
    if reply.status_code in (412, 503):
        return None
    reply.raise_for_status()
    return elapsed


def _long_bundle(run: Run, model: ModelVersion) -> list[Measurement]:
    """Time of a question with a long record in it, and what the gateway's memory comes to."""
    today = datetime.now(UTC).date()
    resources = moved(long_record(model, LONG), today - TOLD_ON)
    bundle = {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [{"resource": one} for one in resources],
    }
    gateway = listener_on(run.port)
    before = gateway.memory_info().rss / 1e6
    times = []
    for _ in range(TIMES):
        started = time.perf_counter()
        reply = run.http.post("/predictions", json={"fhir": bundle, "model": model.name})
        times.append(1000 * (time.perf_counter() - started))
        reply.raise_for_status()
    after = gateway.memory_info().rss / 1e6
    return [
        summed(f"a prediction from a bundle of {LONG} observations", times, "ms"),
        Measurement("the gateway's memory before", before, unit="MB"),
        Measurement("the gateway's memory after it", after, unit="MB"),
    ]
