"""The exact way to an answer: options that hold and look like real people, or proof that there are none.

What is out of reach is asked for again in a weaker form, stage by stage (`Stage`). First options may look
less like real people: how typical somebody looks is a matter of degree, and the answer says so. Only where
nothing at all holds in the wished share of scenarios is the share lowered.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from app.domain.levers import Levers
from app.domain.schema import BoolArray, FloatArray, IntArray
from app.domain.tolerances import SAME
from app.engine.budget import JUDGED, Budget
from app.engine.exact.acceptance import AcceptanceFilter
from app.engine.exact.lowest import lowest_risk
from app.engine.exact.scenarios import Scenarios, all_scenarios, classifier_alone, goals_in
from app.engine.exact.solver import ExactSearch, Refusal, Solved
from app.engine.plausibility_profile import PlausibilityLevel, PlausibilityProfile
from app.engine.preferences import Preferences
from app.engine.problem import RecourseProblem
from app.engine.references import ReferenceData
from app.engine.search_result import SearchResult
from app.engine.selection import score

_PATIENCE = 200
"""How many candidates unlike real people are passed over before such are taken as well."""
_SET_UP = 60
"""In work: reducing the trees to one scenario, for each lever."""
_SHARES = np.arange(1, 20) / 20
"""Robustness that is tried where what was asked for is out of reach."""


@dataclass(frozen=True, slots=True)
class Stage:
    """What is asked of options, from what the caller wishes to what is in reach."""

    share: float
    """Of refits, noise draws and adherence draws: in at least so many an option holds."""
    plausibility_level: PlausibilityLevel = PlausibilityLevel.TYPICAL
    """An option looks at least so much like real people."""
    verified: bool = False
    """Classifier and committee themselves judge each candidate; else only the options that come out."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """What a stage came to."""

    stage: Stage
    solved: Solved
    best_rejected: PlausibilityLevel | None
    """The highest level among candidates that were rejected for looking less than the stage asks."""


def find_exactly(
    problem: RecourseProblem,
    references: ReferenceData,
    preferences: Preferences,
    work: float,
    alone: ExactSearch | None = None,
    met: IntArray | None = None,
) -> SearchResult:
    """The options of least effort, proved; or the lowest risk in reach, proved.

    Options hold in at least the wished share of refits, noise draws and adherence draws; where none does, in
    the largest share in reach. Among either, those that look like real people come before those
    that do not. What is not proved with so much `work` (`Budget`) is given as a bound; where it does not
    reach to tell whether anything holds, what reaches the target is given for others to choose from. `alone`
    is the search in the classifier's trees, where that is at hand; `met` are permitted candidates that may
    hold in many scenarios, from which the largest share is looked for.
    """
    query = _ExactQuery(problem, references, preferences.enumerated, problem.budget.part(work), met)
    alone = alone or ExactSearch(query.forest, classifier_alone, problem.levers)
    if preferences.min_robustness == 0:
        attempt = query.relax(alone, 0.0)
        return query.result(attempt) if attempt.solved.levels else query.infeasible(alone, attempt.solved)
    reaching = query.cheapest(alone, 0.0)
    if not reaching.levels:
        return query.infeasible(alone, reaching)
    robust = ExactSearch(query.forest, query.scenarios, problem.levers, alone.by_marginal_effect())
    attempt = query.relax(robust, preferences.min_robustness)
    if not attempt.solved.levels:  # the budget was spent before anything was found that holds
        return replace(query.result(attempt), levels=np.stack(reaching.levels), proved=False)
    return query.result(attempt)


class _ExactQuery:
    """One question, with all that its stages share."""

    def __init__(
        self,
        problem: RecourseProblem,
        references: ReferenceData,
        count: int,
        budget: Budget,
        met: IntArray | None,
    ) -> None:
        if references.forest is None:
            raise ValueError("exact search needs to see the trees of classifier and committee")
        self.problem = problem
        self.references = references
        self.count = count
        self.budget = budget
        self.met = problem.unchanged if met is None else met
        self.forest, self.links = references.forest, references.links
        self.profile = PlausibilityProfile(problem.levers, references.population, references.density)

    def scenarios(self, levers: Levers) -> Scenarios:
        scenarios = all_scenarios(levers, self.references.evaluator)
        self.problem.budget.spend(_SET_UP * scenarios.number * len(levers))
        return scenarios

    def relax(self, search: ExactSearch, wished: float) -> Attempt:
        """The first stage that has options, from the wished share of scenarios on; or else the last one."""
        attempt = self._attempt(search, Stage(wished))
        while (stage := self._next(search, attempt, wished)) is not None:
            attempt = self._attempt(search, stage)
        return attempt

    def _next(self, search: ExactSearch, attempt: Attempt, wished: float) -> Stage | None:
        """What to ask for after this attempt; None where it has options, or asking for less is no use."""
        stage, solved = attempt.stage, attempt.solved
        if not stage.verified and not self._are_robust(solved.levels, stage.share).all():
            # Trees add up to something else here than in the classifier: the last digits decide.
            return replace(stage, verified=True)
        if solved.levels:
            return None
        if attempt.best_rejected is not None:
            # What would do looks unlike real people: ask for no more than the best of it comes up to.
            return Stage(stage.share, attempt.best_rejected)
        if 0 < stage.share == wished and solved.complete:
            # It is proved that nothing holds in so many scenarios, whatever it looks like.
            return Stage(self._largest_share(search, wished), stage.plausibility_level)
        return None

    def _attempt(self, search: ExactSearch, stage: Stage) -> Attempt:
        def is_robust(levels: IntArray) -> bool:
            return bool(self._are_robust([levels], stage.share)[0])

        judge = AcceptanceFilter(
            self.profile, stage.plausibility_level, is_robust if stage.verified else None
        )

        def accept(levels: IntArray) -> float | Refusal:
            self.problem.budget.spend(JUDGED)
            return judge(levels)

        solved = search.best(self._goals(search), stage.share, self.count, accept, self.budget, _PATIENCE)
        return Attempt(stage, solved, judge.best_rejected)

    def _are_robust(self, levels: Sequence[IntArray], share: float) -> BoolArray:
        """Of which candidates classifier and committee themselves say what the trees do."""
        if not levels:
            return np.ones(0, dtype=bool)
        problem, candidates = self.problem, np.stack(levels)
        if share == 0:
            return problem.reached(problem.risk(candidates))
        scored = score(problem, self.references.evaluator, self.profile, candidates)
        return scored.is_robust(problem.target, share)

    def _largest_share(self, search: ExactSearch, unreachable: float) -> float:
        """The largest of `_SHARES` in reach, below one that is known not to be; 0 if none is.

        What a candidate holds in is in reach, and so is every smaller share. From the best that was met on it
        is looked for in growing steps (Bentley and Yao, 1976): mostly nothing holds in more than that.
        """
        high = int(np.searchsorted(_SHARES, unreachable - SAME))
        low, step = min(self._shares_held(search, self.met), high), 1
        while low < high:
            tried = min(low + step, high)
            solved = self.cheapest(search, float(_SHARES[tried - 1]))
            if solved.levels:
                low, step = max(tried, min(self._shares_held(search, solved.levels), high)), 2 * step
            else:
                high, step = tried - 1, 1
        return float(_SHARES[low - 1]) if low else 0.0

    def _shares_held(self, search: ExactSearch, candidates: Iterable[IntArray]) -> int:
        """In how many of `_SHARES`, by the trees, the best of these candidates holds."""
        goals = self._goals(search)
        held = max((search.share_held(levels, goals, self.budget) for levels in candidates), default=0.0)
        return int(np.searchsorted(_SHARES, held + SAME, side="right"))

    def cheapest(self, search: ExactSearch, share: float) -> Solved:
        """The candidate of least effort by the trees alone, whatever it looks like."""
        return search.best(self._goals(search), share, 1, lambda levels: 0.0, self.budget)

    def _goals(self, search: ExactSearch) -> FloatArray:
        problem, scenarios = self.problem, search.scenarios
        return goals_in(scenarios, self.links, problem.target, problem.goal_of_refits, problem.goal_of_draws)

    def result(self, attempt: Attempt) -> SearchResult:
        """An attempt as what a search brings home."""
        stage, solved = attempt.stage, attempt.solved
        levels = np.array(solved.levels, dtype=np.int64).reshape(-1, len(self.problem.levers))
        return SearchResult(levels, None, True, solved.bound, stage.share, stage.plausibility_level)

    def infeasible(self, alone: ExactSearch, solved: Solved) -> SearchResult:
        """Nothing reaches the target, or nothing was found that does: how far down the risk goes."""
        lowest = lowest_risk(self.problem, alone, self.links.classifier, self.budget)
        return SearchResult(
            self.problem.unchanged[:0],
            lowest,
            proved=solved.complete,
            bound=solved.bound,
        )
