"""What is worked out for an answer: search beside language model, then options; within a budget."""

import asyncio
import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

from app.admission.lane import Lane
from app.classifiers.open_inference import OpenInferenceClassifier
from app.classifiers.threads import in_thread
from app.domain.counterfactual import Generator
from app.domain.degraded import Degraded
from app.domain.recourse import RecourseResult
from app.engine.budget import Budget, Stop
from app.engine.problem import RecourseProblem
from app.proposers.base import Proposals
from app.proposers.llm.proposer import LlmProposer
from app.search_processes.here import Here, Place
from app.usecases.counterfactuals.request import ValidatedRequest
from app.usecases.counterfactuals.searched import Asked, answered_alone, recommended, searched

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
    place: Place = field(default_factory=Here)

    async def result(
        self, validated: ValidatedRequest, risk: float, ends: float = math.inf
    ) -> RecourseResult:
        """The options; whatever is under way ends soon after the caller of this is cancelled.

        The answer is to be there when the caller's wait `ends` (by `time.monotonic`). A little before that
        nothing more is looked for: what is known by then is told, and that it is not all.

        Raises:
            InvalidInputError: no fall is as large as the one that is asked for.
            ClassifierError: the classifier is away.
            RefusedError: the lane has no room in time, or processes that searched have ended.
            AbandonedError: it took too long.
        """
        stop = Stop(time.monotonic() + self.longest_s)
        left = ends - time.monotonic()
        until = ends - min(_TO_WRITE_S, left / 8)
        budget = Budget(self.work, stop=stop, until=until)
        asked = Asked(validated, risk, budget, until)
        try:
            if self.asks_language_model(validated):
                return await self._with_proposals(asked, ends - min(_TO_TELL_S, left / 4))
            return await self._alone(asked)
        finally:
            stop.set()

    def asks_language_model(self, validated: ValidatedRequest) -> bool:
        """Whether the language model proposes something for this question, as far as it is there."""
        if self.proposer is None or validated.preferences.generator is Generator.SEARCH:
            return False
        return self.proposer.knows(validated.served.model.reference)

    async def _alone(self, asked: Asked) -> RecourseResult:
        why = Degraded.LLM_UNAVAILABLE if self.proposer is None else Degraded.LLM_NOT_TAUGHT
        return await self._in_lane(asked, partial(answered_alone, asked.bare, why))

    async def _with_proposals(self, asked: Asked, proposed_until: float) -> RecourseResult:
        problem = await in_thread(asked.validated.served.model.classifier, lambda: asked.problem)
        if asked.risk <= problem.target or len(problem.levers) == 0:
            return await self._alone(asked)
        found, proposals = await asyncio.gather(
            self._in_lane(asked, partial(searched, asked.bare)),
            self._proposed(problem, proposed_until),
        )
        return await self._in_lane(asked, partial(recommended, asked.bare, found, proposals), ahead=True)

    async def _proposed(self, problem: RecourseProblem, until: float) -> Proposals:
        """What the language model proposes, if it does in time."""
        assert self.proposer is not None
        left = None if until == math.inf else until - time.monotonic()
        try:
            async with asyncio.timeout(left):
                return await self.proposer.propose(problem)
        except TimeoutError:
            return Proposals(problem.unchanged[:0], degraded=Degraded.DEADLINE)

    async def _in_lane(self, asked: Asked, work: Callable[[], T], ahead: bool = False) -> T:
        """Work in the lane; or beside it, in the threads that wait for a classifier elsewhere."""
        classifier = asked.validated.served.model.classifier
        if isinstance(classifier, OpenInferenceClassifier):
            return await in_thread(classifier, work)
        run = self.lane.go_on_within if ahead else self.lane.run_within
        left = max(0.0, asked.until - time.monotonic())
        return await run(left, partial(self.place.run, asked.budget.stop, work))
