"""`make bench ARGS=load`: many callers at once, more than there is room for, heavy beside light ones.

Callers are told apart by their addresses, of which 127/8 has enough. All ask by search; no question is asked
twice, so that no answer comes from the cache.
"""

import asyncio
import math
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from statistics import median, quantiles
from urllib.parse import urlsplit

from rich.console import Console

from app.classifiers.store import load_model
from app.settings import Settings
from bench.lean_client import LeanClient, Reply
from bench.measurement import Measurement
from bench.running import Json, requests_about, running

NOWHERE = "http://127.0.0.1:9/v1"
PEOPLE, CALLERS, CLIENTS, HEAVY = 60, 8, 200, 32
PATIENCE_S = 10.0
"""An impatient client gives up after so long."""
REST_S = 0.1
"""After a connection that failed, so that a gateway that is gone is not asked in a loop that takes a core."""
HEAVY_QUESTION: Json = {"min_robustness": 0.95, "always": True, "constraints": {"max_changes": 6}}


@dataclass
class Tally:
    """What became of requests, in milliseconds."""

    answered: list[float] = field(default_factory=list)
    refused: list[float] = field(default_factory=list)
    timed_out: int = 0
    failed: int = 0
    """Connections that broke, or were not to be had."""

    def per_second(self, seconds: float) -> float:
        return len(self.answered) / seconds


@dataclass(frozen=True)
class Load:
    """A gateway under test, and questions that nobody has asked yet."""

    url: str
    questions: Sequence[Json]
    seconds: float
    numbers: "count[int]"

    def question(self, further: Json) -> Json:
        number = next(self.numbers)
        person = self.questions[number % len(self.questions)]
        return person | {"patient_id": f"load-{number}", "generator": "search"} | further

    async def search(self, client: LeanClient, further: Json) -> Reply:
        return await client.post("/counterfactuals", self.question(further))

    async def predict(self, client: LeanClient, _: Json) -> Reply:
        features = self.questions[next(self.numbers) % len(self.questions)]["features"]
        return await client.post("/predictions", {"features": features})


Ask = Callable[[LeanClient, Json], Awaitable[Reply]]


def measure_load(scratch: Path, seconds: float, console: Console) -> list[Measurement]:
    """Start everything in a scratch home, and put it under load."""
    model = load_model(Settings().model_store / Settings().default_model)
    with running(scratch / "home", llm_url=NOWHERE) as run:
        load = Load(str(run.http.base_url), requests_about(model, PEOPLE), seconds, count())
        return asyncio.run(_measures(load, console))


async def _measures(load: Load, console: Console) -> list[Measurement]:
    await _many(load, 1, load.search)  # connections, caches of code
    console.print("One caller, then eight, then two hundred clients …")
    one = await _many(load, 1, load.search)
    eight = await _many(load, CALLERS, load.search)
    overload = await _many(load, CLIENTS, load.search)
    console.print("A light caller alone, then beside a heavy one …")
    light = await _many(load, 1, load.search)
    async with _beside(load, HEAVY, load.search, HEAVY_QUESTION, address=2):
        beside = await _many(load, 1, load.search)
    console.print("Predictions alone, then beside searches …")
    predictions = await _many(load, 1, load.predict)
    async with _beside(load, CALLERS, load.search, {}, address=2):
        among = await _many(load, 1, load.predict)
    all_tallies = (one, eight, overload, light, beside, predictions, among)
    peak, goodput = eight.per_second(load.seconds), overload.per_second(load.seconds)
    return [
        Measurement("one caller", one.per_second(load.seconds), unit="/s"),
        Measurement("eight callers", peak, unit="/s", promised=55, at_least=True),
        _latency("eight callers, an answer", eight.answered),
        Measurement("200 clients, answered", goodput, unit="/s"),
        Measurement("200 clients, of the peak", 100 * goodput / peak, unit="%", promised=90, at_least=True),
        _latency("200 clients, an answer", overload.answered),
        _longest("200 clients, the longest wait for an answer", overload.answered),
        _latency("200 clients, a refusal", overload.refused),
        _longest("200 clients, the longest wait for a refusal", overload.refused, promised=1000),
        Measurement("200 clients, timed out", overload.timed_out, promised=0),
        Measurement(
            "connections that failed, of all", sum(tally.failed for tally in all_tallies), promised=0
        ),
        _latency("a light caller alone", light.answered),
        _latency("the same beside a heavy one", beside.answered),
        Measurement("that p95 by the one alone", _ratio(beside, light), unit="x", promised=2),
        _latency("a prediction", predictions.answered),
        _latency("the same beside eight who search", among.answered),
    ]


async def _many(load: Load, clients: int, ask: Ask) -> Tally:
    """So many clients, each a caller of its own that asks again as soon as it is answered."""
    tally = Tally()
    async with AsyncExitStack() as stack:
        own = [await stack.enter_async_context(_client(load, place)) for place in range(clients)]
        until = time.monotonic() + load.seconds
        await asyncio.gather(*(_asking(client, ask, {}, tally, until) for client in own))
    return tally


@asynccontextmanager
async def _beside(load: Load, number: int, ask: Ask, further: Json, address: int) -> AsyncIterator[None]:
    """One caller who has so many requests in hand all the time."""
    async with AsyncExitStack() as stack:
        own = [await stack.enter_async_context(_client(load, 250 * address)) for _ in range(number)]
        tasks = [asyncio.create_task(_asking(client, ask, further, Tally(), float("inf"))) for client in own]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


async def _asking(client: LeanClient, ask: Ask, further: Json, tally: Tally, until: float) -> None:
    while time.monotonic() < until:
        started = time.perf_counter()
        try:
            reply = await ask(client, further)
        except TimeoutError:
            tally.timed_out += 1
            continue
        except OSError:
            tally.failed += 1
            await asyncio.sleep(REST_S)
            continue
        elapsed = 1000 * (time.perf_counter() - started)
        if reply.is_success:
            if time.monotonic() < until:
                tally.answered.append(elapsed)
            continue
        assert reply.status in (429, 503), reply.body
        tally.refused.append(elapsed)
        await asyncio.sleep(float(reply.headers["retry-after"]))


def _client(load: Load, place: int) -> LeanClient:
    at = urlsplit(load.url)
    assert at.hostname is not None
    assert at.port is not None
    return LeanClient(at.hostname, at.port, f"127.0.{1 + place // 250}.{1 + place % 250}", PATIENCE_S)


def _latency(name: str, milliseconds: Sequence[float]) -> Measurement:
    middle = median(milliseconds) if milliseconds else math.nan
    return Measurement(f"{name} ({len(milliseconds)})", middle, p95=_p95(milliseconds), unit="ms")


def _longest(name: str, milliseconds: Sequence[float], promised: float | None = None) -> Measurement:
    return Measurement(name, max(milliseconds, default=0.0), unit="ms", promised=promised)


def _p95(milliseconds: Sequence[float]) -> float:
    return quantiles(milliseconds, n=20)[-1] if len(milliseconds) > 1 else max(milliseconds, default=math.nan)


def _ratio(beside: Tally, alone: Tally) -> float:
    return _p95(beside.answered) / _p95(alone.answered)
