"""The gateway over HTTP: cached, search-only and with the language model; its own work; its memory."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import httpx
import psutil
from rich.console import Console

from app.classifiers.hosted import HostedModel
from app.classifiers.store import load_model
from app.counterfactuals.schemas import CounterfactualsRequest
from app.embedded.home import free_port
from app.models.examples import example_people
from app.running.parts import Given, start_gateway, start_servers
from app.running.screen import Screen
from app.settings import ROOT, Settings
from bench.own_work import own_milliseconds

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Measured:
    """One measure beside what was promised."""

    name: str
    median: float
    p95: float | None
    unit: str
    promised: float


def measure_gateway(scratch: Path, people: int, llm_people: int, console: Console) -> list[Measured]:
    """Start everything in a scratch home (the weights come from the usual one) and measure it."""
    home = scratch / "home"
    (home / "models").mkdir(parents=True)
    for weights in (ROOT / ".turnpoint" / "models").glob("*"):
        (home / "models" / weights.name).symlink_to(weights)
    model = load_model(Settings().model_store / Settings().default_model)
    with ExitStack() as stack:
        environment = start_servers(stack, home, Given(None, None, None), Screen())
        port = free_port()
        url = start_gateway(stack, home, environment, "127.0.0.1", port)
        http = stack.enter_context(httpx.Client(base_url=url, timeout=60))
        requests = list(_requests(model, people))
        _warm_up(http, requests[0])
        console.print(f"Asking about {people} held-out people …")
        fresh = [_timed(http, request | {"generator": "search"}) for request in requests]
        cached = [_timed(http, request | {"generator": "search"}) for request in requests for _ in range(3)]
        console.print(f"Asking the language model about {llm_people} of them …")
        asked_anew = [
            CounterfactualsRequest.model_validate(
                request | {"patient_id": "bench-own", "generator": "search"}
            )
            for request in requests
        ]
        with_llm = [_timed(http, request) for request in requests[:llm_people]]
        memory = _resident_mb(port)
        own = asyncio.run(
            own_milliseconds(model, environment["DATABASE_URL"], environment["REDIS_URL"], asked_anew)
        )
    assert all(answer["generation"]["cached"] for _, answer in cached)
    assert all(answer["generation"]["degraded"] is None for _, answer in with_llm)
    return [
        _summed("cached answer, over HTTP", cached, 5),
        _summed("search-only answer, over HTTP", fresh, 60),
        _summed("answer with 8 proposals of the embedded LLM", with_llm, 3000),
        Measured(
            "the gateway's own work in a search-only answer", median(own), quantiles(own, n=20)[-1], "ms", 15
        ),
        Measured("resident memory of the gateway", memory, None, "MB", 350),
    ]


def _requests(model: HostedModel, count: int) -> Iterator[Json]:
    for person in example_people(model, count):
        yield {"patient_id": f"bench-{person.source_id}", "model": model.name, "features": person.features}


def _warm_up(http: httpx.Client, request: Json) -> None:
    _timed(http, request | {"patient_id": "bench-warm-up", "generator": "auto"})


def _timed(http: httpx.Client, request: Json) -> tuple[float, Json]:
    started = time.perf_counter()
    answer = http.post("/counterfactuals", json=request).raise_for_status()
    return 1000 * (time.perf_counter() - started), answer.json()


def _summed(name: str, timed: list[tuple[float, Json]], promised: float) -> Measured:
    times = [milliseconds for milliseconds, _ in timed]
    return Measured(name, median(times), quantiles(times, n=20)[-1], "ms", promised)


def _resident_mb(port: int) -> float:
    """Resident memory of the process that listens on the gateway's port."""
    for process in psutil.Process().children(recursive=True):
        if any(connection.laddr.port == port for connection in process.net_connections()):
            return process.memory_info().rss / 1e6
    raise LookupError(f"no process listens on port {port}")
