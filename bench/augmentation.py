"""Batch jobs: rows a second by one worker and by two, memory, the state endpoint, the language model."""

import asyncio
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path

import psutil
from rich.console import Console

from app.bootstrap import exemplars_of, llm_client, proposer_of, registry_of
from app.classifiers.partitions import Side, people_of
from app.classifiers.store import load_model
from app.engine.problem import RecourseProblem
from app.engine.registry import served_model
from app.local.components import start_worker
from app.settings import Settings
from app.usecases.augmentation.label import Label
from app.usecases.augmentation.row_generator import row_generator_for
from bench.measurement import Measurement, summed
from bench.running import Json, Run, machine_in, running

PER_ROW, LLM_PEOPLE = 3, 160


@dataclass
class _Job:
    """What was seen while a job ran."""

    rows: int = 0
    seconds: float = 0.0
    state_ms: list[float] = field(default_factory=list)
    memory_mb: float = 0.0

    @property
    def rate(self) -> float:
        return self.rows / self.seconds


def measure_augmentation(scratch: Path, people: int, console: Console) -> list[Measurement]:
    """Start everything in a scratch home and measure it."""
    settings = Settings()
    model = load_model(settings.model_store / settings.default_model)
    high = [p.features for p in people_of(model, Side.TRAINING) if p.risk > model.schema.model.threshold]
    sources = [high[place % len(high)] for place in range(people)]
    with running(scratch / "home") as run, ExitStack() as stack:
        console.print(f"{people} source rows by one worker with a thread a core …")
        with ExitStack() as first:
            start_worker(machine_in(first, scratch / "all"), run.environment)
            _job(run, sources[:64])  # the first job waits for the worker to load its models
            small, one = _job(run, sources[: people // 4]), _job(run, sources)
            console.print(f"{LLM_PEOPLE} with the language model, and the language model alone …")
            with_llm = _job(run, sources[:LLM_PEOPLE], "auto", every_s=1.0)
        alone = asyncio.run(_alone(run, sources[:LLM_PEOPLE]))
        console.print("The same source rows by one worker of one thread, and by two …")
        of_one_thread = run.environment | {"WORKER_THREADS": "1"}
        start_worker(machine_in(stack, scratch / "one"), of_one_thread)
        _job(run, sources[:64])
        single = _job(run, sources)
        start_worker(machine_in(stack, scratch / "two"), of_one_thread)
        _job(run, sources[: 64 * 16])
        two = _job(run, sources)
    return [
        Measurement("verified rows a second, one worker", one.rate, unit="/s", promised=200, at_least=True),
        Measurement("the same, one thread", single.rate, unit="/s"),
        Measurement(
            "two workers over one, a thread each",
            two.rate / single.rate,
            unit="times",
            promised=1.7,
            at_least=True,
        ),
        Measurement(f"memory of the worker, {small.rows} rows", small.memory_mb, unit="MB", promised=500),
        Measurement(f"memory of the worker, {one.rows} rows", one.memory_mb, unit="MB", promised=500),
        summed("state of a job while it runs, over HTTP", one.state_ms, "ms", 20),
        Measurement(
            "with the language model, of what it gives alone",
            100 * alone / with_llm.seconds,
            unit="%",
            promised=90,
            at_least=True,
        ),
    ]


def _job(run: Run, sources: Sequence[Json], generator: str = "search", every_s: float = 0.1) -> _Job:
    """Run a job and look at its state until its last row is made; the report is not waited for."""
    body = {
        "source": {"kind": "rows", "rows": list(sources)},
        "target_label": "low",
        "per_row": PER_ROW,
        "generator": generator,
        "max_rows": 1_000_000,
    }
    job = run.http.post("/augmentations", json=body).raise_for_status().json()
    seen, started = _Job(), None
    while True:
        asked = time.perf_counter()
        job = run.http.get(job["links"]["self"]).raise_for_status().json()
        seen.state_ms.append(1000 * (time.perf_counter() - asked))
        if started is None and job["state"] != "queued":
            started = asked
        seen.memory_mb = max(seen.memory_mb, *_workers_mb())
        if job["progress"]["done"] == job["progress"]["total"]:
            seen.seconds = asked - (started or asked)
            seen.rows = job["progress"]["accepted"] + job["duplicates_removed"]
            break
        time.sleep(every_s)
    while job["state"] == "running":  # so that the report does not take a core from the next measurement
        time.sleep(0.2)
        job = run.http.get(job["links"]["self"]).raise_for_status().json()
    return seen


def _workers_mb() -> list[float]:
    """Resident memory of each worker, its reports' processes aside."""
    found = []
    for process in psutil.process_iter(["cmdline", "memory_info"]):
        words = process.info["cmdline"] or []
        if words[-2:] == ["app.cli", "worker"] and "supervisor.py" not in " ".join(words):
            found.append(process.info["memory_info"].rss / 2**20)
    return found or [0.0]


async def _alone(run: Run, sources: Sequence[Json]) -> float:
    """Seconds that the language model takes for the same people's proposals, nothing else done."""
    settings = Settings.model_validate({name.lower(): value for name, value in run.environment.items()})
    client = llm_client(settings)
    assert client is not None
    registry = registry_of(settings)
    proposer = proposer_of(settings, registry, client, exemplars_of(registry))
    proposer = replace(proposer, deadline_s=600.0)
    model = load_model(settings.model_store / settings.default_model)
    maker = row_generator_for(served_model(model), Label.LOW)
    with ThreadPoolExecutor(1) as pool:
        questions: list[RecourseProblem] = list(pool.map(maker.problem, sources))
    started = time.perf_counter()
    await asyncio.gather(*(proposer.propose(one, seed) for seed, one in enumerate(questions)))
    seconds = time.perf_counter() - started
    await client.close()
    return seconds
