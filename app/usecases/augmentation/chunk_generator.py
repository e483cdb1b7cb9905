"""One chunk of source rows made into rows of the wanted class: the language model beside the search."""

import asyncio
import math
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace

from app.domain.counterfactual import Generator
from app.domain.degraded import Degraded
from app.domain.errors import InvalidInputError
from app.domain.schema import IntArray, Value
from app.engine.budget import Budget, Stop
from app.engine.preferences import Preferences
from app.engine.problem import RecourseProblem
from app.proposers.base import Proposals, ProposerError
from app.proposers.llm.proposer import LlmProposer
from app.storage.database import RecordError
from app.usecases.augmentation.row_generator import RejectionReason, RowGenerator, SyntheticRow

BATCH = 16
"""Rows searched beside each other."""

_SEEDS = 1 << 31

Source = tuple[int, dict[str, Value]]
"""A row's number in its source, and its features."""


class CancelledError(Exception):
    """The job was cancelled; what was made of the chunk so far is left."""


@dataclass
class ChunkResult:
    """What became of source rows: what was made of each by its number, or why nothing was."""

    rows_by_source: dict[int, list[SyntheticRow]] = field(default_factory=dict)
    refused: dict[int, RejectionReason] = field(default_factory=dict)
    degraded: set[Degraded] = field(default_factory=set)


@dataclass(frozen=True)
class ChunkGenerator:
    """How a job's rows are made; `llm` is there where a language model is to be asked."""

    maker: RowGenerator
    preferences: Preferences
    pool: Executor
    llm: LlmProposer | None
    seed: int
    not_asked: Degraded | None = None
    """Why a language model that is there is not asked, where it was to be."""
    improvements: bool = False
    """Whether rows that only lower the risk are wanted where the class, the low one, is out of reach."""
    work: float = math.inf
    """What may be spent on one row, in the unit of `Budget`."""
    look_every_s: float = 2.0
    """Seconds between two looks at whether the job was cancelled."""

    async def run(self, sources: Sequence[Source], cancelled: Callable[[], Awaitable[bool]]) -> ChunkResult:
        """Make rows of a chunk's people.

        Raises:
            CancelledError: `cancelled` said so; what was under way, the language model's call too, is left.
            ClassifierError: a classifier elsewhere is away.
            ProposerError: the language model is away, and nobody else is to propose.
        """
        done = ChunkResult(degraded={self.not_asked} if self.not_asked else set())
        size = max(len(sources), 1) if self.llm is not None else BATCH  # nobody may be valid
        for start in range(0, len(sources), size):
            if await cancelled():
                raise CancelledError
            await self._unless_cancelled(sources[start : start + size], done, cancelled)
        return done

    async def _unless_cancelled(
        self, sources: Sequence[Source], done: ChunkResult, cancelled: Callable[[], Awaitable[bool]]
    ) -> None:
        stop = Stop()
        batch = asyncio.create_task(self._batch(sources, done, stop))
        try:
            while not (await asyncio.wait({batch}, timeout=self.look_every_s))[0]:
                if await _is_known(cancelled):
                    raise CancelledError
            batch.result()
        finally:
            stop.set()
            batch.cancel()
            await asyncio.gather(batch, return_exceptions=True)

    async def _batch(self, sources: Sequence[Source], done: ChunkResult, stop: Stop) -> None:
        problems = await asyncio.to_thread(self._problems, sources, done, stop)
        if not problems:
            return
        search_results, proposals = await asyncio.gather(
            asyncio.to_thread(self.maker.search, list(problems.values()), self.preferences, self.pool),
            asyncio.gather(*(self._proposals(number, one) for number, one in problems.items())),
        )
        degraded = {one.degraded for one in proposals if one.degraded is not None}
        if any(one.is_away for one in degraded) and self.preferences.generator is Generator.LLM:
            raise ProposerError("the language model was away while it alone was to propose")
        done.degraded |= degraded
        requested = zip(problems.values(), search_results, proposals, strict=True)
        chosen = await asyncio.to_thread(
            lambda: [(q, self.maker.pick(q, self.preferences, f, p.levels)) for q, f, p in requested]
        )
        rows_by_source = dict(
            zip(problems, await asyncio.to_thread(self.maker.verified, chosen), strict=True)
        )
        proposed = dict(zip(problems, proposals, strict=True))
        if self.improvements:
            out_of_reach = [number for number, rows in rows_by_source.items() if not rows]
            asked = [(problems[number], proposed[number].levels) for number in out_of_reach]
            rows_by_source |= zip(out_of_reach, await asyncio.to_thread(self._improved, asked), strict=True)
        for number, rows in rows_by_source.items():
            if rows:
                done.rows_by_source[number] = rows
            else:
                done.refused[number] = self._why_none(proposed[number])

    def _improved(self, asked: Sequence[tuple[RecourseProblem, IntArray]]) -> list[list[SyntheticRow]]:
        """Rows that lower the risk of people for whom none of the class was found."""
        found = self.maker.improve(asked, self.preferences, self.pool)
        return self.maker.verified_improvements(
            [(problem, own) for (problem, _), own in zip(asked, found, strict=True)]
        )

    def _problems(
        self, sources: Sequence[Source], done: ChunkResult, stop: Stop
    ) -> dict[int, RecourseProblem]:
        """What is to be asked; who is of the class already, or no valid person, is refused here."""
        problems: dict[int, RecourseProblem] = {}
        for number, features in sources:
            try:
                problem = self.maker.problem(features)
                problems[number] = replace(problem, budget=Budget(self.work, stop=stop))
            except InvalidInputError:
                done.refused[number] = RejectionReason.INVALID
        reached = self.maker.reached(list(problems.values())) if problems else []
        for number, is_there in zip(list(problems), reached, strict=True):
            if is_there:
                done.refused[number] = RejectionReason.ALREADY
                del problems[number]
        return problems

    def _why_none(self, proposed: Proposals) -> RejectionReason:
        only_llm = self.preferences.generator is Generator.LLM
        said_nothing = proposed.degraded is Degraded.LLM_NO_PROPOSAL
        return RejectionReason.NO_PROPOSAL if only_llm and said_nothing else RejectionReason.OUT_OF_REACH

    async def _proposals(self, number: int, problem: RecourseProblem) -> Proposals:
        if self.llm is None or len(problem.levers) == 0:
            return Proposals(problem.unchanged[:0])
        return await self.llm.propose(problem, seed=(self.seed + number) % _SEEDS)


async def _is_known(cancelled: Callable[[], Awaitable[bool]]) -> bool:
    """Whether the job was cancelled, as far as can be told: a record that is away is asked again later."""
    try:
        return await cancelled()
    except RecordError:
        return False
