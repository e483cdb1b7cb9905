"""What follows from a candidate: the columns that several levers move together, by published effects.

A *driven* column has a value of its own at each level of the lever that is on it, if there is one and it is
moved; else it follows another by a link; else effects add up. Effects on a column that its own lever moves
are not counted: the lever says where the column ends, whatever else takes part in getting there.

Everything is worked out in *versions*: version 0 is what is told, by mean effects and rounded as values are;
the others are draws, each with its own sizes of effects and shares of the changes that are carried out.
"""

from typing import NamedTuple

import numpy as np

from app.compiled import compiled, compiled_in_place
from app.domain.schema import FloatArray, IntArray
from app.domain.tolerances import SAME

NONE = -1
"""In place of a lever or a column: there is none."""
AS_TOLD = 0
"""The version of mean effects, every change carried out in full."""
FALLS, RISES = -1.0, 1.0


class Consequences(NamedTuple):
    """Driven columns of one patient, each after all that drive it, and the effects on them.

    Shapes: D driven columns, E effects, V versions, L levels of a lever.
    """

    column: IntArray
    """(D,) Which column of the classifier's input each is."""
    start: FloatArray
    """(D,) Its factual value."""
    own: IntArray
    """(D,) The lever that is on it, or NONE."""
    own_value: FloatArray
    """(V, D, L) Its value at each level of that lever."""
    follows: IntArray
    """(D,) The driven column that it follows by a link, or NONE."""
    slope: FloatArray
    """(D,) By how much, per unit of that one's change."""
    share_of_sum: FloatArray
    """(D,)"""
    most: FloatArray
    """(D,) The largest change by effects; infinite where nothing caps it."""
    low: FloatArray
    """(D,) Effects take the value no lower."""
    high: FloatArray
    """(D,)"""
    precision: FloatArray
    """(D,) To which the value of version 0 is rounded."""
    rounding: IntArray
    """(D,) Which way: as for `rounded`."""
    noise: FloatArray
    """(V, D) Added in the end."""
    first: IntArray
    """(D + 1,) The effects on column d are `first[d]:first[d + 1]`."""
    lever: IntArray
    """(E,) The lever whose levels `amount` goes by, or NONE where the driver is itself driven."""
    source: IntArray
    """(E,) That driver's place among the driven columns, or NONE."""
    source_sign: FloatArray
    """(E,) The way the driver must go for the effect to count."""
    amount: FloatArray
    """(V, E, L) By how many units (of `per`) the lever's level moves the driver."""
    size: FloatArray
    """(V, E) Signed change of the column per unit of the driver."""
    cap: FloatArray
    """(E,) The most that the effect does; infinite where nothing caps it."""
    not_with: IntArray
    """(E,) Levers, as bits: where one of them is moved, the effect does not count."""

    @property
    def number(self) -> int:
        """How many driven columns there are."""
        return len(self.column)


def reordered(of: Consequences, order: IntArray) -> Consequences:
    """The same where the levers are numbered anew: lever k is the one that was lever `order[k]`."""
    place = np.append(np.argsort(order), NONE)  # the last stands for none, which stays none
    bits = (of.not_with[:, None] >> order & 1) << np.arange(len(order))
    return of._replace(own=place[of.own], lever=place[of.lever], not_with=bits.sum(axis=1))


@compiled_in_place
def work_out(of: Consequences, version: int, levels: IntArray, out: FloatArray) -> None:
    """Write the value of every driven column of one candidate in one version, before noise."""
    moved = 0
    for lever in range(len(levels)):
        if levels[lever]:
            moved |= 1 << lever
    for place in range(len(of.column)):
        own = of.own[place]
        if own != NONE and levels[own] > 0:
            out[place] = of.own_value[version, place, levels[own]]
            continue
        if of.follows[place] != NONE:
            leader = of.follows[place]
            value = of.start[place] + of.slope[place] * (out[leader] - of.start[leader])
        else:
            change = _change(of, version, place, levels, moved, out)
            if version == AS_TOLD:  # rounded by itself: it never turns round, and passes no cap
                change = _rounded_change(change, of.precision[place], of.most[place])
            value = min(max(of.start[place] + change, of.low[place]), of.high[place])
            # At the bound that it started from it stays as it was sent.
            value = round(value, 6) if value != of.start[place] else value
        # What nothing moves stays as it was sent, however finely.
        if version == AS_TOLD and of.follows[place] != NONE and value != of.start[place]:
            value = rounded(value, of.precision[place], of.rounding[place])
        out[place] = value


@compiled_in_place
def _rounded_change(change: float, precision: float, most: float) -> float:
    """A change in whole units of precision, no larger than the cap."""
    size = np.round(abs(change) / precision) * precision
    if size > most + SAME:
        size = np.floor(most / precision + SAME) * precision
    return float(size if change > 0 else -size)


@compiled_in_place
def _change(
    of: Consequences, version: int, place: int, levels: IntArray, moved: int, values: FloatArray
) -> float:
    """What effects make of one column together: falls and rises each add up in part."""
    falls = rises = largest_fall = largest_rise = 0.0
    for effect in range(of.first[place], of.first[place + 1]):
        if of.not_with[effect] & moved:
            continue
        if of.lever[effect] != NONE:
            amount = of.amount[version, effect, levels[of.lever[effect]]]
        else:
            source = of.source[effect]
            amount = max(of.source_sign[effect] * (values[source] - of.start[source]), 0.0)
        size = min(amount * abs(of.size[version, effect]), of.cap[effect])
        if of.size[version, effect] > 0:
            rises, largest_rise = rises + size, max(largest_rise, size)
        else:
            falls, largest_fall = falls + size, max(largest_fall, size)
    share = of.share_of_sum[place]
    change = max(largest_rise, share * rises) - max(largest_fall, share * falls)
    return float(min(max(change, -of.most[place]), of.most[place]))


@compiled
def work_out_all(of: Consequences, levels: IntArray) -> FloatArray:
    """The driven columns of every candidate as told: shape (n, levers) to (n, D)."""
    out = np.empty((len(levels), len(of.column)))
    for index in range(len(levels)):
        work_out(of, AS_TOLD, levels[index], out[index])
    return out


@compiled
def work_out_versions(of: Consequences, levels: IntArray) -> FloatArray:
    """The driven columns of every candidate in every version, noise included: (n, levers) to (n, V, D)."""
    out = np.empty((len(levels), len(of.noise), len(of.column)))
    for index in range(len(levels)):
        for version in range(len(of.noise)):
            work_out(of, version, levels[index], out[index, version])
            out[index, version] += of.noise[version]
    return out


def no_consequences(levels: int) -> Consequences:
    """Nothing follows from anything; `levels` as in the tables of levers."""
    none, nothing = np.empty(0, dtype=np.int64), np.empty(0)
    return Consequences(
        column=none,
        start=nothing,
        own=none,
        own_value=np.empty((1, 0, levels)),
        follows=none,
        slope=nothing,
        share_of_sum=nothing,
        most=nothing,
        low=nothing,
        high=nothing,
        precision=nothing,
        rounding=none,
        noise=np.empty((1, 0)),
        first=np.zeros(1, dtype=np.int64),
        lever=none,
        source=none,
        source_sign=nothing,
        amount=np.empty((1, 0, levels)),
        size=np.empty((1, 0)),
        cap=nothing,
        not_with=none,
    )


def quantile(low: FloatArray, mean: FloatArray, high: FloatArray, share: FloatArray) -> FloatArray:
    """The size of effects below which `share` of a triangular distribution lies; its mode is the mean.

    Sizes have shape (E,), shares (V, E); so has the result.
    """
    width = np.maximum(high - low, np.finfo(float).tiny)
    below = (mean - low) / width
    rising = low + np.sqrt(share * width * (mean - low))
    falling = high - np.sqrt((1 - share) * width * (high - mean))
    return np.where(high > low, np.where(share < below, rising, falling), mean)


@compiled_in_place
def rounded(value: float, precision: float, towards: int) -> float:
    """A value rounded to a precision: to the nearest (0), down (-1) or up (1)."""
    steps = value / precision
    if towards < 0:
        steps = np.floor(steps + SAME)
    elif towards > 0:
        steps = np.ceil(steps - SAME)
    else:
        steps = np.round(steps)
    return float(np.round(steps * precision, 6))
