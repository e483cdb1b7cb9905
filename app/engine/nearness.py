"""How near one patient's candidates come to real people, with all that candidates share worked out before.

The measure is that of `plausibility`: the mean distance to the nearest people. A candidate moves a few
columns, so that everybody's distance from it is that from the factual and a difference for each lever.
"""

from typing import NamedTuple

import numpy as np

from app.compiled import compiled
from app.domain.levers import Levers
from app.domain.schema import FloatArray, IntArray
from app.engine.plausibility import NEIGHBOURS, Crowd, add_nearest


class Nearness(NamedTuple):
    """Everybody's squared distance from a patient, and what levers do to it.

    `squared` and `shared` have shape (people,): the sum over the columns both know, and how many those are.
    `delta[q, l]` is what level l of lever q adds to `squared`. `least[p]` is the least that the levers p,
    p + 1, … can add, each standing where it suits that person best.
    """

    squared: FloatArray
    shared: IntArray
    delta: FloatArray
    least: FloatArray


NOBODY = Nearness(np.empty(0), np.empty(0, dtype=np.int64), np.empty((0, 0, 0)), np.empty((0, 0)))
"""Where nearness is not looked after."""


def nearness_of(levers: Levers, crowd: Crowd) -> Nearness:
    """For the candidates of these levers, in this order of levers."""
    start = levers.factual[crowd.columns] * crowd.weight
    columns, owners, values = levers.moved
    compared = np.isin(columns, crowd.columns)
    place = np.searchsorted(crowd.columns, columns[compared])
    reach = values[compared] * crowd.weight[place, None]
    first = np.searchsorted(owners[compared], np.arange(len(levers) + 1))
    tops = np.array([lever.top for lever in levers], dtype=np.int64)
    return Nearness(*_prepare(start, crowd.by_column, place, reach, first, tops))


@compiled
def _prepare(
    start: FloatArray, people: FloatArray, place: IntArray, reach: FloatArray, first: IntArray, tops: IntArray
) -> tuple[FloatArray, IntArray, FloatArray, FloatArray]:
    """`people` has shape (columns, people); the columns of lever q are `first[q]:first[q + 1]` of `place`."""
    count, levers = people.shape[1], len(tops)
    squared, shared = np.zeros(count), np.zeros(count, dtype=np.int64)
    for column in range(len(start)):
        for other in range(count):
            apart = start[column] - people[column, other]
            if not np.isnan(apart):
                squared[other] += apart * apart
                shared[other] += 1
    delta, least = np.zeros((levers, reach.shape[1], count)), np.zeros((levers + 1, count))
    for lever in range(levers - 1, -1, -1):
        for level in range(1, tops[lever] + 1):
            for moved in range(first[lever], first[lever + 1]):
                before, after = start[place[moved]], reach[moved, level]
                for other in range(count):
                    value = people[place[moved], other]
                    if not np.isnan(value):
                        delta[lever, level, other] += (after - value) ** 2 - (before - value) ** 2
            least[lever] = np.minimum(least[lever], delta[lever, level])
        least[lever] += least[lever + 1]
    return squared, shared, delta, least


@compiled
def distance(near: Nearness, levels: IntArray, undecided: int) -> float:
    """Mean distance from a candidate to its nearest people, at least: levers from `undecided` on may help.

    With `undecided` equal to the number of levers it is the distance itself.
    """
    now = near.squared + near.least[undecided]
    for lever in range(len(levels)):
        if levels[lever] > 0:
            now += near.delta[lever, levels[lever]]
    nearest = np.full(NEIGHBOURS, np.inf)
    for other in range(len(now)):
        add_nearest(nearest, max(now[other], 0.0) / max(near.shared[other], 1))
    return np.sqrt(nearest).mean()
