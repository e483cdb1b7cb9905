"""Scoring candidates in full, and selecting the options of an answer."""

from dataclasses import dataclass

import numpy as np

from app.domain.schema import BoolArray, FloatArray, IntArray
from app.domain.tolerances import SAME
from app.engine.neighbours import distinct
from app.engine.plausibility_profile import PlausibilityProfile
from app.engine.preferences import Preferences
from app.engine.problem import RecourseProblem
from app.engine.rank import by_effort, diverse
from app.engine.references import ReferenceData
from app.engine.robustness import RobustnessEvaluator
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


def select_options(
    problem: RecourseProblem,
    references: ReferenceData,
    preferences: Preferences,
    proposed: IntArray,
    searched: IntArray,
    finished: bool,
) -> ScoredCandidates:
    """The options to show from repaired proposals and from what the search found.

    `finished`: what it found are options already, the best there are, and not a pool to pick from.
    """
    profile = PlausibilityProfile(problem.levers, references.population, references.density)
    if not finished:
        pool = distinct(np.concatenate([proposed, searched]))
        return shortlist_and_trim(
            problem, references.evaluator, profile, pool, preferences.count, preferences.min_robustness
        )
    options = score(problem, references.evaluator, profile, searched)
    if len(proposed):
        options += shortlist_and_trim(
            problem, references.evaluator, profile, proposed, preferences.count, preferences.min_robustness
        )
    return rank_and_diversify(options, problem.target, preferences.count, preferences.min_robustness)


def rank_and_diversify(
    scored: ScoredCandidates, target: float, count: int, min_robustness: float
) -> ScoredCandidates:
    """The options to show, least effort first, none of which changes all that one before it changes.

    Those that hold; where none does, those that hold in the largest share in reach, to a twentieth. Of either
    only those that look most like real people.
    """
    able = scored[scored.is_robust(target, min(min_robustness, _largest_share(scored, target)))]
    if len(able.levels) == 0:
        return able
    alike = able[able.plausibility_level == able.plausibility_level.max()]
    return alike[diverse(alike.levels, by_effort(alike.effort, alike.distance), count)]


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
    chosen = rank_and_diversify(scored, problem.target, 2 * count, min_robustness)
    claimed = np.minimum(_twentieths(chosen.robustness), min_robustness)  # that each holds, or how well

    def keep_claim(candidates: IntArray, parents: IntArray) -> BoolArray:
        return _is_robust(problem, evaluator, candidates, claimed[parents])

    trimmed = trim(problem, chosen.levels, keep_claim)
    final = score(problem, evaluator, profile, distinct(trimmed))
    return rank_and_diversify(final, problem.target, count, min_robustness)


def score(
    problem: RecourseProblem, evaluator: RobustnessEvaluator, profile: PlausibilityProfile, levels: IntArray
) -> ScoredCandidates:
    """Score candidates in full; those over the target get no credit for holding."""
    rows = problem.levers.rows(levels)
    risk = problem.risk(levels)
    reached = problem.reached(risk)
    refits, noise, adherence = (np.zeros(len(levels)) for _ in range(3))
    refits[reached] = evaluator.refits(rows[reached], problem.target)
    noise[reached], adherence[reached] = evaluator.noise_and_adherence(
        problem.classifier, problem.levers, levels[reached], problem.target
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
    good[good] = evaluator.refits(rows[good], problem.target) >= floor[good]
    noise, adherence = evaluator.noise_and_adherence(
        problem.classifier, problem.levers, levels[good], problem.target
    )
    good[good] = np.minimum(noise, adherence) >= floor[good]
    return good


def _shortlist(
    problem: RecourseProblem, evaluator: RobustnessEvaluator, levels: IntArray, min_robustness: float
) -> IntArray:
    """The candidates most worth the costlier draws: cheap ones that most refits keep."""
    effort = problem.levers.effort(levels)
    refits = evaluator.refits(problem.levers.rows(levels), problem.target)
    held = np.minimum(refits, min_robustness)
    order = np.lexsort((effort, -held))
    varied = diverse(levels, order, SHORTLIST // 2)
    chosen = np.unique(np.concatenate([varied, order[:SHORTLIST]]))
    return levels[chosen]
