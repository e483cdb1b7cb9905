"""Best-first branch and bound for the lowest margin that can be reached, at any effort."""

import numpy as np

from app.compiled import compiled
from app.domain.schema import FloatArray
from app.engine.exact.branch import (
    FULL,
    NONE_LEFT,
    PAUSED,
    SLACK,
    Frontier,
    Problem,
    changes_in,
    has_room,
    keeps_relations,
)
from app.engine.exact.heap import pop, push
from app.engine.exact.reduce import margin

_SAME = 1e-9


@compiled
def descend(problem: Problem, open_: Frontier, best: FloatArray, steps: int) -> int:
    """Go on looking for the lowest margin of the classifier (scenario 0), which `best[0]` holds.

    `best[1]` is the index of the candidate that has it. Returns NONE_LEFT when nothing lower is left,
    PAUSED after `steps`, FULL when the frontier must be enlarged to go on.
    """
    for _ in range(steps):
        if open_.sizes[1] == 0 or open_.keys[0] >= best[0]:
            return NONE_LEFT
        if not has_room(problem, open_):
            return FULL
        item = open_.items[0]
        open_.sizes[1] = pop(open_.keys, open_.items, open_.sizes[1])
        _children(problem, open_, item, best)
    return PAUSED


@compiled
def _children(problem: Problem, open_: Frontier, item: int, best: FloatArray) -> None:
    levels = open_.levels[item].copy()
    left = problem.changes - changes_in(levels) - 1
    if left < 0:
        return
    for lever in range(open_.last[item] + 1, len(levels)):
        for level in range(1, problem.open.shape[1]):
            if not problem.open[lever, level]:
                continue
            levels[lever] = level
            open_.sizes[2] += 1
            here = margin(problem.reduced, 0, levels)
            least = here - problem.all_of[lever + 1, left, 0] - SLACK
            if least >= best[0]:
                continue
            child = open_.sizes[0]
            open_.levels[child], open_.last[child] = levels, lever
            open_.effort[child] = open_.effort[item] + problem.efforts[lever, level]
            open_.sizes[0] += 1
            open_.sizes[1] = push(open_.keys, open_.items, open_.sizes[1], least, child)
            if here < best[0] - _SAME and keeps_relations(problem, levels):
                best[0], best[1] = here, child
        levels[lever] = 0


def lowest_start(problem: Problem) -> FloatArray:
    """What `descend` starts from: the unchanged candidate, which is the first of a new frontier."""
    unchanged = np.zeros(len(problem.efforts), dtype=np.int64)
    return np.array([margin(problem.reduced, 0, unchanged), 0.0])


def least_margin(problem: Problem, best: FloatArray) -> float:
    """The key of that frontier's root: no candidate at all goes below this margin."""
    return float(best[0] - problem.all_of[0, problem.changes, 0] - SLACK)
