"""Asking one proposer about many people."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from app.evaluation.cases import Case
from app.proposers.llm.proposer import LlmProposer


@dataclass(frozen=True, slots=True)
class Reply:
    """Raw samples about one person, and what they cost."""

    texts: tuple[str, ...]
    completion_tokens: int | None
    seconds: float


async def ask(
    proposer: LlmProposer, cases: Sequence[Case], at_once: int = 1
) -> AsyncIterator[tuple[Case, Reply]]:
    """Ask about each case, in order.

    Raises:
        LlmError: the server is away or does not answer.
    """
    turns = asyncio.Semaphore(at_once)

    async def one(case: Case) -> Reply:
        async with turns:
            started = time.perf_counter()
            completion = await proposer.complete(case.question)
            took = time.perf_counter() - started
        return Reply(tuple(completion.texts), completion.completion_tokens, took)

    tasks = [asyncio.ensure_future(one(case)) for case in cases]
    try:
        for case, task in zip(cases, tasks, strict=True):
            yield case, await task
    finally:
        for task in tasks:
            task.cancel()
