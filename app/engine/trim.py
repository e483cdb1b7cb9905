"""Taking away what an option does not need."""

from collections.abc import Callable
from itertools import product
from math import prod

import numpy as np

from app.domain.schema import BoolArray, IntArray
from app.engine.neighbours import reductions
from app.engine.problem import RecourseProblem

Good = Callable[[IntArray, IntArray], BoolArray]
"""Which candidates, shape (n, levers), still do what their parents do; the second array, of shape (n,), holds
the parents' indices."""

MOST_WITHIN = 1 << 14
"""How many candidates that go less far are looked at, one by one."""
_AT_ONCE = 64


def trim(problem: RecourseProblem, levels: IntArray, good: Good) -> IntArray:
    """For each candidate one that goes no further in any change, and in which nothing is needless.

    Of a category, whose levels are its moves by rising effort, a move of less effort is less far.
    No change of it can be dropped or lessened, nor several together, with the candidate still being `good`.
    Where there are more than `MOST_WITHIN` ways to lessen it, or the budget is spent, that is certain of
    single changes alone; with the budget overdrawn, of none.
    """
    lessened = _greedily(problem, levels, good)
    least = [_least_within(problem, candidate, place, good) for place, candidate in enumerate(lessened)]
    return np.array(least, dtype=np.int64).reshape(levels.shape)


def _greedily(problem: RecourseProblem, levels: IntArray, good: Good) -> IntArray:
    """Undo or lessen one change after another, the most costly first."""
    levels = levels.copy()
    while True:
        if problem.budget.is_overdrawn:
            return levels
        children, parents = reductions(levels)
        allowed = problem.levers.allowed(children)
        children, parents = children[allowed], parents[allowed]
        still = good(children, parents)
        children, parents = children[still], parents[still]
        if len(children) == 0:
            return levels
        effort = problem.levers.effort(children)
        order = np.lexsort((effort, parents))
        first = order[np.unique(parents[order], return_index=True)[1]]
        levels[parents[first]] = children[first]


def _least_within(problem: RecourseProblem, levels: IntArray, place: int, good: Good) -> IntArray:
    """The candidate of least effort among all that go no further; shape (levers,)."""
    if problem.budget.is_spent or prod((levels + 1).tolist()) > MOST_WITHIN:
        return levels
    within = np.array(list(product(*(range(level + 1) for level in levels))), dtype=np.int64)
    within = within[problem.levers.allowed(within)]
    within = within[problem.reached(problem.risk(within))]
    within = within[np.argsort(problem.levers.effort(within), kind="stable")]
    for start in range(0, len(within), _AT_ONCE):
        if problem.budget.is_overdrawn:
            return levels
        some = within[start : start + _AT_ONCE]
        still = good(some, np.full(len(some), place))
        if still.any():
            return some[int(np.argmax(still))]
    return levels
