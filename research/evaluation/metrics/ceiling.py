"""What any method could give: every permitted candidate of a person, one by one, before the judges."""

from dataclasses import dataclass

import numpy as np

from app.domain.schema import IntArray
from app.domain.tolerances import SAME_RISK
from app.engine.problem import RecourseProblem
from research.evaluation.metrics.coverage import Coverage, FallJudge, Held
from research.evaluation.metrics.every_way import every_candidate

_TOGETHER = 64


@dataclass(frozen=True, slots=True)
class Ceiling:
    """The best that is permitted to one person.

    `candidates`: how many were looked at. `largest`: the largest fall, whether or not it holds; `falls`:
    whether that is worth offering; `coverage`: what holds.
    """

    candidates: int
    largest: float
    falls: bool
    coverage: Coverage


def ceiling_of(problem: RecourseProblem, judge: FallJudge) -> Ceiling:
    """Look at every candidate; those of the largest fall come before the judge first, till one holds."""
    everyone = every_candidate(problem)
    now = float(problem.risk(problem.unchanged)[0])
    risk = problem.risk(everyone)
    everyone, risk = everyone[np.argsort(risk, kind="stable")], np.sort(risk, kind="stable")
    largest = max(now - float(risk[0]), 0.0) if len(risk) else 0.0
    worth_it = everyone[now - risk >= judge.rules.reduction - SAME_RISK]
    coverage = Coverage.NEITHER
    if _any(problem, judge, everyone[risk <= judge.rules.target], Coverage.REACHES):
        coverage = Coverage.REACHES
    elif _any(problem, judge, worth_it, Coverage.IMPROVES):
        coverage = Coverage.IMPROVES
    return Ceiling(len(everyone), largest, len(worth_it) > 0, coverage)


def _any(problem: RecourseProblem, judge: FallJudge, levels: IntArray, wanted: Coverage) -> bool:
    """Whether any of them does as much as is wanted."""
    starts = judge.starts(problem.levers.factual)
    for first in range(0, len(levels), _TOGETHER):
        few = levels[first : first + _TOGETHER]
        drawn = problem.levers.drawn_rows(few, judge.evaluator.draws)
        held: Held = judge.held(starts, problem.levers.rows(few), drawn)
        if (held.reaches if wanted is Coverage.REACHES else held.improves).any():
            return True
    return False
