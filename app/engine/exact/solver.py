"""Asking the branch and bound: the best options in order of effort, the lowest risk in reach."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from app.classifiers.forest import Forest
from app.domain.levers import Levers
from app.domain.schema import BoolArray, FloatArray, IntArray
from app.engine.exact.bounds import gains, knapsack
from app.engine.exact.branch import (
    BEYOND,
    FULL,
    NONE_LEFT,
    PAUSED,
    Frontier,
    Problem,
    advance,
    contains_one,
    enlarged,
    expand,
    frontier,
    lever_set,
    within_one,
)
from app.engine.exact.budget import Budget
from app.engine.exact.descent import descend, lowest_start
from app.engine.exact.reduce import reduced
from app.engine.exact.scenarios import Scenarios
from app.engine.nearness import NOBODY, nearness_of
from app.engine.plausibility import Crowd

MOST_LEVERS = 62
"""Sets of levers are the bits of one machine word."""
_STEPS = 256
_MOST_ROOM = 1 << 20
_SAME = 1e-9

Accept = Callable[[IntArray], float | None]
"""What the caller makes of a candidate: None if it will not do after all, else what decides between
candidates of equal effort (less is better)."""


@dataclass
class Solved:
    """Options in order of effort: none moves a set of levers that contains another's.

    Each is of least effort among all that could stand in its place. `bound`: whatever else there is costs
    at least as much; infinite when it is proved that there is nothing else.
    """

    levels: list[IntArray] = field(default_factory=list)
    bound: float = 0.0

    @property
    def complete(self) -> bool:
        return math.isinf(self.bound)


class ExactSearch:
    """One question's trees, reduced to its levers; may be asked several times."""

    def __init__(
        self,
        forest: Forest,
        scenarios: Callable[[Levers], Scenarios],
        levers: Levers,
        order: IntArray | None = None,
    ) -> None:
        """`order`: in which order levers are decided, those that matter most first; see `by_leverage`."""
        self._order = np.arange(len(levers)) if order is None else order
        self._levers = replace(levers, items=tuple(levers.items[place] for place in self._order))
        self._scenarios = scenarios(self._levers)
        self._reduced = reduced(forest, self._scenarios)
        self._gain = gains(self._reduced, self._scenarios.top)

    def by_leverage(self) -> IntArray:
        """The levers by what they can take off the classifier's margin for their effort, largest first."""
        top, every = self._scenarios.top, np.arange(len(self._levers))
        worth = self._gain[every, :, 0].max(axis=1, initial=0) / self._levers.efforts[every, top]
        return self._order[np.argsort(-worth, kind="stable")]

    def best(
        self,
        goal: float,
        share: float,
        count: int,
        accept: Accept,
        budget: Budget,
        patience: float = math.inf,
        near: Crowd | None = None,
    ) -> Solved:
        """Up to `count` options of least effort.

        An option brings the classifier's margin to `goal` or below, and those of at least `share` of each
        further group of scenarios. With `near`, it is as near to its nearest people of this crowd as they
        usually are to theirs. `accept` has the last word on each; after it has refused `patience`
        candidates, or with the budget spent, what is not done is left.
        """
        problem, open_ = self._problem(goal, share), frontier(len(self._levers))
        if near is not None:
            problem = problem._replace(nearness=nearness_of(self._levers, near), furthest=near.limit)
        solved, taken, tied = Solved(), np.empty(0, dtype=np.int64), _Tied()
        while len(solved.levels) < count:
            before = open_.sizes[2]
            item = advance(problem, open_, taken, tied.limit, _STEPS)
            budget.spend((open_.sizes[2] - before) * self._scenarios.number)
            if item >= 0:
                levels = open_.levels[item].copy()
                rank = accept(self._as_asked(levels))
                if rank is None:
                    patience -= 1
                    expand(problem, open_, item)
                else:
                    tied.add(open_.effort[item], rank, levels)
            elif item in (NONE_LEFT, BEYOND) and tied.members:
                taken = tied.settle(solved, taken, count)
                tied = _Tied()
                problem = self._without(problem, taken)
            elif item == NONE_LEFT:
                break
            elif item == FULL:
                open_ = enlarged(open_)
            if patience <= 0 or len(open_.effort) > _MOST_ROOM or budget.is_spent:
                break
        tied.settle(solved, taken, count)
        solved.levels = [self._as_asked(levels) for levels in solved.levels]
        solved.bound = _least_key(open_)
        return solved

    def lowest(self, budget: Budget) -> tuple[IntArray, float]:
        """The candidate of lowest margin, of least effort among such, and a margin below which none goes.

        The bound is the candidate's own margin, or above, where that is proved to be the lowest.
        """
        problem, open_ = self._problem(-math.inf, 0.0), frontier(len(self._levers))
        best = lowest_start(problem)
        state = PAUSED
        while state != NONE_LEFT and len(open_.effort) <= _MOST_ROOM and not budget.is_spent:
            before = open_.sizes[2]
            state = descend(problem, open_, best, _STEPS)
            budget.spend(open_.sizes[2] - before)
            open_ = enlarged(open_) if state == FULL else open_
        found = self._as_asked(open_.levels[int(best[1])])
        easiest = self.best(best[0] + _SAME, 0.0, 1, lambda levels: 0.0, budget)
        bound = math.inf if state == NONE_LEFT else min(best[0], _least_key(open_))
        return easiest.levels[0] if easiest.levels else found, bound

    def _as_asked(self, levels: IntArray) -> IntArray:
        """Levels in the order of the levers that were given."""
        given = np.empty_like(levels)
        given[self._order] = levels
        return given

    def _problem(self, goal: float, share: float) -> Problem:
        sizes = np.diff(self._scenarios.group)
        quota = np.concatenate([[1], np.ceil(sizes[1:] * share - 1e-9)]).astype(np.int64)
        return self._anything._replace(goal=goal, quota=quota)

    @cached_property
    def _anything(self) -> Problem:
        """The problem that asks for nothing yet: every candidate will do."""
        room, use = self._levers.relations
        efforts, changes = (
            self._levers.efforts,
            min(self._levers.max_changes, len(self._levers)),
        )
        table = knapsack(self._gain, efforts, self._scenarios.top, changes)
        return Problem(
            reduced=self._reduced,
            efforts=efforts,
            open=self._worth_trying(use),
            changes=changes,
            goal=math.inf,
            group=self._scenarios.group,
            quota=np.zeros(len(self._scenarios.group) - 1, dtype=np.int64),
            most=table.most,
            part=table.part,
            all_of=table.all_of,
            room=room,
            use=use,
            nearness=NOBODY,
            furthest=math.inf,
        )

    def _worth_trying(self, use: FloatArray) -> BoolArray:
        """Levels that a tree tells from the one before, or that make room in a relation."""
        open_ = self._reduced.telling.copy()
        open_ |= (use != 0).any(axis=(0, 2))[:, None]
        levels = np.arange(open_.shape[1])
        return open_ & (levels > 0) & (levels <= self._scenarios.top[:, None])

    def _without(self, problem: Problem, taken: IntArray) -> Problem:
        """The problem without levers that an option moves alone: no further one may move them."""
        single = [int(moved).bit_length() - 1 for moved in taken if moved & (moved - 1) == 0]
        if not problem.open[single].any():
            return problem
        gain, open_ = self._gain.copy(), problem.open.copy()
        gain[single], open_[single] = 0.0, False
        table = knapsack(gain, problem.efforts, self._scenarios.top, problem.changes)
        return problem._replace(open=open_, most=table.most, part=table.part, all_of=table.all_of)


class _Tied:
    """Accepted candidates of equal effort, until it is certain that there are no more of them."""

    def __init__(self) -> None:
        self.limit = math.inf
        self.members: list[tuple[float, int, IntArray]] = []

    def add(self, effort: float, rank: float, levels: IntArray) -> None:
        self.limit = effort + _SAME
        self.members.append((rank, len(self.members), levels))

    def settle(self, solved: Solved, taken: IntArray, count: int) -> IntArray:
        """List the best of them as options as far as their levers are free; return all taken sets."""
        for _, _, levels in sorted(self.members, key=lambda member: member[:2]):
            moved = lever_set(levels)
            free = not contains_one(taken, moved) and not within_one(taken, moved)
            if free and len(solved.levels) < count:
                solved.levels.append(levels)
                taken = np.append(taken, moved)
        return taken


def _least_key(open_: Frontier) -> float:
    return float(open_.keys[0]) if open_.sizes[1] else math.inf
