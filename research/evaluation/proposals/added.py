"""What a language model's proposals add to the search: the same question answered with and without them.

Of proposals only what is worth offering counts: after repair and trimming, options that hold; where the
search has none, improvements that hold.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from app.domain.counterfactual import Diversity, Generator
from app.domain.schema import FloatArray, IntArray
from app.domain.tolerances import SAME, SAME_RISK
from app.engine.front import FrontSearch
from app.engine.improvements import LITTLE, ImprovementSearch
from app.engine.neighbours import distinct
from app.engine.plausibility_profile import PlausibilityLevel, PlausibilityProfile
from app.engine.preferences import Preferences
from app.engine.problem import RecourseProblem
from app.engine.references import ReferenceData
from app.engine.repair import enforce_constraints, repair
from app.engine.search import search
from app.engine.search_result import SearchResult
from app.engine.selection import select_options, shortlist_and_trim
from app.engine.strategies import themes_of
from app.proposers.llm.response import read_answer
from research.evaluation.proposals.cases import Case, Reach
from research.improving import is_improvement

COUNT = 4
"""Options of an answer, as requests have them by default."""


@dataclass(frozen=True, slots=True)
class AddedScores:
    """One person's figures, each 1 or 0."""

    worth_offering: float
    """Some proposal is."""
    other_themes: float
    """Some such one has a set of themes that the search's answer does not show."""
    more_typical: float
    """Some such one looks like real people in all respects, where nothing that the search shows does."""
    less_effort: float
    """Some such one takes less effort for as low a risk as one of the same themes that the search shows."""
    in_answer: float
    """The answer with the proposals shows a set of themes that the one without does not."""


def added_scores(case: Case, texts: Sequence[str], references: ReferenceData) -> AddedScores:
    """The figures of one person's samples."""
    problem = case.problem
    read = [levels for text in texts if (levels := read_answer(problem.levers, text)) is not None]
    proposals = np.array(read, dtype=np.int64).reshape(len(read), len(problem.levers))
    asked = _Asked(problem, references, case.reach is Reach.ROBUST)
    shown, answered = asked.answer(proposals[:0]), asked.answer(proposals)
    worth = asked.worth_offering(proposals)
    known = set(themes_of(problem, shown))
    profile = PlausibilityProfile(problem.levers, references.population, references.density)
    return AddedScores(
        worth_offering=float(len(worth) > 0),
        other_themes=float(any(own not in known for own in themes_of(problem, worth))),
        more_typical=float(_has_typical(profile, worth) and not _has_typical(profile, shown)),
        less_effort=float(_beats_some(problem, worth, shown)),
        in_answer=float(any(own not in known for own in themes_of(problem, answered))),
    )


class _Asked:
    """One question, answered as the gateway does."""

    def __init__(self, problem: RecourseProblem, references: ReferenceData, has_options: bool) -> None:
        least = problem.schema.model.min_robustness
        self._problem, self._references, self._has_options = problem, references, has_options
        self._preferences = Preferences(COUNT, least, Generator.AUTO, Diversity.STRATEGIES)
        self._found: SearchResult = search(problem, references, self._preferences)
        self._fronts = FrontSearch(problem, references)

    def answer(self, proposals: IntArray) -> IntArray:
        """What is shown: options, and improvements beside them where none holds."""
        problem, references = self._problem, self._references
        repaired = repair(problem, proposals).levels
        options = select_options(
            problem, references, self._preferences, repaired, self._found.levels, self._found.proved
        ).options.levels
        if self._has_options:
            return options
        improved = ImprovementSearch(problem, references, self._preferences, self._fronts)
        return np.concatenate([options, improved.improvements(proposals).levels])

    def worth_offering(self, proposals: IntArray) -> IntArray:
        """Proposals that hold, without what they do not need."""
        problem, references, least = self._problem, self._references, self._preferences.min_robustness
        if not self._has_options:
            good = distinct(enforce_constraints(problem, proposals))
            good = good[is_improvement(problem, references, good)]
            return distinct(self._without_needless(good))
        repaired = repair(problem, proposals).levels
        if len(repaired) == 0:
            return repaired
        profile = PlausibilityProfile(problem.levers, references.population, references.density)
        kept = shortlist_and_trim(problem, references.evaluator, profile, repaired, len(repaired), least)
        return kept.levels[kept.is_robust(problem.target, least)]

    def _without_needless(self, levels: IntArray) -> IntArray:
        needed = [self._needed_of(one) for one in levels]
        return np.array(needed, dtype=np.int64).reshape(levels.shape)

    def _needed_of(self, levels: IntArray) -> IntArray:
        """An improvement without the changes that all together make a little of its fall."""
        furthest = self._problem.risk(levels[None])[0] + LITTLE * self._problem.schema.model.least_reduction
        while True:
            less = np.repeat(levels[None], len(levels), axis=0)
            np.fill_diagonal(less, 0)
            less = less[(levels > 0) & less.any(axis=1)]
            less = less[is_improvement(self._problem, self._references, less)]
            risk = self._problem.risk(less)
            if len(less) == 0 or risk.min() > furthest:
                return levels
            levels = less[int(risk.argmin())]


def _has_typical(profile: PlausibilityProfile, levels: IntArray) -> bool:
    if len(levels) == 0:
        return False
    looks = profile.plausibility_levels(levels, profile.distances(levels))
    return bool(looks.max() >= PlausibilityLevel.TYPICAL)


def _beats_some(problem: RecourseProblem, worth: IntArray, shown: IntArray) -> bool:
    risk, effort = _figures(problem, worth)
    shown_risk, shown_effort = _figures(problem, shown)
    as_low = risk[:, None] <= shown_risk[None] + SAME_RISK
    own, others = themes_of(problem, worth), themes_of(problem, shown)
    alike = np.array([[one == other for other in others] for one in own], dtype=bool).reshape(as_low.shape)
    return bool((alike & as_low & (effort[:, None] < shown_effort[None] - SAME)).any())


def _figures(problem: RecourseProblem, levels: IntArray) -> tuple[FloatArray, FloatArray]:
    return problem.risk(levels), problem.levers.effort(levels)
