"""Best-first branch and bound for the lowest margin that can be reached, at any effort.

Asked where nothing reaches the target: how far down does the risk go? A candidate's key is its margin less
the most that the levers after its last can still take off (`Program.all_of`), so that nothing that comes of
it is lower. Once no key is below the lowest margin met, that margin is proved to be the lowest.
"""

from typing import NamedTuple

import numpy as np

from app.compiled import compiled, compiled_in_place
from app.domain.schema import FloatArray, IntArray
from app.domain.tolerances import MARGIN_SLACK, SAME
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
    start_margin,
)
from app.engine.exact.heap import ROOT, pop, push
from app.engine.exact.in_place import copy
from app.engine.exact.reduce import CLASSIFIER, margin, moved_margin


class Incumbent(NamedTuple):
    """The lowest candidate met so far: `margin`, of shape (1,), is the classifier's."""

    margin: FloatArray
    levels: IntArray


def first_incumbent(program: Program) -> Incumbent:
    """A candidate that no change of a single lever makes lower: the better it is, the less is searched."""
    levels = np.zeros(len(program.efforts), dtype=np.int64)
    return Incumbent(np.array([_coordinate_descent(program, levels, room_for(program))]), levels)


def least_margin(program: Program) -> float:
    """No candidate at all goes below this margin: the key of a frontier's root."""
    return float(start_margin(program) - program.all_of[0, program.changes, CLASSIFIER] - MARGIN_SLACK)


@compiled_in_place
def _coordinate_descent(program: Program, levels: IntArray, room: Room) -> float:
    """Move one lever after another to wherever the margin is lowest, as long as that helps."""
    here = margin(program.reduced, CLASSIFIER, levels, room.leaves, room.driven)
    while True:
        least, best, to = here - SAME, -1, 0
        for lever in range(len(levels)):
            now = levels[lever]
            # A lever that is moved already may go elsewhere without being one more change.
            may_move = now > 0 or changes_in(levels) < program.changes
            for level in range(program.open.shape[1]):
                if not may_move or not (level == 0 or program.open[lever, level]):
                    continue
                levels[lever] = level
                there = margin(program.reduced, CLASSIFIER, levels, room.leaves, room.driven)
                if there < least and is_allowed(program, levels, room.driven):
                    least, best, to = there, lever, level
            levels[lever] = now
        if best < 0:
            return here
        levels[best], here = to, least


@compiled
def minimise_margin(program: Program, open_: Frontier, best: Incumbent, steps: int) -> int:
    """Go on looking for a lower margin than that of the best so far, which is overwritten.

    Returns NONE_LEFT when nothing lower is left, PAUSED after `steps`, FULL when the frontier must be
    enlarged to go on.
    """
    return _minimise_margin(program, open_, best, steps, room_for(program))


@compiled_in_place
def _minimise_margin(program: Program, open_: Frontier, best: Incumbent, steps: int, room: Room) -> int:
    for _ in range(steps):
        if open_.counts[OPEN] == 0 or open_.keys[ROOT] >= best.margin[0]:
            return NONE_LEFT
        if not has_room(program, open_):
            return FULL
        item = open_.items[ROOT]
        open_.counts[OPEN] = pop(open_.keys, open_.items, open_.counts[OPEN])
        _expand(program, open_, item, best, room)
    return PAUSED


@compiled_in_place
def _expand(program: Program, open_: Frontier, item: int, best: Incumbent, room: Room) -> None:
    levels, leaves, driven = room.levels, room.leaves, room.driven
    copy(open_.levels[item], levels)
    left = program.changes - changes_in(levels) - 1
    if left < 0:
        return
    before = margin(program.reduced, CLASSIFIER, levels, leaves, driven)
    for lever in range(open_.last[item] + 1, len(levels)):
        for level in range(1, program.open.shape[1]):
            if not program.open[lever, level]:
                continue
            levels[lever] = level
            open_.counts[LOOKED_AT] += 1
            here = moved_margin(program.reduced, CLASSIFIER, before, leaves, levels, lever, driven)
            least = here - program.all_of[lever + 1, left, CLASSIFIER] - MARGIN_SLACK
            if least >= best.margin[0]:
                continue
            child = open_.counts[MET]
            copy(levels, open_.levels[child])
            open_.last[child] = lever
            open_.effort[child] = open_.effort[item] + program.efforts[lever, level]
            open_.counts[MET] += 1
            open_.counts[OPEN] = push(open_.keys, open_.items, open_.counts[OPEN], least, child)
            if here < best.margin[0] - SAME and is_allowed(program, levels, driven):
                best.margin[0] = here
                copy(levels, best.levels)
        levels[lever] = 0
