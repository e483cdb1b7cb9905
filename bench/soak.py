"""`make bench ARGS=soak`: a steady load for minutes, and what memory and connections do meanwhile.

Of four requests two are questions, one is a prediction and one opens a page. The slope
is that of a line by least squares through the second half, when caches are full and code is compiled.
"""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import httpx
import numpy as np
import psutil
from rich.console import Console

from app.classifiers.store import load_model
from app.settings import Settings
from bench.load import NOWHERE, PEOPLE
from bench.measurement import Measurement, summed
from bench.running import Json, requests_about, running

_EVERY_S = 5.0
_MEGABYTE = 1 << 20
_HOUR_S = 3600.0


@dataclass
class Samples:
    """What was seen of the gateway's processes, by seconds since the start."""

    at: list[float] = field(default_factory=list)
    megabytes: list[float] = field(default_factory=list)
    connections: list[float] = field(default_factory=list)
    files: list[float] = field(default_factory=list)

    def take(self, at: float, processes: Sequence[psutil.Process]) -> None:
        self.at.append(at)
        self.megabytes.append(sum(one.memory_info().rss for one in processes) / _MEGABYTE)
        self.connections.append(sum(len(one.net_connections("inet")) for one in processes))
        self.files.append(sum(one.num_fds() for one in processes))

    def slope_per_hour(self, values: Sequence[float]) -> float:
        """Of the second half."""
        half = len(values) // 2
        return float(np.polyfit(self.at[half:], values[half:], 1)[0]) * _HOUR_S


@dataclass
class Steady:
    """Requests at a steady pace, whether the ones before are answered or not."""

    url: str
    questions: Sequence[Json]
    per_second: float
    milliseconds: list[float] = field(default_factory=list)
    on_record: str | None = None
    """A patient whose question was answered: whose page there is."""
    refused: int = 0
    failed: int = 0

    async def go_on(self, seconds: float, samples: Samples, gateway: Sequence[psutil.Process]) -> None:
        started, under_way = time.monotonic(), set[asyncio.Task[None]]()
        sampled = -_EVERY_S
        limits = httpx.Limits(max_connections=32, max_keepalive_connections=32)
        async with httpx.AsyncClient(base_url=self.url, timeout=60, trust_env=False, limits=limits) as client:
            for number in count():
                elapsed = time.monotonic() - started
                if elapsed >= seconds:
                    break
                if elapsed - sampled >= _EVERY_S:
                    samples.take(elapsed, gateway)
                    sampled = elapsed
                task = asyncio.create_task(self._ask(client, number))
                under_way.add(task)
                task.add_done_callback(under_way.discard)
                await asyncio.sleep(max(0.0, (number + 1) / self.per_second - (time.monotonic() - started)))
            await asyncio.gather(*under_way)

    async def _ask(self, client: httpx.AsyncClient, number: int) -> None:
        person = self.questions[number % len(self.questions)] | {"patient_id": f"soak-{number}"}
        asked = time.perf_counter()
        try:
            response = await self._send(client, number, person)
        except httpx.HTTPError:
            self.failed += 1
            return
        if response.is_success:
            self.milliseconds.append(1000 * (time.perf_counter() - asked))
        elif response.status_code in (429, 503):
            self.refused += 1
        else:
            self.failed += 1

    async def _send(self, client: httpx.AsyncClient, number: int, person: Json) -> httpx.Response:
        match number % 4:
            case 1:
                return await client.post("/predictions", json={"features": person["features"]})
            case 3 if self.on_record:
                page = f"/patients/{self.on_record}/interventions"
                return await client.get(page, headers={"Accept": "text/html"})
            case _:
                response = await client.post("/counterfactuals", json=person | {"generator": "search"})
                if response.is_success:
                    self.on_record = person["patient_id"]
                return response


def measure_soak(scratch: Path, minutes: float, per_second: float, console: Console) -> list[Measurement]:
    """Start everything in a scratch home, and keep it busy."""
    model = load_model(Settings().model_store / Settings().default_model)
    with running(scratch / "home", llm_url=NOWHERE) as run:
        gateway = _gateway_of(run.port)
        samples = Samples()
        steady = Steady(str(run.http.base_url), requests_about(model, PEOPLE), per_second)
        console.print(f"{per_second:g} requests a second for {minutes:g} minutes …")
        asyncio.run(steady.go_on(60 * minutes, samples, gateway))
    memory, connections, files = samples.megabytes, samples.connections, samples.files
    half = len(memory) // 2
    return [
        summed(f"a request ({len(steady.milliseconds)})", steady.milliseconds, "ms"),
        Measurement("refused", steady.refused),
        Measurement("failed", steady.failed, promised=0),
        Measurement("memory after half of the time", memory[half], unit="MB"),
        Measurement("memory in the end", memory[-1], unit="MB"),
        Measurement("memory, an hour", samples.slope_per_hour(memory), unit="MB"),
        Measurement("connections after half of the time", connections[half]),
        Measurement("connections, most in the second half", max(connections[half:])),
        Measurement("open files, an hour", samples.slope_per_hour(files)),
    ]


def _gateway_of(port: int) -> list[psutil.Process]:
    """The processes that listen at a port, among what this one started."""
    return [
        one
        for one in psutil.Process().children(recursive=True)
        if any(getattr(at.laddr, "port", None) == port for at in one.net_connections("inet"))
    ]
