"""Asking the branch and bound: the best options in order of effort, the lowest risk in reach."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import Enum
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from app.classifiers.forest import Forest
from app.domain.levers import Levers
from app.domain.reordered_levers import in_order
from app.domain.schema import BoolArray, FloatArray, IntArray
from app.domain.tolerances import MARGIN_SLACK, SAME
from app.engine.budget import MET as MET_WORK
from app.engine.budget import Budget
from app.engine.exact.bounds import gains, knapsack
from app.engine.exact.branch import (
    BEYOND,
    FULL,
    LOOKED_AT,
    MET,
    NONE_LEFT,
    OPEN,
    PAUSED,
    UNCHANGED,
    Frontier,
    Program,
    advance,
    contains_one,
    enlarged,
    expand,
    frontier,
    lever_set,
    room_for,
    start_margin,
    write_margins,
)
from app.engine.exact.descent import first_incumbent, least_margin, minimise_margin
from app.engine.exact.driven import influences
from app.engine.exact.heap import ROOT
from app.engine.exact.pareto import descend, on_front, staircase
from app.engine.exact.reduce import CLASSIFIER, reduced
from app.engine.exact.scenarios import Scenarios
from app.engine.robustness import Goal

MOST_LEVERS = 62
"""Sets of levers are the bits of one machine word."""
_STEPS = 256
_PER_GAIN = 0.5
"""In work: a level of a lever in one scenario, in the knapsack's table for one more change."""
_MOST_ROOM = 1 << 20
_USUAL_TREES = 64
"""That are left of a scenario: with more, looking at a candidate counts for as much more work."""


class Refusal(Enum):
    """Why a candidate that reaches the target will not do after all."""

    ALONE = "alone"  # what goes further may do
    WITH_ALL_FURTHER = "with all further"  # nor will anything that goes as far in every change


Accept = Callable[[IntArray], float | Refusal]
"""What the caller makes of a candidate: a refusal, or else what decides between candidates of equal effort
(less is better)."""


@dataclass
class Solved:
    """Options in order of effort: none moves all the levers that one before it moves.

    Each is of least effort among all that could stand in its place. `bound`: whatever else there is costs
    at least as much; infinite when it is proved that there is nothing else.
    """

    levels: list[IntArray] = field(default_factory=list)
    bound: float = 0.0

    @property
    def complete(self) -> bool:
        return math.isinf(self.bound)


class Descent(NamedTuple):
    """The candidate of lowest margin that was found, and a margin below which none goes.

    The bound is infinite where the candidate's own is proved to be the lowest.
    """

    levels: IntArray
    margin: float
    bound: float


class Front(NamedTuple):
    """The front of effort and margin: no candidate has less of the one and no more of the other.

    In order of effort, the unchanged candidate first. `bound`: of candidates that cost less all were looked
    at; infinite where all were.
    """

    levels: IntArray
    effort: FloatArray
    margin: FloatArray
    bound: float


class ExactSearch:
    """One question's trees, reduced to its levers; may be asked several times."""

    def __init__(
        self,
        forest: Forest,
        scenarios: Callable[[Levers], Scenarios],
        levers: Levers,
        order: IntArray | None = None,
    ) -> None:
        """`order`: of the levers, those that matter most first (`by_marginal_effect`)."""
        self._order = np.arange(len(levers)) if order is None else order
        self._levers = levers if order is None else in_order(levers, order)
        self.scenarios = scenarios(self._levers)
        self._reduced = reduced(forest, self.scenarios)
        self._gain = gains(self._reduced, self.scenarios.top)
        trees = float(self._reduced.first[-1]) / self.scenarios.number
        self._work = max(trees / _USUAL_TREES, 1.0)
        """Of looking at a candidate in one scenario, in the unit of `Budget`."""
        self._asking_nothing: dict[int, Program] = {}

    def by_marginal_effect(self) -> IntArray:
        """The levers by what they can take off the classifier's margin for their effort, largest first."""
        top, every = self.scenarios.top, np.arange(len(self._levers))
        worth = self._gain[every, :, CLASSIFIER].max(axis=1, initial=0) / self._levers.efforts[every, top]
        return self._order[np.argsort(-worth, kind="stable")]

    def best(
        self,
        goal: Goal,
        share: float,
        count: int,
        accept: Accept,
        budget: Budget,
        patience: float = math.inf,
    ) -> Solved:
        """Up to `count` options of least effort.

        An option brings the classifier's margin to `goal` or below, and those of at least `share` of each
        further group of scenarios; `goal` may be one for each of `scenarios`. `accept` has the last word on
        each; after it has refused `patience` candidates, or with the budget spent, what is not done is left.
        """
        program = self._problem(goal, share, self._levers.max_changes, budget)
        return self._best(program, count, accept, budget, patience)

    def share_held(self, levels: IntArray, goal: Goal, budget: Budget) -> float:
        """The largest share at which `best` takes a candidate to hold; 0 where the classifier does not."""
        program = self._anything(min(self._levers.max_changes, len(self._levers)), budget)
        room = room_for(program)
        write_margins(program, levels[self._order], room)
        budget.spend_in_all(self.scenarios.number * self._work)
        held = room.margins <= np.asarray(goal) + MARGIN_SLACK
        groups = [held[start:end] for start, end in pairwise(self.scenarios.group) if end > start]
        return float(min(group.mean() for group in groups)) if held[CLASSIFIER] else 0.0

    def _best(
        self, program: Program, count: int, accept: Accept, budget: Budget, patience: float = math.inf
    ) -> Solved:
        open_ = frontier(len(self._levers))
        solved, taken, tied = Solved(), np.empty(0, dtype=np.int64), _Tied()
        each = self.scenarios.number * self._work
        while len(solved.levels) < count:
            before, most = open_.counts[LOOKED_AT], budget.candidates_left(each)
            item = advance(program, open_, taken, tied.limit, _STEPS, most)
            budget.spend_on_candidates(open_.counts[LOOKED_AT] - before, each)
            if item >= 0:
                levels = open_.levels[item].copy()
                rank = accept(self._as_asked(levels))
                if isinstance(rank, float):
                    tied.add(open_.effort[item], rank, levels)
                else:
                    patience -= 1
                    if rank is Refusal.ALONE:
                        before = open_.counts[LOOKED_AT]
                        expand(program, open_, item)
                        budget.spend_in_all((open_.counts[LOOKED_AT] - before) * (each + MET_WORK))
            elif item in (NONE_LEFT, BEYOND) and tied.members:
                taken = tied.settle(solved, taken, count)
                tied = _Tied()
                program = self._without(program, taken)
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

    def lowest(self, budget: Budget, changes: int) -> Descent:
        """The candidate of lowest margin within so many changes, as far as the budget allows."""
        program = self._problem(-math.inf, 0.0, changes, budget)
        best, open_ = first_incumbent(program), frontier(len(self._levers), key=least_margin(program))
        state = PAUSED
        while state != NONE_LEFT and len(open_.effort) <= _MOST_ROOM and not budget.is_spent:
            before = open_.counts[LOOKED_AT]
            state = minimise_margin(program, open_, best, _STEPS)
            budget.spend_on_candidates(open_.counts[LOOKED_AT] - before, self._work)
            open_ = enlarged(open_) if state == FULL else open_
        margin = float(best.margin[0])
        bound = math.inf if state == NONE_LEFT else min(margin, _least_key(open_))
        return Descent(self._as_asked(best.levels), margin, bound)

    def easiest(self, margin: float, budget: Budget, changes: int) -> IntArray | None:
        """The candidate of least effort that gets down to this margin; None with the budget spent before."""
        program = self._problem(margin + SAME, 0.0, changes, budget)
        solved = self._best(program, 1, lambda levels: 0.0, budget)
        return solved.levels[0] if solved.levels else None

    def front(self, budget: Budget, closed: Sequence[int] = ()) -> Front:
        """The least effort for each margin in reach, as far as the budget allows; no `closed` lever moves."""
        program = self._problem(-math.inf, 0.0, self._levers.max_changes, budget)
        program = self._closed(program, np.flatnonzero(np.isin(self._order, closed)).tolist())
        open_ = frontier(len(self._levers))
        margins = np.full(len(open_.effort), start_margin(program))
        steps, state = staircase(program, float(margins[UNCHANGED])), PAUSED
        while state != NONE_LEFT and len(open_.effort) <= _MOST_ROOM and not budget.is_spent:
            before = open_.counts[LOOKED_AT]
            state = descend(program, open_, margins, steps, _STEPS)
            budget.spend_on_candidates(open_.counts[LOOKED_AT] - before, self._work)
            if state == FULL:
                open_ = enlarged(open_)
                margins = np.concatenate([margins, np.empty(len(open_.effort) - len(margins))])
        met = open_.counts[MET]
        effort, margins = open_.effort[:met], margins[:met]
        kept = on_front(effort, margins)
        levels = np.array([self._as_asked(one) for one in open_.levels[kept]])
        bound = math.inf if state == NONE_LEFT else _least_key(open_)
        return Front(levels, effort[kept], margins[kept], bound)

    def _as_asked(self, levels: IntArray) -> IntArray:
        """Levels in the order of the levers that were given."""
        given = np.empty_like(levels)
        given[self._order] = levels
        return given

    def _problem(self, goal: Goal, share: float, changes: int, budget: Budget) -> Program:
        # The classifier, alone in the first group, has to reach the goal. A share of n that is whole but for
        # rounding is not rounded up to one more.
        sizes = np.diff(self.scenarios.group)
        quota = np.concatenate([[1], np.ceil(sizes[1:] * share - SAME)]).astype(np.int64)
        return self._anything(min(changes, len(self._levers)), budget)._replace(
            goal=np.broadcast_to(goal, self.scenarios.number).astype(float), quota=quota
        )

    def _anything(self, changes: int, budget: Budget) -> Program:
        """The problem that asks for nothing yet: every candidate of so many changes will do."""
        if changes not in self._asking_nothing:
            budget.spend_in_all(_PER_GAIN * changes * self._gain.size)
            self._asking_nothing[changes] = self._make_anything(changes)
        return self._asking_nothing[changes]

    def _make_anything(self, changes: int) -> Program:
        room, use, weights = self._levers.relations
        table = knapsack(self._gain, self._levers.efforts, self.scenarios.top, changes)
        return Program(
            reduced=self._reduced,
            efforts=self._levers.efforts,
            open=self._worth_trying(use, weights),
            changes=changes,
            goal=np.full(self.scenarios.number, math.inf),
            group=self.scenarios.group,
            quota=np.zeros(len(self.scenarios.group) - 1, dtype=np.int64),
            most=table.most,
            part=table.part,
            all_of=table.all_of,
            room=room,
            use=use,
            weights=weights,
            driven_range=self._levers.driven_range,
        )

    def _worth_trying(self, use: FloatArray, weights: FloatArray) -> BoolArray:
        """Levels that a tree tells from the one before, or that make room in a relation or a range.

        Of a category every level: what trees do not tell from a cheaper one may be more like real people.
        """
        open_ = self._reduced.telling | self._levers.choices[:, None]
        open_ |= (use != 0).any(axis=(0, 2))[:, None]
        if weights.any() or self._may_leave_a_range():
            bits = np.bitwise_or.reduce(influences(self._reduced.consequences))
            open_ |= (bits >> np.arange(len(open_)) & 1).astype(bool)[:, None]
        levels = np.arange(open_.shape[1])
        return open_ & (levels > 0) & (levels <= self.scenarios.top[:, None])

    def _may_leave_a_range(self) -> bool:
        """Whether some candidate may take a driven column out of its permitted range."""
        low, high = self._levers.driven_range
        reach = self._reduced.reach[CLASSIFIER]
        return bool(((reach[:, 0] < low) | (reach[:, 1] > high)).any())

    def _without(self, program: Program, taken: IntArray) -> Program:
        """The problem without levers that an option moves alone: no further one may move them."""
        # `moved & (moved - 1)` clears the lowest bit: nothing is left of a set of one lever.
        single = [int(moved).bit_length() - 1 for moved in taken if moved & (moved - 1) == 0]
        return self._closed(program, single)

    def _closed(self, program: Program, levers: list[int]) -> Program:
        """The problem in which some levers stay as they are."""
        if not program.open[levers].any():
            return program
        gain, open_ = self._gain.copy(), program.open.copy()
        gain[levers], open_[levers] = 0.0, False
        table = knapsack(gain, program.efforts, self.scenarios.top, program.changes)
        return program._replace(open=open_, most=table.most, part=table.part, all_of=table.all_of)


class _Tied:
    """Accepted candidates of equal effort, until it is certain that there are no more of them.

    The search goes on to `limit`; then all are known, and the caller's rank orders them, not the heap. Of one
    rank those that move fewer levers come first: what moves more for the same effort is no option.
    """

    def __init__(self) -> None:
        self.limit = math.inf
        self.members: list[tuple[float, int, int, IntArray]] = []

    def add(self, effort: float, rank: float, levels: IntArray) -> None:
        self.limit = effort + SAME
        self.members.append((rank, int(np.count_nonzero(levels)), len(self.members), levels))

    def settle(self, solved: Solved, taken: IntArray, count: int) -> IntArray:
        """List the best of them as options as far as their levers are free; return all taken sets."""
        for *_, levels in sorted(self.members, key=lambda member: member[:3]):
            moved = lever_set(levels)
            if not contains_one(taken, moved) and len(solved.levels) < count:
                solved.levels.append(levels)
                taken = np.append(taken, moved)
        return taken


def _least_key(open_: Frontier) -> float:
    return float(open_.keys[ROOT]) if open_.counts[OPEN] else math.inf
