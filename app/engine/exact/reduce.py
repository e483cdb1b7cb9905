"""Trees with everything decided that a question leaves no choice about.

A patient's fixed features settle most splits, so of a tree over all columns a small one over levers is
left: many are constants, most of the others ask about a single lever and are added up in a table. What
remains (a few trees a scenario that ask about two levers or more, or about a column that levers drive) is
kept as trees over levels and driven columns.
"""

from typing import NamedTuple

import numpy as np

from app.classifiers.forest import Float32Array, Forest
from app.compiled import compiled, compiled_in_place
from app.domain.consequences import Consequences, work_out
from app.domain.schema import BoolArray, FloatArray, IntArray
from app.engine.exact.driven import ANY, influences, reach
from app.engine.exact.scenarios import Scenarios

CLASSIFIER = 0
"""The scenario of the classifier as it is: `Scenarios` puts it first."""
LEAF = -1
"""In place of a lever: the node asks about none."""
DRIVEN = -2
"""In place of a lever: DRIVEN - d stands for the driven column d."""
SLOPE = -1
"""In place of where a node that asks about a driven column leads: the column is multiplied by `value`."""
_ROUNDING = 1e-6
"""Relative to a value, and as much again: more than what single precision does to it."""


class ReducedForest(NamedTuple):
    """The margin of each scenario as a function of levels x.

    margin of s = `base[s]` + sum over levers q of `single[q, x[q], s]` + a leaf of each tree in
    `root[first[s]:first[s + 1]]`. At a node, a level of lever `lever` below `cut` goes to `low`, else to
    `high`; a driven column below `threshold` likewise; a leaf has `LEAF` as its lever and its value in
    `value`. What is linear in a driven column counts as a tree of one node, whose `low` is `SLOPE`.
    The nodes of a tree end where those of the next begin; a last number of `root` ends those of the last.
    `levers_asked` has a bit set for each lever that a tree's answer depends on. `telling[q, l]`:
    whether any tree may see a difference between level l and the one before. Driven columns are those of
    `consequences` in `version[s]`; between `reach[v, d]` they lie.
    """

    base: FloatArray
    single: FloatArray
    lever: IntArray
    cut: IntArray
    threshold: Float32Array
    low: IntArray
    high: IntArray
    value: FloatArray
    root: IntArray
    first: IntArray
    levers_asked: IntArray
    telling: BoolArray
    version: IntArray
    consequences: Consequences
    reach: Float32Array


def reduced(forest: Forest, scenarios: Scenarios) -> ReducedForest:
    """The forest in all scenarios, with only levers left to ask about."""
    sizes = np.diff(forest.first)[scenarios.model]
    slopes = forest.slope.shape[1] and len(scenarios.model) * scenarios.consequences.number
    trees = int(sizes.sum()) + slopes
    nodes = int((_nodes_by_model(forest)[scenarios.model]).sum()) + slopes
    count, levers, levels = len(scenarios.model), len(scenarios.top), int(scenarios.top.max(initial=0)) + 1
    room = ReducedForest(
        base=forest.prior[scenarios.model],
        single=np.zeros((levers, levels, count)),
        lever=np.empty(nodes, dtype=np.int64),
        cut=np.empty(nodes, dtype=np.int64),
        threshold=np.empty(nodes, dtype=np.float32),
        low=np.empty(nodes, dtype=np.int64),
        high=np.empty(nodes, dtype=np.int64),
        value=np.empty(nodes),
        root=np.empty(trees + 1, dtype=np.int64),
        first=np.zeros(count + 1, dtype=np.int64),
        levers_asked=np.empty(trees, dtype=np.int64),
        telling=np.zeros((levers, levels), dtype=bool),
        version=scenarios.version,
        consequences=scenarios.consequences,
        reach=_reach_of_all(scenarios.consequences),
    )
    most = int(np.diff(np.append(forest.root, len(forest.left))).max(initial=1))
    influence, begun = influences(scenarios.consequences), np.zeros(4, dtype=np.int64)
    while not _reduce(forest, scenarios, room, influence, most, begun):
        room, most = _enlarged(room), 2 * most
    return room


def _enlarged(room: ReducedForest) -> ReducedForest:
    """The same with room for twice as many nodes."""
    return room._replace(
        lever=np.concatenate([room.lever, np.empty_like(room.lever)]),
        cut=np.concatenate([room.cut, np.empty_like(room.cut)]),
        threshold=np.concatenate([room.threshold, np.empty_like(room.threshold)]),
        low=np.concatenate([room.low, np.empty_like(room.low)]),
        high=np.concatenate([room.high, np.empty_like(room.high)]),
        value=np.concatenate([room.value, np.empty_like(room.value)]),
    )


def _nodes_by_model(forest: Forest) -> IntArray:
    ends = np.append(forest.root, len(forest.left))
    return np.diff(ends[forest.first])


@compiled
def _reach_of_all(of: Consequences) -> Float32Array:
    """Between which values each driven column lies in each version, the upper one excluded: (V, D, 2)."""
    result = np.empty((len(of.noise), len(of.column), 2), dtype=np.float32)
    ranges = np.empty((len(of.column), 2))
    for version in range(len(result)):
        reach(of, version, ANY, 0, ranges)
        for place in range(len(ranges)):
            lowest, highest = ranges[place] + of.noise[version, place]
            result[version, place, 0] = np.float32(lowest - _ROUNDING * (1 + abs(lowest)))
            result[version, place, 1] = np.float32(highest + _ROUNDING * (1 + abs(highest)))
    return result


@compiled
def _reduce(
    forest: Forest,
    scenarios: Scenarios,
    out: ReducedForest,
    influence: IntArray,
    most: int,
    begun: IntArray,
) -> bool:
    """Write what is left of each scenario's trees; False where there must be more room to go on.

    There is room for `most` nodes of a tree, and in `out` for so many of all. More than a tree has may be
    left of it only where a column turns back. `begun`, overwritten, has the scenario and the tree to go on
    with, and how many trees and nodes are written.
    """
    levers = len(scenarios.top)
    waiting = np.empty(most, dtype=np.int64)
    low, high = np.empty((most, levers), np.int64), np.empty((most, levers), np.int64)
    ranges = np.empty((most, len(influence), 2), np.float32)
    trees, written = begun[2], begun[3]
    for scenario in range(begun[0], len(scenarios.model)):
        model, version = scenarios.model[scenario], scenarios.version[scenario]
        for tree in range(max(begun[1], forest.first[model]), forest.first[model + 1]):
            begun[0], begun[1], begun[2], begun[3] = scenario, tree, trees, written
            waiting[0], low[0], high[0] = forest.root[tree], 0, scenarios.top
            ranges[0] = out.reach[version]
            done, known, levers_asked = 0, 1, 0  # nodes before `done` are written, those up to `known` wait
            asks_driven = False
            while done < known:
                node, index = waiting[done], written + done
                # Go down as long as every level that can still be chosen leads the same way.
                while forest.left[node] >= 0:
                    column, threshold = forest.column[node], forest.threshold[node]
                    lever, slot = scenarios.lever_of[column], scenarios.slot_of[column]
                    place = scenarios.driven_of[column]
                    if place >= 0:
                        left = ranges[done, place, 1] <= threshold
                        if not left and ranges[done, place, 0] < threshold:
                            break
                    elif lever >= 0:
                        values, turns = scenarios.moved[version, slot], scenarios.turns[slot]
                        left = values[low[done, lever]] < threshold
                        cut = _first_crossing(values, turns, threshold, low[done, lever], high[done, lever])
                        if cut <= high[done, lever]:
                            break
                    else:
                        value = scenarios.still[version, column]
                        left = forest.default_left[node] if np.isnan(value) else value < threshold
                    node = forest.left[node] if left else forest.right[node]
                more = 0 if forest.left[node] < 0 else 2
                if known + more > most or written + known + more > len(out.lever):
                    return False
                if forest.left[node] < 0:
                    out.lever[index], out.value[index] = LEAF, forest.value[node]
                elif place >= 0:
                    out.lever[index], out.threshold[index] = DRIVEN - place, threshold
                    out.low[index], out.high[index] = written + known, written + known + 1
                    levers_asked |= influence[place]
                    asks_driven = True
                    waiting[known], waiting[known + 1] = forest.left[node], forest.right[node]
                    for child in (known, known + 1):
                        low[child], high[child], ranges[child] = low[done], high[done], ranges[done]
                    ranges[known, place, 1], ranges[known + 1, place, 0] = threshold, threshold
                    known += 2
                else:
                    # Below the cut goes where the lowest level goes, be that left or right in the forest.
                    # Above it goes the other way; where the column turns back, the node is asked once more.
                    out.lever[index], out.cut[index] = lever, cut
                    out.low[index], out.high[index] = written + known, written + known + 1
                    out.telling[lever, cut] = True
                    levers_asked |= 1 << lever
                    waiting[known] = forest.left[node] if left else forest.right[node]
                    waiting[known + 1] = forest.right[node] if left else forest.left[node]
                    if turns:
                        waiting[known + 1] = node
                    for child in (known, known + 1):
                        low[child], high[child], ranges[child] = low[done], high[done], ranges[done]
                    high[known, lever], low[known + 1, lever] = cut - 1, cut
                    known += 2
                done += 1
            # What was written stays only if the tree asks about two levers or more (two bits are set), or a
            # driven column; else it is added up elsewhere, and the next tree is written over it.
            if asks_driven or levers_asked & (levers_asked - 1):
                if asks_driven:
                    _tell_all(out, levers_asked, scenarios.top)
                out.root[trees], out.levers_asked[trees] = written, levers_asked
                trees += 1
                written += known
            elif levers_asked == 0:
                out.base[scenario] += out.value[written]
            else:
                _add_up(out, scenario, written, scenarios.top)
        if written + forest.slope.shape[1] > len(out.lever):
            begun[0], begun[1], begun[2], begun[3] = scenario, forest.first[model + 1], trees, written
            return False
        for column in range(forest.slope.shape[1]):
            slope, place = forest.slope[model, column], scenarios.driven_of[column]
            if slope == 0:
                continue
            if place < 0:
                _add_slope(scenarios, out, scenario, column, slope)
                continue
            out.lever[written], out.low[written], out.value[written] = DRIVEN - place, SLOPE, slope
            out.root[trees], out.levers_asked[trees] = written, influence[place]
            _tell_all(out, influence[place], scenarios.top)
            trees, written = trees + 1, written + 1
        out.first[scenario + 1] = trees
        begun[1] = 0
    out.root[trees] = written
    return True


@compiled_in_place
def _add_slope(scenarios: Scenarios, out: ReducedForest, scenario: int, column: int, slope: float) -> None:
    """Add what is linear in a column that one lever moves, or none, to that lever's table, or the base."""
    version, lever = scenarios.version[scenario], scenarios.lever_of[column]
    if lever < 0:
        value = scenarios.still[version, column]
        if not np.isnan(value):
            out.base[scenario] += slope * value
        return
    values = scenarios.moved[version, scenarios.slot_of[column]]
    for level in range(scenarios.top[lever] + 1):
        if not np.isnan(values[level]):
            out.single[lever, level, scenario] += slope * values[level]
        if level > 0 and values[level] != values[level - 1]:
            out.telling[lever, level] = True


@compiled_in_place
def _tell_all(out: ReducedForest, levers_asked: int, top: IntArray) -> None:
    """Every level of these levers may make a difference."""
    for lever in range(len(top)):
        if levers_asked >> lever & 1:
            out.telling[lever, 1 : top[lever] + 1] = True


@compiled_in_place
def _first_crossing(values: FloatArray, turns: bool, threshold: float, low: int, high: int) -> int:
    """The first level that lies on the other side of the threshold than level `low`; `high` + 1 if none does.

    By bisection, but where values may turn back as the level rises.
    """
    side = values[low] < threshold
    if turns:
        for level in range(low + 1, high + 1):
            if (values[level] < threshold) != side:
                return level
        return high + 1
    if (values[high] < threshold) == side:
        return high + 1
    while high - low > 1:
        middle = (low + high) // 2
        if (values[middle] < threshold) == side:
            low = middle
        else:
            high = middle
    return high


@compiled_in_place
def _add_up(out: ReducedForest, scenario: int, start: int, top: IntArray) -> None:
    """Add a tree that asks about one lever only to that lever's table."""
    lever = out.lever[start]
    for level in range(top[lever] + 1):
        node = start
        while out.lever[node] != LEAF:
            node = out.low[node] if level < out.cut[node] else out.high[node]
        out.single[lever, level, scenario] += out.value[node]


@compiled_in_place
def follow(out: ReducedForest, scenario: int, levels: IntArray, driven: FloatArray) -> None:
    """Write the driven columns of a scenario at these levels."""
    version = out.version[scenario]
    work_out(out.consequences, version, levels, driven)
    driven += out.consequences.noise[version]


@compiled_in_place
def leaf(out: ReducedForest, tree: int, levels: IntArray, driven: FloatArray) -> float:
    """What a kept tree adds to the margin at these levels, with driven columns as they then are."""
    node = out.root[tree]
    while out.lever[node] != LEAF:
        lever = out.lever[node]
        if lever >= 0:
            below = levels[lever] < out.cut[node]
        elif out.low[node] == SLOPE:
            return out.value[node] * np.float32(driven[DRIVEN - lever])
        else:
            below = np.float32(driven[DRIVEN - lever]) < out.threshold[node]
        node = out.low[node] if below else out.high[node]
    return out.value[node]


@compiled_in_place
def margin(
    out: ReducedForest, scenario: int, levels: IntArray, leaves: FloatArray, driven: FloatArray
) -> float:
    """The margin in a scenario at these levels; writes what its trees add to it into `leaves`, (trees,).

    `driven` is room for the driven columns.
    """
    follow(out, scenario, levels, driven)
    total = out.base[scenario]
    for lever in range(len(levels)):
        total += out.single[lever, levels[lever], scenario]
    for tree in range(out.first[scenario], out.first[scenario + 1]):
        leaves[tree] = leaf(out, tree, levels, driven)
        total += leaves[tree]
    return total


@compiled_in_place
def moved_margin(
    out: ReducedForest,
    scenario: int,
    before: float,
    leaves: FloatArray,
    levels: IntArray,
    lever: int,
    driven: FloatArray,
) -> float:
    """The margin once one lever has left the factual, from those `before` and the trees' leaves there.

    Only trees that ask about the lever are walked; `driven` is room for the driven columns.
    """
    total = before + out.single[lever, levels[lever], scenario] - out.single[lever, 0, scenario]
    follow(out, scenario, levels, driven)
    for tree in range(out.first[scenario], out.first[scenario + 1]):
        if out.levers_asked[tree] >> lever & 1:
            total += leaf(out, tree, levels, driven) - leaves[tree]
    return total
