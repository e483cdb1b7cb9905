"""How much further levers can take off a margin, at most.

Two bounds make one. *Gains*: moving lever q to level l lowers a scenario's margin by at most
`gain[q, l, s]`, whatever the other levers do. Summed over the levers moved, that bounds the fall of any
candidate, since the fall is a telescoping sum of single moves. *Knapsack*: which levels of the levers not
decided yet, within so much effort and so many changes, have the largest sum of gains? A multiple-choice
knapsack, solved once a question by dynamic programming over effort in equal parts; efforts are rounded
down to a part, so that the bound stays one.
"""

from typing import NamedTuple

import numpy as np

from app.classifiers.forest import Float32Array
from app.compiled import compiled
from app.domain.schema import FloatArray, IntArray
from app.domain.tolerances import LEAST_EFFORT, SAME
from app.engine.exact.reduce import LEAF, ReducedForest

PARTS = 128
_MOST_LEAVES = 1 << 10


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


@compiled
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
                best[:] = most[lever + 1, changes, scenario]
                last = np.float32(0)
                for level in range(1, top[lever] + 1):
                    worth = gain[lever, level, scenario]
                    if worth <= last:  # a nearer level takes off as much for less effort
                        continue
                    last = worth
                    cost = parts[lever, level]
                    for budget in range(cost, PARTS):
                        best[budget] = max(best[budget], worth + before[budget - cost])


@compiled
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


@compiled
def gains(reduced: ReducedForest, top: IntArray) -> FloatArray:
    """An upper bound on what each level of each lever takes off, shape (levers, levels, scenarios)."""
    levers, scenarios = len(top), len(reduced.base)
    result = np.zeros((levers, reduced.single.shape[1], scenarios))
    low, high = np.empty((_MOST_LEAVES, levers), np.int64), np.empty((_MOST_LEAVES, levers), np.int64)
    value = np.empty(_MOST_LEAVES)
    for lever in range(levers):
        for level in range(1, top[lever] + 1):
            for scenario in range(scenarios):
                result[lever, level, scenario] = (
                    reduced.single[lever, 0, scenario] - reduced.single[lever, level, scenario]
                )
    for scenario in range(scenarios):
        for tree in range(reduced.first[scenario], reduced.first[scenario + 1]):
            leaves = _boxes(reduced, reduced.root[tree], top, low, high, value)
            for lever in range(levers):
                if reduced.levers_asked[tree] >> lever & 1:
                    # A slice is a view: the falls are added to the result in place.
                    _add_largest_falls(result[lever, :, scenario], lever, top, leaves, low, high, value)
    return result


@compiled
def _boxes(
    reduced: ReducedForest, root: int, top: IntArray, low: IntArray, high: IntArray, value: FloatArray
) -> int:
    """Write the leaves of a tree as boxes of levels; return how many there are."""
    stack = np.empty(_MOST_LEAVES, np.int64)
    stack[0], low[0], high[0] = root, 0, top
    leaves, waiting = 0, 1  # boxes before `leaves` are done, those from there to `waiting` wait
    while leaves < waiting:
        node = stack[leaves]
        if reduced.lever[node] == LEAF:
            value[leaves] = reduced.value[node]
            leaves += 1
            continue
        lever, cut = reduced.lever[node], reduced.cut[node]
        low[waiting], high[waiting] = low[leaves], high[leaves]
        stack[leaves], high[leaves, lever] = reduced.low[node], cut - 1
        stack[waiting], low[waiting, lever] = reduced.high[node], cut
        waiting += 1
    return leaves


@compiled
def _add_largest_falls(
    falls: FloatArray,
    lever: int,
    top: IntArray,
    leaves: int,
    low: IntArray,
    high: IntArray,
    value: FloatArray,
) -> None:
    """The largest fall between two leaves that differ in this lever alone, added at each level.

    One leaf is where the lever is at level 0, the other where it is at the level. Both can be reached by
    moving this lever alone only if some choice of the other levers leads to either.
    """
    for level in range(1, top[lever] + 1):
        largest = -np.inf
        for before in range(leaves):
            if low[before, lever] > 0:
                continue
            for after in range(leaves):
                if low[after, lever] <= level <= high[after, lever]:
                    fall = value[before] - value[after]
                    if fall > largest and _meet(low, high, before, after, lever):
                        largest = fall
        falls[level] += largest


@compiled
def _meet(low: IntArray, high: IntArray, first: int, second: int, but: int) -> bool:
    """Whether two boxes share a choice of all levers but one."""
    for lever in range(low.shape[1]):
        apart = low[first, lever] > high[second, lever] or low[second, lever] > high[first, lever]
        if apart and lever != but:
            return False
    return True
