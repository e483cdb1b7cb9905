"""Every candidate of a small question, judged one by one: what the exact search must agree with."""

import itertools
import math

import numpy as np

from app.domain.schema import BoolArray, FloatArray, IntArray
from app.domain.tolerances import SAME_DECIMALS
from app.engine.problem import RecourseProblem
from app.engine.robustness import RobustnessEvaluator

MOST = 4_000


def all_candidates(problem: RecourseProblem) -> IntArray:
    """All permitted candidates but the unchanged one, shape (n, levers)."""
    sizes = [range(lever.top + 1) for lever in problem.levers]
    levels = np.array(list(itertools.product(*sizes)), dtype=np.int64)
    return levels[problem.levers.allowed(levels) & levels.any(axis=1)]


def is_small(problem: RecourseProblem) -> bool:
    return math.prod(lever.top + 1 for lever in problem.levers) <= MOST


def shares(problem: RecourseProblem, evaluator: RobustnessEvaluator, levels: IntArray) -> FloatArray:
    """The least of the three robustness shares of each candidate, shape (n,)."""
    rows = problem.levers.rows(levels)
    refits = evaluator.refits(rows, problem.goal_of_refits)
    noise, adherence = evaluator.noise_and_adherence(
        problem.classifier, problem.levers, levels, problem.goal_of_draws
    )
    return np.minimum(np.minimum(refits, noise), adherence)


def will_do(
    problem: RecourseProblem, evaluator: RobustnessEvaluator, levels: IntArray, share: float
) -> BoolArray:
    good = problem.reached(problem.risk(levels))
    if share > 0:
        good[good] = shares(problem, evaluator, levels[good]) >= share - 1e-9
    return good


def best_options(problem: RecourseProblem, levels: IntArray, count: int) -> list[float]:
    """Efforts of the options that greedy choice by effort gives: none contains an earlier one's features.

    Of the same effort those that move fewer features come first.
    """
    effort = problem.levers.effort(levels)
    chosen: list[tuple[frozenset[int], float]] = []
    for index in np.lexsort((np.count_nonzero(levels, axis=1), np.round(effort, SAME_DECIMALS))):
        moved = frozenset(np.flatnonzero(levels[index]).tolist())
        if not any(other <= moved for other, _ in chosen):
            chosen.append((moved, float(effort[index])))
    return [effort for _, effort in chosen[:count]]


def has_needless(problem: RecourseProblem, levels: IntArray, enough: IntArray) -> BoolArray:
    """Which candidates go as far in every change as one that is enough, and further in some.

    No category is on the way to another: there only the same one is as far.
    """
    candidates, others = levels[:, None], enough[None]
    as_far = np.where(problem.levers.choices, candidates == others, candidates >= others) | (others == 0)
    return np.asarray((as_far.all(axis=2) & (candidates != others).any(axis=2)).any(axis=1))
