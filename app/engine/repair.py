"""From a raw proposal to candidates worth scoring: obey relations, repair near misses."""

from dataclasses import dataclass

import numpy as np

from app.domain.schema import BoolArray, IntArray
from app.domain.tolerances import LEAST_EFFORT, SAME_RISK
from app.engine.neighbours import distinct, effective_moves, extensions
from app.engine.problem import RecourseProblem

MARGIN = 0.08
"""Repair goes on until a candidate lies this far below the target, where most candidates hold."""


@dataclass(frozen=True, slots=True)
class RepairResult:
    """What became of proposals.

    `levels` holds every stage of a proposal that reached the target. `valid` counts proposals that
    reached it as they came, `repaired` those that reached it only after more was changed.
    """

    levels: IntArray
    valid: int
    repaired: int


def repair(problem: RecourseProblem, proposals: IntArray) -> RepairResult:
    """Bring proposals under the target by the smallest number of further moves."""
    if len(proposals) == 0:
        return RepairResult(proposals, valid=0, repaired=0)
    moves = effective_moves(problem)
    levels = enforce_constraints(problem, proposals)
    valid = problem.reached(problem.risk(levels)) & problem.levers.allowed(proposals)
    reached_by_now = problem.reached(problem.risk(levels))
    stages = [levels[reached_by_now]]
    for _ in range(problem.levers.max_changes):
        if problem.budget.is_overdrawn:
            break
        levels, moved = _one_move_further(problem, levels, moves)
        reached = problem.reached(problem.risk(levels))
        stages.append(levels[reached & moved])
        reached_by_now |= reached
        if not moved.any():
            break
    kept = distinct(np.concatenate(stages))
    return RepairResult(kept, valid=int(valid.sum()), repaired=int((reached_by_now & ~valid).sum()))


def enforce_constraints(problem: RecourseProblem, proposals: IntArray) -> IntArray:
    """Proposals cut down to those that change no more than allowed and keep every relation.

    From a proposal that asks too much, the change whose loss raises the risk least goes first.
    """
    levels = proposals.copy()
    while True:
        bad = np.flatnonzero(~problem.levers.allowed(levels) & levels.any(axis=1))
        if len(bad) == 0:
            return levels
        for index in bad:
            changed = np.flatnonzero(levels[index])
            without = np.repeat(levels[index][None, :], len(changed), axis=0)
            without[np.arange(len(changed)), changed] = 0
            levels[index] = without[problem.risk(without).argmin()]


def _one_move_further(
    problem: RecourseProblem, levels: IntArray, moves: IntArray
) -> tuple[IntArray, BoolArray]:
    """The move of each candidate that takes most risk off per effort; none once well below the target."""
    risk = problem.risk(levels)
    moved = np.zeros(len(levels), dtype=bool)
    open_ones = np.flatnonzero(risk > problem.target - MARGIN)
    children, parents = extensions(levels[open_ones], moves)
    parents = open_ones[parents]
    allowed = problem.levers.allowed(children)
    children, parents = children[allowed], parents[allowed]
    if len(children) == 0:
        return levels, moved
    lower = risk[parents] - problem.risk(children)
    extra = problem.levers.effort(children) - problem.levers.effort(levels)[parents]
    order = np.lexsort((-lower / np.maximum(extra, LEAST_EFFORT), parents))
    first = order[np.unique(parents[order], return_index=True)[1]]
    first = first[lower[first] > SAME_RISK]
    result = levels.copy()
    result[parents[first]] = children[first]
    moved[parents[first]] = True
    return result, moved
