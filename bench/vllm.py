"""The gateway on a real vLLM beside vLLM alone: throughput, what the gateway adds, the prefix cache.

vLLM alone is asked exactly what the gateway would ask it. Other people are asked about each time, so that
neither finds prompts in vLLM's cache that the other has put there.
"""

import asyncio
import os
import re
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from pathlib import Path
from unittest.mock import patch

import httpx
from rich.console import Console

from app.classifiers.model_version import ModelVersion
from app.classifiers.store import load_model
from app.engine.problem import problem_about
from app.proposers.llm.prompt import Style
from app.settings import Settings
from bench.measurement import Measurement, summed
from bench.running import Json, Run, requests_about, running
from research.llm_session import LlmEndpoint, llm_session

AT_ONCE = 32
ROUNDS = 2
PATIENT = {"LLM_DEADLINE_S": "600"}
"""So many at once wait longer on a CPU than a clinician would; what is measured is how much gets done."""


def measure_vllm(scratch: Path, people: int, console: Console) -> list[Measurement]:
    """Start everything with vLLM for a language model, and ask about so many people each time."""
    model = load_model(Settings().model_store / Settings().default_model)
    singly = people // 4
    requests = requests_about(model, 2 * ROUNDS * people + singly + 1)
    with patch.dict(os.environ, PATIENT), running(scratch / "home", "vllm") as run:
        run.ask(requests.pop())
        console.print(f"Asking about {singly} held-out people, one after the other …")
        single = [run.ask(requests.pop()) for _ in range(singly)]
        alone, through = [], []
        for _ in range(ROUNDS):
            console.print(f"Asking about {2 * people} more, {AT_ONCE} at a time …")
            alone.append(asyncio.run(_alone(run, model, [requests.pop() for _ in range(people)])))
            through.append(asyncio.run(_through(run, [requests.pop() for _ in range(people)])))
        hits = _share_of_hits(run)
    generations = [answer["generation"] for _, answer in single]
    assert all(generation["degraded"] == [] for generation in generations)
    beside = [taken - answer["generation"]["llm_ms"] for taken, answer in single]
    tokens = [generation["completion_tokens"] / generation["proposals"] for generation in generations]
    vllm, gateway = (sum(rates) / len(rates) for rates in (alone, through))
    return [
        summed("answer with 8 proposals of vLLM", [taken for taken, _ in single], "ms"),
        summed("what the gateway adds to the wait for vLLM", beside, "ms", 10),
        summed("tokens a proposal", tokens, "tokens", 30),
        Measurement(f"vLLM alone, {AT_ONCE} at a time", vllm, unit="tokens/s"),
        Measurement(f"vLLM through the gateway, {AT_ONCE} at a time", gateway, unit="tokens/s"),
        Measurement("the second over the first", 100 * gateway / vllm, unit="%", promised=90, at_least=True),
        Measurement("prompt tokens found in the prefix cache", hits, unit="%"),
    ]


async def _alone(run: Run, model: ModelVersion, requests: Sequence[Json]) -> float:
    """Tokens a second of vLLM asked directly."""
    served = LlmEndpoint(run.environment["LLM_URL"], run.environment["LLM_MODEL"], at_once=AT_ONCE)
    questions = [problem_about(model, request["features"]) for request in requests]
    async with llm_session(served, model, Style.FINE_TUNED, Settings().llm_samples) as proposer:

        async def ask(at: int) -> int:
            return (await proposer.complete(questions[at])).completion_tokens or 0

        return await _tokens_a_second(ask, range(len(questions)))


async def _through(run: Run, requests: Sequence[Json]) -> float:
    """Tokens a second of vLLM asked by the gateway."""
    async with httpx.AsyncClient(base_url=run.http.base_url, timeout=600) as http:

        async def ask(at: int) -> int:
            answer = (await http.post("/counterfactuals", json=requests[at])).raise_for_status().json()
            assert answer["generation"]["degraded"] == [], answer["generation"]
            return int(answer["generation"]["completion_tokens"])

        return await _tokens_a_second(ask, range(len(requests)))


async def _tokens_a_second(ask: Callable[[int], Awaitable[int]], places: Iterable[int]) -> float:
    turns = asyncio.Semaphore(AT_ONCE)

    async def one(at: int) -> int:
        async with turns:
            return await ask(at)

    started = time.perf_counter()
    tokens = sum(await asyncio.gather(*map(one, places)))
    return tokens / (time.perf_counter() - started)


def _share_of_hits(run: Run) -> float:
    """Of all prompt tokens that vLLM was asked to read, in percent."""
    url = run.environment["LLM_URL"].removesuffix("/v1")
    metrics = httpx.get(f"{url}/metrics", trust_env=False).raise_for_status().text

    def total(name: str) -> float:
        return sum(map(float, re.findall(rf"^vllm:{name}_total{{[^}}]*}} (\S+)$", metrics, re.MULTILINE)))

    return 100 * total("prefix_cache_hits") / total("prefix_cache_queries")
