"""The front of effort and risk: every level of risk that can be reached, and the least effort it takes.

Candidates are met in order of effort, as by Dijkstra: so whatever costs no more than the next one in the heap
has been met. A candidate is taken further only if something below it may lie under the staircase of the best
ones met so far (bi-objective branch and bound: Przybylski and Gandibleux, 2017): the knapsack says how much
further levers can take off for how much further effort.
"""

from typing import NamedTuple

import numpy as np

from app.classifiers.forest import Float32Array
from app.compiled import compiled, compiled_in_place
from app.domain.schema import FloatArray, IntArray
from app.domain.tolerances import MARGIN_SLACK, SAME, SAME_DECIMALS
from app.engine.exact.bounds import PARTS
from app.engine.exact.branch import (
    FULL,
    LOOKED_AT,
    MET,
    NONE_LEFT,
    OPEN,
    PAUSED,
    Frontier,
    Program,
    Room,
    changes_in,
    has_room,
    is_allowed,
    room_for,
)
from app.engine.exact.heap import ROOT, pop, push
from app.engine.exact.in_place import copy
from app.engine.exact.reduce import CLASSIFIER, margin, moved_margin


class Staircase(NamedTuple):
    """The lowest margin met within so much effort, by parts of it: `least[b]` within b parts of `part`."""

    least: FloatArray
    part: float


def staircase(program: Program, start: float) -> Staircase:
    """With nothing met but the unchanged candidate, of margin `start`."""
    return Staircase(np.full(PARTS, start), program.part)


@compiled_in_place
def meet(steps: Staircase, effort: float, margin: float) -> None:
    """Lower the staircase from this effort on."""
    first = int(np.ceil(effort / steps.part - SAME))
    for place in range(first, PARTS):
        if steps.least[place] <= margin:
            return
        steps.least[place] = margin


@compiled_in_place
def may_lie_under(steps: Staircase, table: Float32Array, effort: float, margin: float) -> bool:
    """Whether something that comes of a candidate may lie under the staircase.

    `table` is a row of the knapsack: the most that is taken off for so many further parts.
    """
    begun = effort / steps.part + SAME
    last = np.float32(-1.0)
    for parts in range(PARTS):
        if table[parts] <= last:  # no more than for fewer parts
            continue
        last = table[parts]
        place = min(int(begun + parts), PARTS - 1)
        if margin - table[parts] - MARGIN_SLACK < steps.least[place] - SAME:
            return True
    return False


@compiled
def descend(program: Program, open_: Frontier, margins: FloatArray, steps: Staircase, most: int) -> int:
    """Take candidates further in order of effort, `most` of them at most.

    Writes the margin of each candidate that is met into `margins`, infinite where it is not allowed. Returns
    NONE_LEFT when all that lies on the front has been met, PAUSED, or FULL when there is no more room.
    """
    return _descend(program, open_, margins, steps, most, room_for(program))


@compiled_in_place
def _descend(
    program: Program, open_: Frontier, margins: FloatArray, steps: Staircase, most: int, room: Room
) -> int:
    for _ in range(most):
        if open_.counts[OPEN] == 0:
            return NONE_LEFT
        if not has_room(program, open_):
            return FULL
        item = open_.items[ROOT]
        open_.counts[OPEN] = pop(open_.keys, open_.items, open_.counts[OPEN])
        open_.counts[LOOKED_AT] += 1
        _expand(program, open_, item, margins, steps, room)
    return PAUSED


@compiled_in_place
def _expand(
    program: Program, open_: Frontier, item: int, margins: FloatArray, steps: Staircase, room: Room
) -> None:
    reduced, levels, leaves, driven = program.reduced, room.levels, room.leaves, room.driven
    copy(open_.levels[item], levels)
    left = program.changes - changes_in(levels) - 1
    if left < 0:
        return
    before = margin(reduced, CLASSIFIER, levels, leaves, driven)
    table = program.most[open_.last[item] + 1, left + 1, CLASSIFIER]
    if not may_lie_under(steps, table, open_.effort[item], before):
        return
    for lever in range(open_.last[item] + 1, len(levels)):
        for level in range(1, program.open.shape[1]):
            if not program.open[lever, level]:
                continue
            effort = open_.effort[item] + program.efforts[lever, level]
            levels[lever] = level
            open_.counts[LOOKED_AT] += 1
            here = moved_margin(reduced, CLASSIFIER, before, leaves, levels, lever, driven)
            if not may_lie_under(steps, program.most[lever + 1, left, CLASSIFIER], effort, here):
                continue
            child = open_.counts[MET]
            copy(levels, open_.levels[child])
            open_.last[child], open_.effort[child] = lever, effort
            open_.counts[MET] += 1
            margins[child] = np.inf
            if is_allowed(program, levels, driven):
                margins[child] = here
                meet(steps, effort, here)
            if left > 0:
                open_.counts[OPEN] = push(open_.keys, open_.items, open_.counts[OPEN], effort, child)
        levels[lever] = 0


def on_front(effort: FloatArray, outcome: FloatArray) -> IntArray:
    """Positions of candidates that none beats, by effort: whatever costs no more ends higher. Shape (k,).

    `outcome` is a margin or a risk, infinite where a candidate is not allowed.
    """
    order = np.lexsort((outcome, np.round(effort, SAME_DECIMALS)))
    ordered = outcome[order]
    lowest = np.concatenate([[np.inf], np.minimum.accumulate(ordered)[:-1]])
    return order[ordered < lowest - SAME]
