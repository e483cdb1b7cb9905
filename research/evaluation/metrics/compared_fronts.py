"""The front of effort and risk beside a look at every permitted candidate.

Nothing is taken from the search: all candidates are scored, sorted by effort, and the lowest risk within each
effort is kept.
"""

from dataclasses import dataclass

import numpy as np

from app.domain.schema import FloatArray
from app.domain.tolerances import SAME
from app.engine.front import Front
from app.engine.problem import RecourseProblem
from research.evaluation.metrics.every_way import every_candidate

SAME_FRONT = 1e-6
"""Risks further apart than this are a difference."""


@dataclass(frozen=True, slots=True)
class ComparedFront:
    """One person's front and what all candidates say of it.

    `points`: of the front that was found; `proved`: whether it claims to be all of it. `apart`: the largest
    difference of risk at any effort up to which it claims to be complete. `misjudged`: of the targets asked
    for, those of whose least effort, or of whether they can be reached, the front says otherwise.
    """

    candidates: int
    points: int
    proved: bool
    apart: float
    misjudged: int

    @property
    def differs(self) -> bool:
        return self.apart > SAME_FRONT or self.misjudged > 0


def compare(problem: RecourseProblem, front: Front, targets: list[float]) -> ComparedFront:
    """Hold a front against every candidate, at every effort and for each target."""
    everyone = every_candidate(problem)
    effort, risk = problem.levers.effort(everyone), problem.risk(everyone)
    now = float(problem.risk(problem.unchanged)[0])
    known = effort < front.bound - SAME
    efforts = np.unique(np.concatenate([effort[known], front.effort[front.effort < front.bound - SAME]]))
    apart = _lowest(effort, risk, efforts, now) - _lowest(front.effort, front.risk, efforts, now)
    wrong = [
        target for target in targets if target < now - SAME_FRONT and not _agrees(effort, risk, front, target)
    ]
    return ComparedFront(
        candidates=len(everyone),
        points=len(front.risk),
        proved=front.proved,
        apart=float(np.abs(apart).max(initial=0.0)),
        misjudged=len(wrong),
    )


def _lowest(effort: FloatArray, risk: FloatArray, efforts: FloatArray, now: float) -> FloatArray:
    """The lowest risk of those that take at most so much effort, nothing done included; shape (efforts,)."""
    order = np.argsort(effort, kind="stable")
    within = np.minimum.accumulate(np.concatenate([[now], risk[order]]))
    return within[np.searchsorted(effort[order], efforts + SAME, side="right")]


def _agrees(effort: FloatArray, risk: FloatArray, front: Front, target: float) -> bool:
    """Whether the front knows the least effort for a target; beyond its bound it need not."""
    least = _least(effort, risk, target + SAME_FRONT), _least(effort, risk, target - SAME_FRONT)
    told = _least(front.effort, front.risk, target)
    if not front.proved and told >= front.bound - SAME:
        return least[1] >= front.bound - SAME
    # A risk that lies on the target but for rounding may count either way.
    return least[0] - SAME <= told <= least[1] + SAME


def _least(effort: FloatArray, risk: FloatArray, target: float) -> float:
    return float(effort[risk <= target].min(initial=np.inf))
