"""Judging candidates and picking the options of an answer."""

from dataclasses import dataclass

import numpy as np

from app.domain.schema import BoolArray, FloatArray, IntArray
from app.engine.likeness import Likeness
from app.engine.moves import distinct
from app.engine.question import Question
from app.engine.rank import by_effort, diverse
from app.engine.robustness import Judge
from app.engine.trim import trim
from app.engine.wish import Wish
from app.engine.yardsticks import Yardsticks

SAME = 1e-9
"""Shares and efforts that differ by less are equal."""
SHORTLIST = 24
"""How many candidates are put to noise and adherence draws; refits alone sort out most."""


@dataclass(frozen=True, slots=True)
class Judged:
    """Candidates with their figures, each array of shape (n, …)."""

    levels: IntArray
    risk: FloatArray
    effort: FloatArray
    refits: FloatArray
    noise: FloatArray
    adherence: FloatArray
    distance: FloatArray
    """To the nearest real people of the target class."""
    standard: IntArray
    """How much it looks like them: a `Standard`."""

    @property
    def least(self) -> FloatArray:
        return np.minimum(np.minimum(self.refits, self.noise), self.adherence)

    def holding(self, target: float, min_robustness: float) -> BoolArray:
        """Which reach the target and hold in at least this share of refits, noise and adherence draws."""
        return (self.risk <= target) & (self.least >= min_robustness - SAME)

    def __getitem__(self, index: IntArray | BoolArray) -> "Judged":
        return Judged(*(getattr(self, name)[index] for name in self.__slots__))

    def __add__(self, other: "Judged") -> "Judged":
        return Judged(
            *(np.concatenate([getattr(self, name), getattr(other, name)]) for name in self.__slots__)
        )


def options_from(
    question: Question,
    yardsticks: Yardsticks,
    wish: Wish,
    proposed: IntArray,
    searched: IntArray,
    finished: bool,
) -> Judged:
    """The options to show from settled proposals and from what the search found.

    `finished`: what it found are options already, the best there are, and not a pool to pick from.
    """
    likeness = Likeness(question.levers, yardsticks.crowd, yardsticks.density)
    if not finished:
        pool = distinct(np.concatenate([proposed, searched]))
        return pick(question, yardsticks.judge, likeness, pool, wish.count, wish.min_robustness)
    options = judge_all(question, yardsticks.judge, likeness, searched)
    if len(proposed):
        options += pick(question, yardsticks.judge, likeness, proposed, wish.count, wish.min_robustness)
    return choose(options, question.target, wish.count, wish.min_robustness)


def choose(judged: Judged, target: float, count: int, min_robustness: float) -> Judged:
    """The options to show, least effort first, none of which changes all that one before it changes.

    Those that hold; where none does, those that hold in the largest share in reach, to a twentieth. Of either
    only those that look most like real people.
    """
    able = judged[judged.holding(target, min(min_robustness, _largest_share(judged, target)))]
    if len(able.levels) == 0:
        return able
    alike = able[able.standard == able.standard.max()]
    return alike[diverse(alike.levels, by_effort(alike.effort, alike.distance), count)]


def _largest_share(judged: Judged, target: float) -> float:
    return float(_twentieths(judged.least[judged.risk <= target].max(initial=0.0)))


def _twentieths(share: FloatArray | float) -> FloatArray:
    """Shares rounded down to twentieths."""
    return np.floor(np.asarray(share) * 20 + 20 * SAME) / 20


def pick(
    question: Question, judge: Judge, likeness: Likeness, levels: IntArray, count: int, min_robustness: float
) -> Judged:
    """The options to show from a pool of candidates that reach the target, trimmed of what is needless."""
    shortlist = _shortlist(question, judge, levels, min_robustness)
    judged = judge_all(question, judge, likeness, shortlist)
    chosen = choose(judged, question.target, 2 * count, min_robustness)
    floor = np.minimum(_twentieths(chosen.least), min_robustness)  # what each claims: to hold, or how well
    trimmed = trim(question, chosen.levels, lambda them, of: _holding(question, judge, them, floor[of]))
    final = judge_all(question, judge, likeness, distinct(trimmed))
    return choose(final, question.target, count, min_robustness)


def judge_all(question: Question, judge: Judge, likeness: Likeness, levels: IntArray) -> Judged:
    """Score candidates in full; those over the target get no credit for holding."""
    rows = question.levers.rows(levels)
    risk = question.risk(levels)
    reached = question.reached(risk)
    refits, noise, adherence = (np.zeros(len(levels)) for _ in range(3))
    refits[reached] = judge.refits(rows[reached], question.target)
    noise[reached], adherence[reached] = judge.noise_and_adherence(
        question.classifier, question.levers.factual, rows[reached], question.target
    )
    distance = likeness.distances(levels)
    standard = likeness.standards(levels, distance)
    effort = question.levers.effort(levels)
    return Judged(levels, risk, effort, refits, noise, adherence, distance, standard)


def _holding(question: Question, judge: Judge, levels: IntArray, floor: FloatArray) -> BoolArray:
    """Which candidates reach the target and hold in at least their share of `floor`, shape (n,).

    The cheap tests come first, the costly ones on what is left.
    """
    rows, floor = question.levers.rows(levels), floor - SAME
    good = question.reached(question.risk(levels))
    good[good] = judge.refits(rows[good], question.target) >= floor[good]
    noise, adherence = judge.noise_and_adherence(
        question.classifier, question.levers.factual, rows[good], question.target
    )
    good[good] = np.minimum(noise, adherence) >= floor[good]
    return good


def _shortlist(question: Question, judge: Judge, levels: IntArray, min_robustness: float) -> IntArray:
    """The candidates most worth the costlier draws: cheap ones that most refits keep."""
    effort = question.levers.effort(levels)
    refits = judge.refits(question.levers.rows(levels), question.target)
    held = np.minimum(refits, min_robustness)
    order = np.lexsort((effort, -held))
    varied = diverse(levels, order, SHORTLIST // 2)
    chosen = np.unique(np.concatenate([varied, order[:SHORTLIST]]))
    return levels[chosen]
