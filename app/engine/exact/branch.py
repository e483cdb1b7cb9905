"""Best-first branch and bound over candidates.

A candidate decides levers in order: its last changed lever and all before it are decided, those after it
stand at the factual. Its children change one more lever, to any level that tells. A candidate's key is its
effort plus the least further effort with which enough scenarios of every group can still reach the target
(`bounds`): no candidate below it can cost less. So the first candidate taken from the heap that reaches the
target in enough scenarios is one of least effort (A*: Hart, Nilsson and Raphael, 1968), and an empty heap
proves that there is none.
"""

from typing import NamedTuple

import numpy as np

from app.classifiers.forest import Float32Array
from app.compiled import compiled, compiled_in_place
from app.domain.consequences import AS_TOLD, work_out
from app.domain.schema import BoolArray, FloatArray, IntArray
from app.domain.tolerances import MARGIN_SLACK, SAME
from app.engine.exact.bounds import PARTS, parts_needed
from app.engine.exact.heap import ROOT, pop, push
from app.engine.exact.in_place import copy, fill
from app.engine.exact.reduce import CLASSIFIER, ReducedForest, follow, leaf, margin

NONE_LEFT, BEYOND, PAUSED, FULL = -1, -2, -3, -4
"""How `advance` ended without a candidate, none of which has such an index."""
MET, OPEN, LOOKED_AT = 0, 1, 2
"""What `Frontier.counts` holds at each place."""
UNCHANGED, NO_LEVER = 0, -1
"""The index of the candidate that changes nothing, and what stands for its last changed lever."""
_FIRST_ROOM = 1 << 12


class Program(NamedTuple):
    """What is to be minimised, and subject to what.

    A candidate will do if, in each group g of scenarios, at least `quota[g]` margins are at or below
    their `goal`, shape (scenarios,), every relation keeps its room, every driven column its range, and at
    most `changes` levers are moved. `most` and `part` are the knapsack's, `all_of` is `most` for any effort.
    """

    reduced: ReducedForest
    efforts: FloatArray
    open: BoolArray
    changes: int
    goal: FloatArray
    group: IntArray
    quota: IntArray
    most: Float32Array
    part: float
    all_of: Float32Array
    room: FloatArray
    use: FloatArray
    weights: FloatArray
    driven_range: FloatArray


class Frontier(NamedTuple):
    """Candidates met so far, and a heap of those not yet taken further.

    `levels`, `effort` and `last` (the last changed lever) describe each candidate met, `keys` and `items` are
    the heap. Compiled code can change an array but no field, so that what is counted is an array too:
    `counts[MET]` candidates were met, `counts[OPEN]` wait in the heap, and `counts[LOOKED_AT]` were looked
    at, children that are out of reach included.
    """

    levels: IntArray
    effort: FloatArray
    last: IntArray
    keys: FloatArray
    items: IntArray
    counts: IntArray


class Room(NamedTuple):
    """What is written while one candidate is looked at and taken further.

    The candidate's `levels`, the `margins` of its scenarios and what their trees add to them (`leaves`);
    the margins `after` one more lever is moved; driven columns, and the needs of the `hardest` scenarios.
    """

    levels: IntArray
    margins: FloatArray
    leaves: FloatArray
    after: FloatArray
    driven: FloatArray
    hardest: IntArray


@compiled
def room_for(program: Program) -> Room:
    """Room for any candidate of this problem."""
    scenarios = program.group[-1]
    return Room(
        np.empty(len(program.efforts), np.int64),
        np.empty(scenarios),
        np.empty(program.reduced.first[scenarios]),
        np.empty(scenarios),
        np.empty(program.driven_range.shape[1]),
        np.empty(scenarios + 1, np.int64),
    )


def frontier(levers: int, key: float = 0.0) -> Frontier:
    """A frontier that holds the unchanged candidate alone, with this key: a bound on all that comes of it.

    In what the heap is ordered by is up to the search: effort, where nothing costs less than nothing, or a
    margin.
    """
    room = _FIRST_ROOM
    begun = Frontier(
        levels=np.empty((room, levers), dtype=np.int64),
        effort=np.empty(room),
        last=np.empty(room, dtype=np.int64),
        keys=np.empty(room),
        items=np.empty(room, dtype=np.int64),
        counts=np.empty(3, dtype=np.int64),
    )
    begun.levels[UNCHANGED], begun.effort[UNCHANGED], begun.last[UNCHANGED] = 0, 0.0, NO_LEVER
    begun.keys[ROOT], begun.items[ROOT] = key, UNCHANGED
    begun.counts[MET], begun.counts[OPEN], begun.counts[LOOKED_AT] = 1, 1, 0
    return begun


def enlarged(open_: Frontier) -> Frontier:
    """The same frontier with room for four times as many candidates."""
    larger = [
        np.concatenate([array, np.empty((3 * len(array), *array.shape[1:]), array.dtype)])
        for array in open_[:-1]
    ]
    return Frontier._make([*larger, open_.counts])


def start_margin(program: Program) -> float:
    """The classifier's margin for the unchanged candidate."""
    room = room_for(program)
    room.levels[:] = 0
    return float(margin(program.reduced, CLASSIFIER, room.levels, room.leaves, room.driven))


@compiled
def advance(program: Program, open_: Frontier, taken: IntArray, limit: float, steps: int, most: float) -> int:
    """Go on until a candidate will do, for so many steps, or until so many candidates more were looked at.

    `taken` holds sets of levers, as bits: a candidate that contains one of them will not do. Returns the
    candidate's index; NONE_LEFT; BEYOND when every other one costs more than `limit`; PAUSED after that;
    or FULL when the frontier must be enlarged to go on. A candidate that is returned is off the heap;
    `expand` takes it further, for which there is room.
    """
    return _advance(program, open_, taken, limit, steps, most, room_for(program))


@compiled_in_place
def _advance(
    program: Program,
    open_: Frontier,
    taken: IntArray,
    limit: float,
    steps: int,
    most: float,
    room: Room,
) -> int:
    end = open_.counts[LOOKED_AT] + most
    for _ in range(steps):
        if open_.counts[OPEN] == 0:
            return NONE_LEFT
        if open_.counts[LOOKED_AT] >= end:
            return PAUSED
        key, item = open_.keys[ROOT], open_.items[ROOT]
        if key > limit:
            return BEYOND
        if not has_room(program, open_):
            return FULL
        open_.counts[OPEN] = pop(open_.keys, open_.items, open_.counts[OPEN])
        open_.counts[LOOKED_AT] += 1
        levels = open_.levels[item]
        if contains_one(taken, lever_set(levels)):  # so would all that comes of it
            continue
        write_margins(program, levels, room)
        left = program.changes - changes_in(levels)
        further = _parts(program, room.margins, open_.last[item] + 1, left, room.hardest)
        if further == PARTS:
            continue
        now = open_.effort[item] + further * program.part
        if now > key + SAME:  # the bound has become tighter since it was put there
            open_.counts[OPEN] = push(open_.keys, open_.items, open_.counts[OPEN], now, item)
            continue
        if further == 0 and is_allowed(program, levels, room.driven):
            return item
        _expand(program, open_, item, room)
    return PAUSED


@compiled_in_place
def has_room(program: Program, open_: Frontier) -> bool:
    """Whether all children of any candidate find room."""
    return open_.counts[MET] + program.open.size <= len(open_.effort)


@compiled
def expand(program: Program, open_: Frontier, item: int) -> None:
    """Put a candidate's children on the heap, but those out of reach.

    Only levers after the last changed one are moved: so each candidate has one parent, and is met once.
    """
    room = room_for(program)
    write_margins(program, open_.levels[item], room)
    _expand(program, open_, item, room)


@compiled_in_place
def _expand(program: Program, open_: Frontier, item: int, room: Room) -> None:
    """`expand`, where the candidate's own margins and leaves (`write_margins`) are at hand.

    Of a child's trees only those that ask about its new lever are walked again: the rest stay at these.
    """
    levels = room.levels
    copy(open_.levels[item], levels)
    left = program.changes - changes_in(levels) - 1
    if left < 0:
        return
    for lever in range(open_.last[item] + 1, len(levels)):
        for level in range(1, program.open.shape[1]):
            if not program.open[lever, level]:
                continue
            levels[lever] = level
            open_.counts[LOOKED_AT] += 1
            if not _in_reach(program, room, lever, left):
                continue
            further = _parts(program, room.after, lever + 1, left, room.hardest)
            child = open_.counts[MET]
            copy(levels, open_.levels[child])
            open_.last[child] = lever
            open_.effort[child] = open_.effort[item] + program.efforts[lever, level]
            key = open_.effort[child] + further * program.part
            open_.counts[MET] += 1
            open_.counts[OPEN] = push(open_.keys, open_.items, open_.counts[OPEN], key, child)
        levels[lever] = 0


@compiled_in_place
def write_margins(program: Program, levels: IntArray, room: Room) -> None:
    """Write the margin of each scenario, and what each kept tree adds to it."""
    reduced, margins, leaves = program.reduced, room.margins, room.leaves
    copy(reduced.base[: len(margins)], margins)
    for lever in range(len(levels)):
        margins += reduced.single[lever, levels[lever], : len(margins)]
    version = -1
    for scenario in range(len(margins)):
        if reduced.version[scenario] != version:
            version = reduced.version[scenario]
            follow(reduced, scenario, levels, room.driven)
        for tree in range(reduced.first[scenario], reduced.first[scenario + 1]):
            leaves[tree] = leaf(reduced, tree, levels, room.driven)
            margins[scenario] += leaves[tree]


@compiled_in_place
def _in_reach(program: Program, room: Room, lever: int, changes: int) -> bool:
    """Whether enough scenarios can reach the goal, at any effort, now that one lever has left the factual.

    Writes the margins after that, as far as it has to look, from those before and the trees' leaves there.
    """
    reduced, levels, level = program.reduced, room.levels, room.levels[lever]
    version = -1
    for group in range(len(program.quota)):
        start, end = program.group[group], program.group[group + 1]
        may_fail = end - start - program.quota[group]
        for scenario in range(start, end):
            single = reduced.single[lever, level, scenario] - reduced.single[lever, 0, scenario]
            total = room.margins[scenario] + single
            for tree in range(reduced.first[scenario], reduced.first[scenario + 1]):
                if reduced.levers_asked[tree] >> lever & 1:
                    if reduced.version[scenario] != version:
                        version = reduced.version[scenario]
                        follow(reduced, scenario, levels, room.driven)
                    total += leaf(reduced, tree, levels, room.driven) - room.leaves[tree]
            room.after[scenario] = total
            if total - program.all_of[lever + 1, changes, scenario] > program.goal[scenario] + MARGIN_SLACK:
                may_fail -= 1
                if may_fail < 0:
                    return False
    return True


@compiled_in_place
def _parts(program: Program, margins: FloatArray, lever: int, changes: int, hardest: IntArray) -> int:
    """Parts of effort that are needed at least from here; PARTS if the target is out of reach.

    In a group of n scenarios of which `quota` must reach the goal, the n - quota hardest may fail.
    """
    needed = 0
    for group in range(len(program.quota)):
        start, end = program.group[group], program.group[group + 1]
        allowed = end - start - program.quota[group]
        # The largest needs met so far, one more than may fail, rising: the first is what enough need.
        fill(hardest[: allowed + 1], 0)
        for scenario in range(start, end):
            goal = program.goal[scenario] + MARGIN_SLACK
            if margins[scenario] <= goal:
                continue
            own = parts_needed(program.most[lever, changes, scenario], margins[scenario] - goal)
            if own > hardest[0]:
                place = 0
                while place < allowed and hardest[place + 1] < own:
                    hardest[place] = hardest[place + 1]
                    place += 1
                hardest[place] = own
                if hardest[0] == PARTS:
                    return PARTS
        needed = max(needed, hardest[0])
    return needed


@compiled_in_place
def is_allowed(program: Program, levels: IntArray, driven: FloatArray) -> bool:
    """Whether no relation uses more than its room, and every driven column is in its range.

    `driven` is room for these columns.
    """
    consequences = program.reduced.consequences
    work_out(consequences, AS_TOLD, levels, driven)
    for place in range(len(driven)):
        low, high = program.driven_range[0, place], program.driven_range[1, place]
        if driven[place] != consequences.start[place] and not low <= driven[place] <= high:
            return False
    for relation in range(len(program.room)):
        used = 0.0
        for lever in range(len(levels)):
            used += program.use[relation, lever, levels[lever]]
        for place in range(len(driven)):
            used += program.weights[relation, place] * (driven[place] - consequences.start[place])
        if used > program.room[relation]:
            return False
    return True


@compiled_in_place
def lever_set(levels: IntArray) -> int:
    """The levers that are moved, as bits."""
    bits = 0
    for lever in range(len(levels)):
        if levels[lever]:
            bits |= 1 << lever
    return bits


@compiled_in_place
def changes_in(levels: IntArray) -> int:
    """How many levers are moved."""
    moved = 0
    for lever in range(len(levels)):
        moved += levels[lever] > 0
    return moved


@compiled_in_place
def contains_one(taken: IntArray, moved: int) -> bool:
    """Whether a set of levers contains one of others."""
    for index in range(len(taken)):  # noqa: SIM110 - a generator cannot be compiled
        if taken[index] & moved == taken[index]:
            return True
    return False
