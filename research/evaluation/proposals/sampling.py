"""Asking one proposer about many people."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from app.proposers.llm.completion import Completion
from app.proposers.llm.proposer import LlmProposer
from research.evaluation.proposals.cases import Case


@dataclass(frozen=True, slots=True)
class RawReply:
    """Raw samples about one person, and what they cost."""

    texts: tuple[str, ...]
    tokens: float | None
    """Of an answer: of the first, or the mean of all."""
    seconds: float


async def sample_replies(
    proposer: LlmProposer, cases: Sequence[Case], at_once: int = 1, seed: int | None = None
) -> AsyncIterator[tuple[Case, RawReply]]:
    """Ask about each case, in order; with a seed the server samples alike for the same person.

    Raises:
        LlmError: the server is away or does not answer.
    """
    turns = asyncio.Semaphore(at_once)

    async def one(case: Case) -> RawReply:
        async with turns:
            started = time.perf_counter()
            own = None if seed is None else seed + case.source_id
            completion = await proposer.complete(case.problem, own)
            took = time.perf_counter() - started
        return RawReply(tuple(completion.texts), tokens=_tokens(completion), seconds=took)

    tasks = [asyncio.ensure_future(one(case)) for case in cases]
    try:
        for case, task in zip(cases, tasks, strict=True):
            yield case, await task
    finally:
        for task in tasks:
            task.cancel()


def _tokens(completion: Completion) -> float | None:
    if completion.completion_tokens is None or not completion.texts:
        return completion.first_tokens
    return completion.completion_tokens / len(completion.texts)
