"""Judging candidates and picking the options of an answer."""

from dataclasses import dataclass

import numpy as np

from app.domain.schema import BoolArray, FloatArray, IntArray
from app.engine.moves import distinct
from app.engine.question import Question
from app.engine.rank import by_effort, diverse
from app.engine.robustness import Judge
from app.engine.settle import trim

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

    @property
    def least(self) -> FloatArray:
        return np.minimum(np.minimum(self.refits, self.noise), self.adherence)

    def __getitem__(self, index: IntArray | BoolArray) -> "Judged":
        return Judged(*(getattr(self, name)[index] for name in self.__slots__))


def pick(question: Question, judge: Judge, levels: IntArray, count: int, min_robustness: float) -> Judged:
    """The options to show from candidates that reach the target, best first.

    Those that hold (all three shares at least `min_robustness`) come by least effort. Only where none
    holds come the others, by how well they hold.
    """
    shortlist = _shortlist(question, judge, levels, min_robustness)
    judged = judge_all(question, judge, shortlist)
    holding = judged[judged.least >= min_robustness]
    if len(holding.levels) == 0:
        order = np.lexsort((judged.effort, -judged.least))
        return judged[diverse(judged.levels, order, count)]
    chosen = holding[diverse(holding.levels, by_effort(holding.effort, holding.risk), 2 * count)]
    trimmed = trim(question, chosen.levels, lambda them: _holding(question, judge, them, min_robustness))
    final = judge_all(question, judge, distinct(trimmed))
    return final[diverse(final.levels, by_effort(final.effort, final.risk), count)]


def judge_all(question: Question, judge: Judge, levels: IntArray) -> Judged:
    """Score candidates in full; those over the target get no credit for holding."""
    rows = question.levers.rows(levels)
    risk = question.risk(levels)
    reached = question.reached(risk)
    refits, noise, adherence = (np.zeros(len(levels)) for _ in range(3))
    refits[reached] = judge.refits(rows[reached], question.target)
    noise[reached], adherence[reached] = judge.noise_and_adherence(
        question.classifier, question.levers.factual, rows[reached], question.target
    )
    return Judged(levels, risk, question.levers.effort(levels), refits, noise, adherence)


def _holding(question: Question, judge: Judge, levels: IntArray, min_robustness: float) -> BoolArray:
    """Which candidates reach the target and hold: the cheap tests first, the costly ones on what is left."""
    rows = question.levers.rows(levels)
    good = question.reached(question.risk(levels))
    good[good] = judge.refits(rows[good], question.target) >= min_robustness
    noise, adherence = judge.noise_and_adherence(
        question.classifier, question.levers.factual, rows[good], question.target
    )
    good[good] = np.minimum(noise, adherence) >= min_robustness
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
