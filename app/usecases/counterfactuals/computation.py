"""What is worked out for an answer: search beside language model, then options; within a budget."""

import asyncio
import math
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeVar

from app.admission.lane import Lane
from app.classifiers.base import Classifier
from app.classifiers.open_inference import OpenInferenceClassifier
from app.classifiers.threads import in_thread
from app.domain.counterfactual import Generator
from app.domain.degraded import Degraded
from app.domain.recourse import RecourseResult
from app.engine.budget import Budget, Stop
from app.engine.front import FrontSearch
from app.engine.preferences import Preferences
from app.engine.problem import RecourseProblem
from app.engine.recommend import recommend
from app.engine.references import ReferenceData
from app.engine.search import WORK, search
from app.proposers.base import Proposals
from app.proposers.llm.proposer import LlmProposer
from app.usecases.counterfactuals.alone import found_alone, stats_of, unasked
from app.usecases.counterfactuals.request import ValidatedRequest

T = TypeVar("T")
_TO_TELL_S, _TO_WRITE_S = 0.3, 0.1
"""Before the end of a wait: how long options are made of what was found, and an answer is recorded; of a
short wait no more than a quarter and an eighth."""


@dataclass(frozen=True, slots=True)
class Computation:
    """Where answers are worked out, and how much each may cost.

    `work` is that of each question's `Budget`; after `longest_s` seconds a search is given up.
    """

    lane: Lane
    proposer: LlmProposer | None
    work: float
    longest_s: float

    async def result(
        self, validated: ValidatedRequest, risk: float, ends: float = math.inf
    ) -> RecourseResult:
        """The options; whatever is under way ends soon after the caller of this is cancelled.

        The answer is to be there when the caller's wait `ends` (by `time.monotonic`). A little before that
        nothing more is looked for: what is known by then is told, and that it is not all.

        Raises:
            InvalidInputError: no fall is as large as the one that is asked for.
            ClassifierError: the classifier is away.
            RefusedError: the lane has no room in time.
            AbandonedError: it took too long.
        """
        stop = Stop(time.monotonic() + self.longest_s)
        left = ends - time.monotonic()
        until = ends - min(_TO_WRITE_S, left / 8)
        budget = Budget(self.work, stop=stop, until=until)
        asked = _Asked(validated, risk, budget, until, ends - min(_TO_TELL_S, left / 4))
        try:
            if self.asks_language_model(validated):
                return await self._with_proposals(asked)
            return _hurried(asked, await self._in_lane(asked, partial(self._alone, asked)))
        finally:
            stop.set()

    def asks_language_model(self, validated: ValidatedRequest) -> bool:
        """Whether the language model proposes something for this question, as far as it is there."""
        if self.proposer is None or validated.preferences.generator is Generator.SEARCH:
            return False
        return self.proposer.knows(validated.served.model.reference)

    async def _with_proposals(self, asked: "_Asked") -> RecourseResult:
        assert self.proposer is not None
        problem = await in_thread(asked.classifier, asked.problem)
        if asked.risk <= problem.target or len(problem.levers) == 0:
            return _hurried(asked, await self._in_lane(asked, partial(self._alone, asked)))
        references, wishes, fronts = asked.references, asked.wishes, FrontSearch(problem, asked.references)
        found, proposals = await asyncio.gather(
            self._in_lane(asked, partial(search, problem, references, wishes, WORK, fronts)),
            self._proposed(problem, asked.proposed_until),
        )
        stats, levels = stats_of(proposals), proposals.levels
        told = partial(recommend, problem, references, wishes, asked.risk, found, levels, stats, fronts)
        return _hurried(asked, await self._in_lane(asked, told, ahead=True))

    async def _proposed(self, problem: RecourseProblem, until: float) -> Proposals:
        """What the language model proposes, if it does in time."""
        assert self.proposer is not None
        left = None if until == math.inf else until - time.monotonic()
        try:
            async with asyncio.timeout(left):
                return await self.proposer.propose(problem)
        except TimeoutError:
            return Proposals(problem.unchanged[:0], degraded=Degraded.DEADLINE)

    def _alone(self, asked: "_Asked") -> RecourseResult:
        """The answer of the search alone."""
        problem = asked.problem()
        why = Degraded.LLM_UNAVAILABLE if self.proposer is None else Degraded.LLM_NOT_TAUGHT
        return found_alone(asked.validated, problem, asked.risk, unasked(asked.validated, problem, why))

    async def _in_lane(self, asked: "_Asked", work: Callable[[], T], ahead: bool = False) -> T:
        """Work in the lane; or beside it, in the threads that wait for a classifier elsewhere."""
        if isinstance(asked.classifier, OpenInferenceClassifier):
            return await in_thread(asked.classifier, work)
        run = self.lane.go_on_within if ahead else self.lane.run_within
        return await run(max(0.0, asked.until - time.monotonic()), work)


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question with what may be spent on it."""

    validated: ValidatedRequest
    risk: float
    budget: Budget
    until: float
    proposed_until: float

    def problem(self) -> RecourseProblem:
        return replace(self.validated.problem(self.risk), budget=self.budget)

    @property
    def was_cut_short(self) -> bool:
        """Whether the time was over before all was done."""
        return self.until != self.budget.until

    @property
    def references(self) -> ReferenceData:
        return self.validated.served.references

    @property
    def wishes(self) -> Preferences:
        return self.validated.wishes

    @property
    def classifier(self) -> Classifier:
        return self.validated.served.model.classifier


def _hurried(asked: _Asked, result: RecourseResult) -> RecourseResult:
    """The result, with a word about its being cut short where it was."""
    stats = result.generation
    if not asked.was_cut_short or Degraded.DEADLINE in stats.degraded:
        return result
    return replace(result, generation=replace(stats, degraded=(*stats.degraded, Degraded.DEADLINE)))
