"""Scoring candidates in full, and selecting the options of an answer."""

from dataclasses import dataclass

import numpy as np

from app.domain.counterfactual import Diversity
from app.domain.schema import BoolArray, FloatArray, IntArray
from app.domain.tolerances import SAME
from app.engine.budget import JUDGED, SCORED
from app.engine.neighbours import distinct
from app.engine.plausibility_profile import PlausibilityProfile
from app.engine.preferences import Preferences
from app.engine.problem import RecourseProblem
from app.engine.rank import by_effort, minimal
from app.engine.references import ReferenceData
from app.engine.robustness import RobustnessEvaluator
from app.engine.strategies import different, themes_of
from app.engine.trim import trim

SHORTLIST = 24
"""How many candidates are put to noise and adherence draws; refits alone sort out most."""


@dataclass(frozen=True, slots=True)
class ScoredCandidates:
    """Candidates with their figures, each array of shape (n, …)."""

    levels: IntArray
    risk: FloatArray
    effort: FloatArray
    refits: FloatArray
    noise: FloatArray
    adherence: FloatArray
    distance: FloatArray
    """To the nearest real people of the target class."""
    plausibility_level: IntArray
    """How much it looks like them: a `PlausibilityLevel`."""

    @property
    def robustness(self) -> FloatArray:
        """The least of the three shares."""
        return np.minimum(np.minimum(self.refits, self.noise), self.adherence)

    def is_robust(self, target: float, min_robustness: float) -> BoolArray:
        """Which reach the target and hold in at least this share of refits, noise and adherence draws."""
        return (self.risk <= target) & (self.robustness >= min_robustness - SAME)

    def __getitem__(self, index: IntArray | BoolArray) -> "ScoredCandidates":
        return ScoredCandidates(*(getattr(self, name)[index] for name in self.__slots__))

    def __add__(self, other: "ScoredCandidates") -> "ScoredCandidates":
        return ScoredCandidates(
            *(np.concatenate([getattr(self, name), getattr(other, name)]) for name in self.__slots__)
        )


@dataclass(frozen=True, slots=True)
class Selection:
    """The options to show, and how many further ones that hold as well were not chosen."""

    options: ScoredCandidates
    left_out: int


def select_options(
    problem: RecourseProblem,
    references: ReferenceData,
    preferences: Preferences,
    proposed: IntArray,
    searched: IntArray,
    finished: bool,
) -> Selection:
    """The options to show from repaired proposals and from what the search found.

    `finished`: what it found are options already, the best there are, and not a pool to pick from.
    """
    profile = PlausibilityProfile(problem.levers, references.population, references.density)
    evaluator, count = references.evaluator, preferences.enumerated
    if not finished:
        pool = distinct(np.concatenate([proposed, searched]))
        options = shortlist_and_trim(problem, evaluator, profile, pool, count, preferences.min_robustness)
    else:
        options = score(problem, evaluator, profile, searched)
        if len(proposed):
            options += shortlist_and_trim(
                problem, evaluator, profile, proposed, count, preferences.min_robustness
            )
    return _chosen(problem, preferences, options)


def _chosen(problem: RecourseProblem, preferences: Preferences, options: ScoredCandidates) -> Selection:
    """As many as are asked for, as different as they are wanted."""
    able = rank_and_minimise(options, problem.target, preferences.enumerated, preferences.min_robustness)
    if preferences.diversity is Diversity.LEAST_EFFORT:
        chosen = able[np.arange(min(preferences.count, len(able.levels)))]
    else:
        themes = themes_of(problem, able.levels)
        places = different(themes, able.levels, able.effort, preferences.count)
        chosen = able[np.array(places, dtype=np.int64)]
    return Selection(chosen, left_out=len(able.levels) - len(chosen.levels))


def rank_and_minimise(
    scored: ScoredCandidates, target: float, count: int, min_robustness: float
) -> ScoredCandidates:
    """The options worth showing, least effort first, none of which changes all that one before it changes.

    Those that hold; where none does, those that hold in the largest share in reach, to a twentieth. Of either
    only those that look most like real people.
    """
    able = scored[scored.is_robust(target, min(min_robustness, _largest_share(scored, target)))]
    if len(able.levels) == 0:
        return able
    alike = able[able.plausibility_level == able.plausibility_level.max()]
    return alike[minimal(alike.levels, by_effort(alike.effort, alike.distance), count)]


def _largest_share(scored: ScoredCandidates, target: float) -> float:
    return float(_twentieths(scored.robustness[scored.risk <= target].max(initial=0.0)))


def _twentieths(share: FloatArray | float) -> FloatArray:
    """Shares rounded down to twentieths."""
    return np.floor(np.asarray(share) * 20 + 20 * SAME) / 20


def shortlist_and_trim(
    problem: RecourseProblem,
    evaluator: RobustnessEvaluator,
    profile: PlausibilityProfile,
    levels: IntArray,
    count: int,
    min_robustness: float,
) -> ScoredCandidates:
    """The options to show from a pool of candidates that reach the target, trimmed of what is needless."""
    shortlist = _shortlist(problem, evaluator, levels, min_robustness)
    scored = score(problem, evaluator, profile, shortlist)
    chosen = rank_and_minimise(scored, problem.target, 2 * count, min_robustness)
    claimed = np.minimum(_twentieths(chosen.robustness), min_robustness)  # that each holds, or how well

    def keep_claim(candidates: IntArray, parents: IntArray) -> BoolArray:
        return _is_robust(problem, evaluator, candidates, claimed[parents])

    trimmed = trim(problem, chosen.levels, keep_claim)
    final = score(problem, evaluator, profile, distinct(trimmed))
    return rank_and_minimise(final, problem.target, count, min_robustness)


def score(
    problem: RecourseProblem, evaluator: RobustnessEvaluator, profile: PlausibilityProfile, levels: IntArray
) -> ScoredCandidates:
    """Score candidates in full; those over the target get no credit for holding."""
    rows = problem.levers.rows(levels)
    risk = problem.risk(levels)
    reached = problem.reached(risk)
    refits, noise, adherence = (np.zeros(len(levels)) for _ in range(3))
    held = int(reached.sum())
    problem.budget.spend(
        SCORED + evaluator.work_of_refits(held) + evaluator.work_of_draws(held) + JUDGED * len(levels)
    )
    refits[reached] = evaluator.refits(rows[reached], problem.goal_of_refits)
    noise[reached], adherence[reached] = evaluator.noise_and_adherence(
        problem.classifier, problem.levers, levels[reached], problem.goal_of_draws
    )
    distance = profile.distances(levels)
    plausibility_level = profile.plausibility_levels(levels, distance)
    effort = problem.levers.effort(levels)
    return ScoredCandidates(levels, risk, effort, refits, noise, adherence, distance, plausibility_level)


def _is_robust(
    problem: RecourseProblem, evaluator: RobustnessEvaluator, levels: IntArray, floor: FloatArray
) -> BoolArray:
    """Which candidates reach the target and hold in at least their share of `floor`, shape (n,).

    The cheap tests come first, the costly ones on what is left.
    """
    rows, floor = problem.levers.rows(levels), floor - SAME
    good = problem.reached(problem.risk(levels))
    problem.budget.spend(evaluator.work_of_refits(int(good.sum())))
    good[good] = evaluator.refits(rows[good], problem.goal_of_refits) >= floor[good]
    problem.budget.spend(evaluator.work_of_draws(int(good.sum())))
    noise, adherence = evaluator.noise_and_adherence(
        problem.classifier, problem.levers, levels[good], problem.goal_of_draws
    )
    good[good] = np.minimum(noise, adherence) >= floor[good]
    return good


def _shortlist(
    problem: RecourseProblem, evaluator: RobustnessEvaluator, levels: IntArray, min_robustness: float
) -> IntArray:
    """The candidates most worth the costlier draws: cheap ones that most refits keep."""
    effort = problem.levers.effort(levels)
    problem.budget.spend(evaluator.work_of_refits(len(levels)))
    refits = evaluator.refits(problem.levers.rows(levels), problem.goal_of_refits)
    held = np.minimum(refits, min_robustness)
    order = np.lexsort((effort, -held))
    varied = minimal(levels, order, SHORTLIST // 2)
    chosen = np.unique(np.concatenate([varied, order[:SHORTLIST]]))
    return levels[chosen]
