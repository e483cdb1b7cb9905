"""The exact way to an answer: options that hold and look like real people, or proof that there are none."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from app.domain.levers import Levers
from app.domain.schema import BoolArray, IntArray
from app.domain.tolerances import SAME
from app.engine.exact.budget import Budget
from app.engine.exact.scenarios import Scenarios, all_scenarios, classifier_alone
from app.engine.exact.solver import Descent, ExactSearch, Refusal, Solved
from app.engine.plausibility_profile import PlausibilityLevel, PlausibilityProfile
from app.engine.preferences import Preferences
from app.engine.problem import RecourseProblem
from app.engine.references import ReferenceData
from app.engine.relaxed import relaxations
from app.engine.search_result import LowestRisk, SearchResult
from app.engine.selection import score

_PATIENCE = 200
"""How many candidates unlike real people are passed over before such are taken as well."""
_SHARES = np.arange(1, 20) / 20
"""Robustness that is tried where what was asked for is out of reach."""
_RELAXED_WORK = 30_000
"""How much may be looked at to tell what more changes would give, in the units of `Budget`: it is beside the
question, and with many changes a proof may take long."""
_LARGEST = 700.0
"""Of a margin: the exponential of a larger one is not a float."""


def find_exactly(
    problem: RecourseProblem, references: ReferenceData, preferences: Preferences, work: float
) -> SearchResult:
    """The options of least effort, proved; or the lowest risk in reach, proved.

    Options hold in at least the wished share of refits, noise draws and adherence draws; where none does, in
    the largest share in reach. Among either, those that look like real people come before those
    that do not. What is not proved with so much `work` (`Budget`) is given as a bound; where it does not
    reach to tell whether anything holds, what reaches the target is given for others to choose from.
    """
    attempt = _ExactQuery(problem, references, preferences.count, Budget(work))
    alone = attempt.alone
    if preferences.min_robustness == 0:
        solved = attempt.options(alone, 0.0)
        return attempt.found(solved, 0.0) if solved.levels else attempt.lowest(solved)
    anything = alone.best(attempt.goal, 0.0, 1, lambda levels: 0.0, attempt.budget)
    if not anything.levels:
        return attempt.lowest(anything)
    robust = ExactSearch(attempt.forest, attempt.scenarios, problem.levers, alone.by_leverage())
    solved = attempt.options(robust, preferences.min_robustness)
    share = preferences.min_robustness
    if not solved.levels and solved.complete:
        share = attempt.largest_share(robust, share)
        solved = attempt.options(robust, share)
    if not solved.levels:
        return replace(attempt.found(solved, share), levels=np.stack(anything.levels), proved=False)
    return attempt.found(solved, share)


class _ExactQuery:
    """One question on its way to an answer.

    `standard` is what options must come up to, as long as any can.
    """

    def __init__(
        self, problem: RecourseProblem, references: ReferenceData, count: int, budget: Budget
    ) -> None:
        if references.forest is None:
            raise ValueError("exact search needs to see the trees of classifier and committee")
        self.problem = problem
        self.references = references
        self.count = count
        self.budget = budget
        self.forest = references.forest
        self.goal = math.log(problem.target / (1 - problem.target))
        self.alone = ExactSearch(self.forest, classifier_alone, problem.levers)
        self.profile = PlausibilityProfile(problem.levers, references.population, references.density)
        self.standard = PlausibilityLevel.TYPICAL

    def scenarios(self, levers: Levers) -> Scenarios:
        return all_scenarios(levers, self.references.evaluator)

    def options(self, search: ExactSearch, share: float) -> Solved:
        """Options that look like real people; others only where none that does was met."""
        while True:
            solved, gate = self._best(search, share, careful=False)
            if not self.is_robust(solved.levels, share).all():  # by a rounding of the trees' sums
                solved, gate = self._best(search, share, careful=True)
            if solved.levels or gate.best_refused is None:
                return solved
            self.standard = gate.best_refused

    def _best(self, search: ExactSearch, share: float, careful: bool) -> "tuple[Solved, _AcceptanceFilter]":
        """Options up to the standard, and who refused others; `careful` has each judged."""
        gate = _AcceptanceFilter(self, share, careful)
        return search.best(self.goal, share, self.count, gate, self.budget, _PATIENCE), gate

    def is_robust(self, levels: Sequence[IntArray], share: float) -> BoolArray:
        """Which candidates hosted classifier and judge say what the trees do of."""
        if not levels:
            return np.ones(0, dtype=bool)
        problem, candidates = self.problem, np.stack(levels)
        if share == 0:
            return problem.reached(problem.risk(candidates))
        scored = score(problem, self.references.evaluator, self.profile, candidates)
        return scored.is_robust(problem.target, share)

    def largest_share(self, search: ExactSearch, unreachable: float) -> float:
        """The largest of `_SHARES` in reach, below one that is known not to be; 0 if none is."""
        low, high = 0, int(np.searchsorted(_SHARES, unreachable - SAME))
        while low < high:
            middle = (low + high) // 2
            if self._first(search, float(_SHARES[middle])).levels:
                low = middle + 1
            else:
                high = middle
        return float(_SHARES[low - 1]) if low else 0.0

    def _first(self, search: ExactSearch, share: float) -> Solved:
        """The option of least effort by the trees alone."""
        return search.best(self.goal, share, 1, lambda levels: 0.0, self.budget)

    def found(self, solved: Solved, share: float) -> SearchResult:
        levels = np.array(solved.levels, dtype=np.int64).reshape(-1, len(self.problem.levers))
        return SearchResult(levels, None, True, solved.bound, share, int(self.standard))

    def lowest(self, solved: Solved) -> SearchResult:
        """Nothing reaches the target, or nothing was found that does: how far down it goes."""
        changes = self.problem.levers.max_changes
        descent = self.alone.lowest(self.budget, changes)
        easiest = self.alone.easiest(descent.margin, self.budget, changes)
        lowest = self._as_lowest(descent if easiest is None else descent._replace(levels=easiest), changes)
        nothing, relaxed = self.problem.unchanged[:0], tuple(self._relaxed(lowest))
        return SearchResult(nothing, lowest, proved=solved.complete, bound=solved.bound, relaxed=relaxed)

    def _relaxed(self, lowest: LowestRisk) -> Iterator[LowestRisk]:
        budget = Budget(_RELAXED_WORK)

        def lowest_with(changes: int) -> LowestRisk:
            return self._as_lowest(self.alone.lowest(budget, changes), changes)

        levers, target = len(self.problem.levers), self.problem.target
        return relaxations(lowest, target, lambda: lowest_with(levers), lowest_with)

    def _as_lowest(self, descent: Descent, changes: int) -> LowestRisk:
        risk = float(self.problem.risk(descent.levels[None])[0])
        bound = min(risk, _risk_at(descent.bound))
        return LowestRisk(descent.levels, risk, bound, max_changes=changes)


def _risk_at(margin: float) -> float:
    return 1 / (1 + math.exp(-margin)) if margin > -_LARGEST else 0.0


class _AcceptanceFilter:
    """Has the last word on a candidate: by what it looks like, and by the judges themselves where asked to.

    Candidates come in order of effort. So whatever goes as far as a refused one in every change, and further
    in some, is padded: the plain one reaches the target and holds without what was added.
    """

    def __init__(self, attempt: _ExactQuery, share: float, careful: bool) -> None:
        self._attempt = attempt
        self._share = share
        self._careful = careful
        self._refused: list[IntArray] = []
        self.best_refused: PlausibilityLevel | None = None
        """The highest standard among candidates refused for what they look like."""

    def __call__(self, levels: IntArray) -> float | Refusal:
        """The distance to the nearest real people, by which ties are broken."""
        if any((plain <= levels).all() for plain in self._refused):
            return Refusal.WITH_ALL_FURTHER
        candidate, profile = levels[None], self._attempt.profile
        if self._careful and not self._attempt.is_robust([levels], self._share)[0]:
            return Refusal.ALONE
        distance = profile.distances(candidate)
        standard = PlausibilityLevel(profile.standards(candidate, distance)[0])
        if standard < self._attempt.standard:
            self._refused.append(levels)
            self.best_refused = max(standard, self.best_refused or standard)
            return Refusal.WITH_ALL_FURTHER
        return float(distance[0])
