"""Trees with everything decided that a question leaves no choice about.

A patient's fixed features settle most splits, so of a tree over all columns a small one over levers is
left: many are constants, most of the others ask about a single lever and are added up in a table. What
remains (a few trees a scenario that ask about two levers or more) is kept as trees over levels.
"""

from typing import NamedTuple

import numpy as np

from app.classifiers.forest import Forest
from app.compiled import compiled
from app.domain.schema import BoolArray, FloatArray, IntArray
from app.engine.exact.scenarios import Scenarios

CLASSIFIER = 0
"""The scenario of the classifier as it is: `Scenarios` puts it first."""
LEAF = -1
"""In place of a lever: the node asks about none."""
_MOST_NODES = 1 << 11
"""Of one tree: as many as a tree of depth 10 has."""


class ReducedForest(NamedTuple):
    """The margin of each scenario as a function of levels x.

    margin of s = `base[s]` + sum over levers q of `single[q, x[q], s]` + a leaf of each tree in
    `root[first[s]:first[s + 1]]`. At a node, a level of lever `lever` below `cut` goes to `low`, else to
    `high`; a leaf has `LEAF` as its lever and its value in `value`. `levers_asked` has a bit set for each
    lever that a tree asks about. `telling[q, l]`: whether any tree sees a difference between level l and the
    one before.
    """

    base: FloatArray
    single: FloatArray
    lever: IntArray
    cut: IntArray
    low: IntArray
    high: IntArray
    value: FloatArray
    root: IntArray
    first: IntArray
    levers_asked: IntArray
    telling: BoolArray


def reduced(forest: Forest, scenarios: Scenarios) -> ReducedForest:
    """The forest in all scenarios, with only levers left to ask about."""
    sizes = np.diff(forest.first)[scenarios.model]
    trees = int(sizes.sum())
    nodes = int((_nodes_by_model(forest)[scenarios.model]).sum())
    count, levers, levels = len(scenarios.model), len(scenarios.top), int(scenarios.top.max(initial=0)) + 1
    room = ReducedForest(
        base=forest.prior[scenarios.model],
        single=np.zeros((levers, levels, count)),
        lever=np.empty(nodes, dtype=np.int64),
        cut=np.empty(nodes, dtype=np.int64),
        low=np.empty(nodes, dtype=np.int64),
        high=np.empty(nodes, dtype=np.int64),
        value=np.empty(nodes),
        root=np.empty(trees, dtype=np.int64),
        first=np.zeros(count + 1, dtype=np.int64),
        levers_asked=np.empty(trees, dtype=np.int64),
        telling=np.zeros((levers, levels), dtype=bool),
    )
    _reduce(forest, scenarios, room)
    return room


def _nodes_by_model(forest: Forest) -> IntArray:
    ends = np.append(forest.root, len(forest.left))
    return np.diff(ends[forest.first])


@compiled
def _reduce(forest: Forest, scenarios: Scenarios, out: ReducedForest) -> None:
    levers = len(scenarios.top)
    waiting = np.empty(_MOST_NODES, dtype=np.int64)
    low, high = np.empty((_MOST_NODES, levers), np.int64), np.empty((_MOST_NODES, levers), np.int64)
    written = trees = 0
    for scenario in range(len(scenarios.model)):
        model, version = scenarios.model[scenario], scenarios.version[scenario]
        for tree in range(forest.first[model], forest.first[model + 1]):
            waiting[0], low[0], high[0] = forest.root[tree], 0, scenarios.top
            done, known, levers_asked = 0, 1, 0  # nodes before `done` are written, those up to `known` wait
            while done < known:
                node, index = waiting[done], written + done
                # Go down as long as every level that can still be chosen leads the same way.
                while forest.left[node] >= 0:
                    column, threshold = forest.column[node], forest.threshold[node]
                    lever, slot = scenarios.lever_of[column], scenarios.slot_of[column]
                    if lever >= 0:
                        left = scenarios.moved[version, slot, low[done, lever]] < threshold
                        if left != (scenarios.moved[version, slot, high[done, lever]] < threshold):
                            break
                    else:
                        value = scenarios.still[version, column]
                        left = forest.default_left[node] if np.isnan(value) else value < threshold
                    node = forest.left[node] if left else forest.right[node]
                if forest.left[node] < 0:
                    out.lever[index], out.value[index] = LEAF, forest.value[node]
                else:
                    # Below the cut goes where the lowest level goes, be that left or right in the forest.
                    cut = _first_crossing(
                        scenarios.moved[version, slot], threshold, low[done, lever], high[done, lever]
                    )
                    out.lever[index], out.cut[index] = lever, cut
                    out.low[index], out.high[index] = written + known, written + known + 1
                    out.telling[lever, cut] = True
                    levers_asked |= 1 << lever
                    waiting[known] = forest.left[node] if left else forest.right[node]
                    waiting[known + 1] = forest.right[node] if left else forest.left[node]
                    for child in (known, known + 1):
                        low[child], high[child] = low[done], high[done]
                    high[known, lever], low[known + 1, lever] = cut - 1, cut
                    known += 2
                done += 1
            # What was written stays only if the tree asks about two levers or more (two bits are set); else
            # it is added up elsewhere, and the next tree is written over it.
            if levers_asked & (levers_asked - 1):
                out.root[trees], out.levers_asked[trees] = written, levers_asked
                trees += 1
                written += known
            elif levers_asked == 0:
                out.base[scenario] += out.value[written]
            else:
                _add_up(out, scenario, written, scenarios.top)
        out.first[scenario + 1] = trees


@compiled
def _first_crossing(values: FloatArray, threshold: float, low: int, high: int) -> int:
    """The first level that lies on the other side of the threshold than level `low`.

    By bisection, since values never turn back as the level rises.
    """
    side = values[low] < threshold
    while high - low > 1:
        middle = (low + high) // 2
        if (values[middle] < threshold) == side:
            low = middle
        else:
            high = middle
    return high


@compiled
def _add_up(out: ReducedForest, scenario: int, start: int, top: IntArray) -> None:
    """Add a tree that asks about one lever only to that lever's table."""
    lever = out.lever[start]
    for level in range(top[lever] + 1):
        node = start
        while out.lever[node] != LEAF:
            node = out.low[node] if level < out.cut[node] else out.high[node]
        out.single[lever, level, scenario] += out.value[node]


@compiled
def leaf(out: ReducedForest, tree: int, levels: IntArray) -> float:
    """What a kept tree adds to the margin at these levels."""
    node = out.root[tree]
    while out.lever[node] != LEAF:
        node = out.low[node] if levels[out.lever[node]] < out.cut[node] else out.high[node]
    return out.value[node]


@compiled
def margin(out: ReducedForest, scenario: int, levels: IntArray) -> float:
    """The log-odds in a scenario at these levels."""
    total = out.base[scenario]
    for lever in range(len(levels)):
        total += out.single[lever, levels[lever], scenario]
    for tree in range(out.first[scenario], out.first[scenario + 1]):
        total += leaf(out, tree, levels)
    return total
