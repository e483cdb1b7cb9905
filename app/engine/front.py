"""The front of effort and risk of one question: what each level of risk takes, at least."""

import math
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from app.domain.schema import FloatArray, IntArray
from app.domain.tolerances import SAME_RISK
from app.engine.beam import met_in_batches
from app.engine.exact.pareto import on_front
from app.engine.exact.scenarios import classifier_alone
from app.engine.exact.solver import MOST_LEVERS, ExactSearch
from app.engine.neighbours import distinct
from app.engine.problem import RecourseProblem
from app.engine.references import ReferenceData

FRONT_WORK = 150_000
"""How many candidates may be looked at for fronts: some tenths of a second, beyond which they are bounded."""


@dataclass(frozen=True, slots=True)
class Front:
    """Candidates in order of effort, each of lower risk than all before it; the unchanged one is left out.

    `bound`: whatever costs less was looked at, so that up to there nothing permitted lies below the front.
    Infinite where that is so of all candidates, 0 where it is known of none.
    """

    levels: IntArray
    effort: FloatArray
    risk: FloatArray
    bound: float

    @property
    def proved(self) -> bool:
        return math.isinf(self.bound)

    def effort_bound(self, risk: float, effort: float) -> float:
        """Less than this no permitted way to a risk or below takes: the effort itself where it is proved."""
        reaching = self.effort[self.risk <= risk + SAME_RISK]
        least = min(float(reaching.min(initial=math.inf)), self.bound)
        return effort if least >= effort - SAME_EFFORT else round(least, 4)

    def __getitem__(self, index: IntArray) -> "Front":
        return replace(self, levels=self.levels[index], effort=self.effort[index], risk=self.risk[index])


SAME_EFFORT = 1e-4
"""Efforts are told to so many decimals."""


class FrontSearch:
    """Fronts of one question; the trees are reduced to its levers once."""

    def __init__(self, problem: RecourseProblem, references: ReferenceData, work: float = FRONT_WORK) -> None:
        self.problem = problem
        self._references = references
        self._budget = problem.budget.part(work)

    @cached_property
    def now(self) -> float:
        """The patient's risk as things are."""
        return float(self.problem.risk(self.problem.unchanged)[0])

    @cached_property
    def exact(self) -> ExactSearch | None:
        """The search that sees the trees; None where they cannot be seen, or ask about too much."""
        forest, levers = self._references.forest, self.problem.levers
        if forest is None or not 0 < len(levers) <= MOST_LEVERS:
            return None
        return ExactSearch(forest, classifier_alone, levers)

    @cached_property
    def whole(self) -> Front:
        """The front of all candidates."""
        return self.front()

    def front(self, closed: tuple[int, ...] = ()) -> Front:
        """The front of all candidates that leave the `closed` levers as they are."""
        if len(self.problem.levers) == len(closed):
            return Front(self.problem.unchanged[:0], np.empty(0), np.empty(0), math.inf)
        if self.exact is None:
            met = distinct(met_in_batches(self.problem, closed))
            return self._as_classified(met, bound=0.0)
        found = self.exact.front(self._budget, closed)
        return self._as_classified(found.levels[1:], found.bound)

    def joined(self, levels: IntArray) -> Front:
        """The whole front, with candidates that other searches came across where it may not be complete."""
        if self.whole.proved:
            return self.whole
        return self._as_classified(np.concatenate([self.whole.levels, levels]), self.whole.bound)

    def _as_classified(self, levels: IntArray, bound: float) -> Front:
        """Candidates that the classifier itself takes for a front: trees add up to other last digits."""
        risk, effort = self.problem.risk(levels), self.problem.levers.effort(levels)
        kept = on_front(effort, risk)
        kept = kept[risk[kept] < self.now - SAME_RISK]
        return Front(levels[kept], effort[kept], risk[kept], bound)
