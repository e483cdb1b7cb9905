"""The exact way to an answer: options that hold and look like real people, or proof that there are none."""

import math
import time
from dataclasses import dataclass

import numpy as np

from app.classifiers.forest import Forest
from app.domain.levers import Levers
from app.domain.schema import IntArray
from app.engine.exact.scenarios import Scenarios, all_scenarios, classifier_alone
from app.engine.exact.solver import ExactSearch, Solved
from app.engine.found import Found, Lowest
from app.engine.likeness import Likeness, Standard
from app.engine.options import judge_all
from app.engine.question import Question
from app.engine.rank import diverse
from app.engine.wish import Wish
from app.engine.yardsticks import Yardsticks

_PATIENCE = 200
"""How many candidates unlike real people are passed over before such are taken as well."""
_SHARES = np.arange(1, 20) / 20
"""Robustness that is tried where what was asked for is out of reach."""


def find_exactly(question: Question, yardsticks: Yardsticks, wish: Wish, budget_s: float) -> Found:
    """The options of least effort, proved; or the lowest risk in reach, proved.

    Options hold in at least `wish.min_robustness` of refits, noise draws and adherence draws; where none
    does, in the largest share in reach. Among either, those that look like real people come before those
    that do not. What is not proved within `budget_s` is given as a bound.
    """
    attempt = _Attempt(question, yardsticks, wish.count, time.perf_counter() + budget_s)
    alone = ExactSearch(attempt.forest, classifier_alone, question.levers)
    if wish.min_robustness == 0:
        solved = attempt.options(alone, 0.0)
        return attempt.found(solved) if solved.levels else attempt.lowest(alone, solved)
    anything = attempt.first(alone, 0.0)
    if not anything.levels:
        return attempt.lowest(alone, anything)
    robust = ExactSearch(attempt.forest, attempt.scenarios, question.levers, alone.by_leverage())
    solved = attempt.options(robust, wish.min_robustness)
    if not solved.levels:
        share = attempt.largest_share(robust, wish.min_robustness)
        solved = attempt.options(robust, share)
    return attempt.found(solved)


@dataclass
class _Attempt:
    """One question on its way to an answer."""

    question: Question
    yardsticks: Yardsticks
    count: int
    deadline: float

    def __post_init__(self) -> None:
        trees = self.yardsticks.forest
        if trees is None:
            raise ValueError("exact search needs to see the trees of classifier and committee")
        self.forest: Forest = trees
        self.goal = math.log(self.question.target / (1 - self.question.target))
        self.likeness = Likeness(self.question.levers, self.yardsticks.crowd, self.yardsticks.density)

    def scenarios(self, levers: Levers) -> Scenarios:
        return all_scenarios(levers, self.yardsticks.judge)

    def first(self, search: ExactSearch, share: float) -> Solved:
        """The option of least effort by the trees alone, whatever it looks like."""
        return search.best(self.goal, share, 1, lambda levels: 0.0, self.deadline)

    def options(self, search: ExactSearch, share: float) -> Solved:
        """Options that look like real people; where there are none, those that do so most."""
        # Whoever is near real people mostly stays near: the gate sees to it. Of others few candidates are,
        # so that the search itself must look for them.
        crowd = self.yardsticks.crowd
        starts_near = self.likeness.distances(self.question.unchanged)[0] <= crowd.limit
        near = None if starts_near else crowd
        gate = _Gate(self, share, Standard.TYPICAL)
        solved = search.best(self.goal, share, self.count, gate, self.deadline, _PATIENCE, near)
        for standard in (Standard.NEAR, Standard.ANY):
            solved.levels = solved.levels or gate.refused(standard, self.count)
        if solved.levels or starts_near:
            return solved
        return search.best(self.goal, share, self.count, _Gate(self, share, Standard.ANY), self.deadline)

    def largest_share(self, search: ExactSearch, unreachable: float) -> float:
        """The largest of `_SHARES` in reach, below one that is known not to be; 0 if none is."""
        low, high = 0, int(np.searchsorted(_SHARES, unreachable - 1e-9))
        while low < high:
            middle = (low + high) // 2
            if self.first(search, float(_SHARES[middle])).levels:
                low = middle + 1
            else:
                high = middle
        return float(_SHARES[low - 1]) if low else 0.0

    def found(self, solved: Solved) -> Found:
        return Found(np.stack(solved.levels), None, proved=True, bound=solved.bound)

    def lowest(self, search: ExactSearch, solved: Solved) -> Found:
        """Nothing reaches the target, or nothing was found that does: how far down it goes."""
        levels, margin = search.lowest(self.deadline)
        risk = float(self.question.risk(levels[None])[0])
        lowest = Lowest(levels, risk, bound=min(risk, 1 / (1 + math.exp(-margin))))
        return Found(levels[None][:0], lowest, proved=solved.complete, bound=solved.bound)


class _Gate:
    """Has the last word on a candidate: hosted classifier, judge, and the likeness asked for.

    Candidates come in order of effort, so that those refused for what they look like are, in that order,
    the options of least effort that look no better.
    """

    def __init__(self, attempt: _Attempt, share: float, standard: Standard) -> None:
        self._attempt = attempt
        self._share = share
        self._standard = standard
        self._refused: list[tuple[int, IntArray]] = []

    def __call__(self, levels: IntArray) -> float | None:
        """The distance to the nearest real people, by which ties are broken; None if it will not do."""
        candidate, likeness = levels[None], self._attempt.likeness
        distance = likeness.distances(candidate)
        standard = likeness.standards(candidate, distance)[0]
        if standard < self._standard:
            self._refused.append((int(standard), levels))
            return None
        return float(distance[0]) if self._holds(candidate) else None

    def refused(self, standard: Standard, count: int) -> list[IntArray]:
        """Options among candidates refused that come up to a lower standard after all."""
        came_up = [levels for reached, levels in self._refused if reached >= standard]
        held = [levels for levels in came_up if self._holds(levels[None])]
        if not held:
            return []
        return [held[place] for place in diverse(np.array(held), np.arange(len(held)), count)]

    def _holds(self, candidate: IntArray) -> bool:
        """Whether hosted classifier and judge say what the trees do; rounding might differ."""
        question = self._attempt.question
        if self._share == 0:
            return bool(question.reached(question.risk(candidate))[0])
        judged = judge_all(question, self._attempt.yardsticks.judge, self._attempt.likeness, candidate)
        return bool(judged.holding(question.target, self._share)[0])
