"""How much further levers can take off a margin, at most.

Two bounds make one. *Gains*: moving lever q to level l lowers a scenario's margin by at most
`gain[q, l, s]`, whatever the other levers do. Summed over the levers moved, that bounds the fall of any
candidate, since the fall is a telescoping sum of single moves. What a lever drives moves with it, by no more
than `driven.shift` says, and what is linear in it by that times the slope. *Knapsack*: which levels of the
levers not decided yet, within so much effort and so many changes, have the largest sum of gains? A
multiple-choice knapsack, solved once a question by dynamic programming over effort in equal parts; efforts
are rounded down to a part, so that the bound stays one.
"""

from typing import NamedTuple

import numpy as np

from app.classifiers.forest import Float32Array
from app.compiled import compiled, compiled_in_place
from app.domain.schema import BoolArray, FloatArray, IntArray
from app.domain.tolerances import LEAST_EFFORT, SAME
from app.engine.exact.driven import reach, shift
from app.engine.exact.in_place import copy, fill, smallest
from app.engine.exact.reduce import DRIVEN, LEAF, SLOPE, ReducedForest

PARTS = 128
_FEW_LEAVES = 32
"""Of more, each pair is not worth a look: those that differ most come first."""
_VALUE_ROUNDING = 1e-6
"""Relative to a driven value, and as much again: trees are asked in single precision."""


class Knapsack(NamedTuple):
    """`most[p, r, s, b]`: the most that r of the levers p, p + 1, … take off scenario s for b parts."""

    most: Float32Array
    part: float
    """Effort of one part."""

    @property
    def all_of(self) -> Float32Array:
        """`most` for any effort."""
        return np.ascontiguousarray(self.most[:, :, :, -1])


def knapsack(gain: FloatArray, efforts: FloatArray, top: IntArray, changes: int) -> Knapsack:
    """The table for levers with these gains (levers, levels, scenarios) and efforts (levers, levels)."""
    # No candidate costs more than the levers that are dearest at their top: so far the table must reach.
    last = np.sort(efforts[np.arange(len(top)), top])[::-1]
    part = max(float(last[:changes].sum()), LEAST_EFFORT) / (PARTS - 1)
    # Down, so that it stays a bound; but an effort of n whole parts is n of them, whatever its quotient is.
    parts = np.floor(efforts / part + SAME).astype(np.int64)
    # Single precision halves what is to be read; MARGIN_SLACK covers its rounding.
    most = np.zeros((len(top) + 1, changes + 1, gain.shape[2], PARTS), dtype=np.float32)
    _fill(most, gain.astype(np.float32), parts, top)
    return Knapsack(most, part)


@compiled_in_place
def _fill(most: Float32Array, gain: Float32Array, parts: IntArray, top: IntArray) -> None:
    """The recursion of multiple-choice knapsack (Kellerer, Pferschy and Pisinger, 2004, chapter 11).

    most[p, r, b] is the larger of most[p + 1, r, b], which leaves lever p as it is, and of the gain of any
    level of p together with most[p + 1, r - 1, b less that level's parts]. Rows without a lever or without a
    change left are zero.
    """
    for lever in range(len(top) - 1, -1, -1):
        for changes in range(1, most.shape[1]):
            for scenario in range(most.shape[2]):
                best, before = most[lever, changes, scenario], most[lever + 1, changes - 1, scenario]
                copy(most[lever + 1, changes, scenario], best)
                last = np.float32(0)
                for level in range(1, top[lever] + 1):
                    worth = gain[lever, level, scenario]
                    if worth <= last:  # a nearer level takes off as much for less effort
                        continue
                    last = worth
                    cost = parts[lever, level]
                    for budget in range(cost, PARTS):
                        best[budget] = max(best[budget], worth + before[budget - cost])


@compiled_in_place
def parts_needed(most: Float32Array, gap: float) -> int:
    """The fewest parts of effort within which `gap` can be taken off; PARTS if it never can.

    `most` is one row of the table: rising with effort.
    """
    if gap <= 0:
        return 0
    if most[PARTS - 1] < gap:
        return PARTS
    low, high = 0, PARTS - 1
    while low < high:
        middle = (low + high) // 2
        if most[middle] >= gap:
            high = middle
        else:
            low = middle + 1
    return low


class _Boxes(NamedTuple):
    """The leaves of one tree as boxes: levels `low` to `high` of each lever, and of each driven column the
    values of `ranges`, the upper end excluded. While they are written, `node` is where each of them begins.
    """

    low: IntArray
    high: IntArray
    ranges: Float32Array
    value: FloatArray
    node: IntArray


class _Shifts(NamedTuple):
    """What moving levers does to the driven columns in one version, written where it `is_known`, (levers,).

    Where columns lie `before` a lever is moved, (levers, driven, 2), and `after` it is at a level, and how
    far they may `shift` by it, each (levers, levels, driven, 2).
    """

    before: FloatArray
    after: FloatArray
    shift: FloatArray
    is_known: BoolArray


@compiled
def gains(reduced: ReducedForest, top: IntArray) -> FloatArray:
    """An upper bound on what each level of each lever takes off, shape (levers, levels, scenarios)."""
    levers, scenarios, driven = len(top), len(reduced.base), reduced.reach.shape[1]
    most = _most_leaves(reduced)
    result = np.zeros((levers, reduced.single.shape[1], scenarios))
    boxes = _Boxes(
        np.empty((most, levers), np.int64),
        np.empty((most, levers), np.int64),
        np.empty((most, driven, 2), np.float32),
        np.empty(most),
        np.empty(most, np.int64),
    )
    largest = np.empty(result.shape[1])
    for lever in range(levers):
        for level in range(1, top[lever] + 1):
            for scenario in range(scenarios):
                result[lever, level, scenario] = (
                    reduced.single[lever, 0, scenario] - reduced.single[lever, level, scenario]
                )
    shifts, version = _room_for_shifts(top, driven), -1
    for scenario in range(scenarios):
        if reduced.version[scenario] != version:
            version = reduced.version[scenario]
            shifts.is_known[:] = False
        for tree in range(reduced.first[scenario], reduced.first[scenario + 1]):
            root = reduced.root[tree]
            if reduced.lever[root] <= DRIVEN and reduced.low[root] == SLOPE:
                for lever in range(levers):
                    _know_shifts(reduced, version, lever, top, shifts)
                _add_slope(reduced, root, version, top, shifts, result[:, :, scenario])
                continue
            leaves = _write_boxes(reduced, root, reduced.reach[version], top, boxes)
            order = np.argsort(-boxes.value[:leaves]) if leaves > _FEW_LEAVES else np.arange(leaves)
            for lever in range(levers):
                if reduced.levers_asked[tree] >> lever & 1:
                    _know_shifts(reduced, version, lever, top, shifts)
                    # A slice is a view: the falls are added to the result in place.
                    _add_largest_falls(result[lever, :, scenario], lever, top, order, boxes, shifts, largest)
    return result


@compiled_in_place
def _most_leaves(reduced: ReducedForest) -> int:
    """Of any tree that is kept."""
    most = 1
    for tree in range(reduced.first[-1]):
        most = max(most, (reduced.root[tree + 1] - reduced.root[tree]) // 2 + 1)
    return most


@compiled_in_place
def _add_slope(
    reduced: ReducedForest, root: int, version: int, top: IntArray, shifts: _Shifts, falls: FloatArray
) -> None:
    """The most that moving each lever takes off what is linear in a driven column; shape (levers, levels)."""
    place, slope = DRIVEN - reduced.lever[root], reduced.value[root]
    lowest, highest = reduced.reach[version, place]
    slack = _VALUE_ROUNDING * (1 + max(abs(lowest), abs(highest)))
    for lever in range(len(top)):
        for level in range(1, top[lever] + 1):
            least, most = shifts.shift[lever, level, place]
            if least < 0 or most > 0:
                falls[lever, level] += max(-slope * (least - slack), -slope * (most + slack))


@compiled
def _room_for_shifts(top: IntArray, driven: int) -> _Shifts:
    levers = len(top)
    shape = (levers, top.max() + 1 if levers else 1, driven, 2)
    return _Shifts(
        np.empty((levers, driven, 2)), np.empty(shape), np.empty(shape), np.zeros(levers, np.bool_)
    )


@compiled_in_place
def _know_shifts(reduced: ReducedForest, version: int, lever: int, top: IntArray, out: _Shifts) -> None:
    """Write what moving a lever does, unless it is known already."""
    if out.is_known[lever]:
        return
    out.is_known[lever] = True
    of = reduced.consequences
    noise, before = of.noise[version], out.before[lever]
    reach(of, version, lever, 0, before)
    for level in range(1, top[lever] + 1):
        after = out.after[lever, level]
        reach(of, version, lever, level, after)
        shift(of, version, lever, level, before, out.shift[lever, level])
        _add_to_both_ends(after, noise)
    _add_to_both_ends(before, noise)


@compiled_in_place
def _add_to_both_ends(ranges: FloatArray, noise: FloatArray) -> None:
    for place in range(len(noise)):
        ranges[place, 0] += noise[place]
        ranges[place, 1] += noise[place]


@compiled_in_place
def _write_boxes(
    reduced: ReducedForest, root: int, ranges: Float32Array, top: IntArray, boxes: _Boxes
) -> int:
    """Write the leaves of a tree as boxes; return how many there are."""
    low, high, stack = boxes.low, boxes.high, boxes.node
    stack[0] = root
    fill(low[0], 0)
    copy(top, high[0])
    for place in range(len(ranges)):
        copy(ranges[place], boxes.ranges[0, place])
    leaves, waiting = 0, 1  # boxes before `leaves` are done, those from there to `waiting` wait
    while leaves < waiting:
        node = stack[leaves]
        lever, below, above = reduced.lever[node], leaves, waiting
        if lever == LEAF:
            boxes.value[leaves] = reduced.value[node]
            leaves += 1
            continue
        copy(low[below], low[above])
        copy(high[below], high[above])
        for place in range(len(ranges)):
            copy(boxes.ranges[below, place], boxes.ranges[above, place])
        stack[below], stack[above] = reduced.low[node], reduced.high[node]
        if lever >= 0:
            high[below, lever], low[above, lever] = reduced.cut[node] - 1, reduced.cut[node]
        else:
            place = DRIVEN - lever
            boxes.ranges[below, place, 1] = reduced.threshold[node]
            boxes.ranges[above, place, 0] = reduced.threshold[node]
        waiting += 1
    return leaves


@compiled_in_place
def _add_largest_falls(
    falls: FloatArray,
    lever: int,
    top: IntArray,
    order: IntArray,
    boxes: _Boxes,
    shifts: _Shifts,
    largest: FloatArray,
) -> None:
    """The largest fall between two leaves that moving this lever alone may lead from and to, at each level.

    One leaf is where the lever is at level 0, the other where it is at the level. Some choice of the other
    levers must lead to either, and driven columns must get from the one to the other. `order` has the leaves,
    those of the highest value first if they are more than `_FEW_LEAVES`; `largest`, (levels,), is room.
    """
    low, high, value = boxes.low, boxes.high, boxes.value
    largest = largest[: top[lever] + 1]
    fill(largest, -np.inf)
    leaves, sorted_ = len(order), len(order) > _FEW_LEAVES
    for first in range(leaves):
        before = order[first]
        if low[before, lever] > 0:
            continue
        for last in range(leaves - 1, -1, -1):
            after = order[last]
            fall = value[before] - value[after]
            if sorted_ and fall <= smallest(largest[1:]):  # and so are all further ones
                break
            nearest, furthest = max(low[after, lever], 1), high[after, lever]
            if nearest > furthest or fall <= smallest(largest[nearest : furthest + 1]):
                continue
            if not _meet(low, high, before, after, lever):
                continue
            for level in range(nearest, furthest + 1):
                if fall > largest[level] and _driven_there(boxes, before, after, shifts, lever, level):
                    largest[level] = fall
    for level in range(1, top[lever] + 1):
        falls[level] += largest[level] if largest[level] > -np.inf else 0.0


@compiled_in_place
def _meet(low: IntArray, high: IntArray, first: int, second: int, but: int) -> bool:
    """Whether two boxes share a choice of all levers but one."""
    for lever in range(low.shape[1]):
        apart = low[first, lever] > high[second, lever] or low[second, lever] > high[first, lever]
        if apart and lever != but:
            return False
    return True


@compiled_in_place
def _driven_there(boxes: _Boxes, first: int, second: int, shifts: _Shifts, lever: int, level: int) -> bool:
    """Whether driven columns may lie in the one box before a move, and in the other after it."""
    for place in range(boxes.ranges.shape[1]):
        before, after = boxes.ranges[first, place], boxes.ranges[second, place]
        least, most = shifts.shift[lever, level, place]
        slack = _VALUE_ROUNDING * (1 + abs(before[0]))
        if after[0] - before[1] >= most + slack or after[1] - before[0] <= least - slack:
            return False
        if before[1] <= shifts.before[lever, place, 0] - slack:
            return False
        if before[0] > shifts.before[lever, place, 1] + slack:
            return False
        if after[1] <= shifts.after[lever, level, place, 0] - slack:
            return False
        if after[0] > shifts.after[lever, level, place, 1] + slack:
            return False
    return True
