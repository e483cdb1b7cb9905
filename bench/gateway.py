"""The gateway over HTTP: cached, search-only and with the language model; its own work; its memory."""

import asyncio
import os
from collections.abc import Sequence
from pathlib import Path
from unittest.mock import patch

from rich.console import Console

from app.classifiers.store import load_model
from app.settings import Settings
from app.usecases.counterfactuals.schemas import CounterfactualsRequest
from bench.measurement import Measurement, summed
from bench.own_work import own_milliseconds
from bench.running import Json, Run, Timed, listener_on, requests_about, running

SPINNING = {"GOMP_SPINCOUNT": "20000"}
"""OpenMP's threads wait awake for some 50 us before they sleep: docs/embedded.md says when that is wise."""


def measure_gateway(scratch: Path, people: int, llm_people: int, console: Console) -> list[Measurement]:
    """Start everything in a scratch home and measure it."""
    model = load_model(Settings().model_store / Settings().default_model)
    requests = requests_about(model, people)
    with running(scratch / "home") as run:
        _warm_up(run, requests[0])
        console.print(f"Asking about {people} held-out people …")
        fresh = [run.ask(request | {"generator": "search"}) for request in requests]
        cached = [run.ask(request | {"generator": "search"}) for request in requests for _ in range(3)]
        console.print(f"Asking the language model about {llm_people} of them …")
        with_llm = [run.ask(request) for request in requests[:llm_people]]
        memory = listener_on(run.port).memory_info().rss / 1e6
        own = asyncio.run(own_milliseconds(model, *_urls(run), _anew(requests)))
    with patch.dict(os.environ, SPINNING), running(scratch / "spinning") as run:
        _warm_up(run, requests[0])
        spinning = [run.ask(request) for request in requests[:llm_people]]
    assert all(answer["generation"]["cached"] for _, answer in cached)
    assert all(answer["generation"]["degraded"] == [] for _, answer in with_llm + spinning)
    return [
        summed("cached answer, over HTTP", _times(cached), "ms", 5),
        summed("search-only answer, over HTTP", _times(fresh), "ms", 60),
        summed("answer with 8 proposals of the embedded LLM", _times(with_llm), "ms", 1500),
        summed("the same, its threads waiting awake", _times(spinning), "ms", 1500),
        summed("the gateway's own work in a search-only answer", own, "ms", 15),
        Measurement("resident memory of the gateway", memory, unit="MB", promised=350),
    ]


def _warm_up(run: Run, request: Json) -> None:
    run.ask(request | {"patient_id": "bench-warm-up", "generator": "auto"})


def _anew(requests: Sequence[Json]) -> list[CounterfactualsRequest]:
    told = {"patient_id": "bench-own", "generator": "search"}
    return [CounterfactualsRequest.model_validate(request | told) for request in requests]


def _urls(run: Run) -> tuple[str, str]:
    return run.environment["DATABASE_URL"], run.environment["REDIS_URL"]


def _times(timed: Sequence[Timed]) -> list[float]:
    return [milliseconds for milliseconds, _ in timed]
