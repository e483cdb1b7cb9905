"""Bounds on driven columns: between which values each lies, and how far moving one lever takes it.

Interval arithmetic (Moore, 1966) over what `app.domain.consequences` works out: one lever is known, or none,
and each other may be at any level. Effects of one column add up to something that no effect raises by more
than its own size, and that none lowers; so the change of a sum is within the sum of its parts' changes.
"""

import numpy as np

from app.compiled import compiled, compiled_in_place
from app.domain.consequences import AS_TOLD, NONE, Consequences
from app.domain.schema import FloatArray, IntArray
from app.engine.exact.in_place import largest

ANY = -1
"""In place of a lever: none is known."""


@compiled
def influences(of: Consequences) -> IntArray:
    """The levers, as bits, that have a part in each driven column, shape (driven,)."""
    bits = np.zeros(len(of.column), dtype=np.int64)
    for place in range(len(of.column)):
        if of.own[place] != NONE:
            bits[place] |= 1 << of.own[place]
        if of.follows[place] != NONE:
            bits[place] |= bits[of.follows[place]]
        for effect in range(of.first[place], of.first[place + 1]):
            bits[place] |= of.not_with[effect]
            if of.lever[effect] != NONE:
                bits[place] |= 1 << of.lever[effect]
            else:
                bits[place] |= bits[of.source[effect]]
    return bits


@compiled_in_place
def reach(of: Consequences, version: int, known: int, level: int, out: FloatArray) -> None:
    """Write the lowest and highest value of each driven column, noise left out: shape (driven, 2).

    Lever `known` is at `level`; with ANY, every lever is free.
    """
    for place in range(len(of.column)):
        own = of.own[place]
        if own != NONE and own == known and level > 0:
            out[place] = of.own_value[version, place, level]
            continue
        _unmoved(of, version, place, known, level, out)
        if own != NONE and own != known:
            for other in range(1, of.own_value.shape[2]):
                out[place, 0] = min(out[place, 0], of.own_value[version, place, other])
                out[place, 1] = max(out[place, 1], of.own_value[version, place, other])


@compiled_in_place
def _unmoved(of: Consequences, version: int, place: int, known: int, level: int, out: FloatArray) -> None:
    """The range of a column that its own lever leaves alone."""
    if of.follows[place] != NONE:
        leader = of.follows[place]
        first = of.start[place] + of.slope[place] * (out[leader, 0] - of.start[leader])
        second = of.start[place] + of.slope[place] * (out[leader, 1] - of.start[leader])
        low, high = min(first, second), max(first, second)
    else:
        fall_least, fall_most = _together(of, version, place, known, level, False, out)
        rise_least, rise_most = _together(of, version, place, known, level, True, out)
        cap = of.most[place]
        low = of.start[place] + min(max(rise_least - fall_most, -cap), cap)
        high = of.start[place] + min(max(rise_most - fall_least, -cap), cap)
        low = min(max(low, of.low[place]), of.high[place])
        high = min(max(high, of.low[place]), of.high[place])
    slack = of.precision[place] if version == AS_TOLD else 0.0
    out[place, 0], out[place, 1] = low - slack, high + slack


@compiled_in_place
def _together(
    of: Consequences, version: int, place: int, known: int, level: int, rising: bool, ranges: FloatArray
) -> tuple[float, float]:
    """The least and the most that effects which raise a column, or those that lower it, do together."""
    least, most, largest_least, largest_most = 0.0, 0.0, 0.0, 0.0
    for effect in range(of.first[place], of.first[place + 1]):
        if (of.size[version, effect] > 0) != rising:
            continue
        smallest, size = _sizes(of, version, effect, known, level, ranges)
        least, most = least + smallest, most + size
        largest_least, largest_most = max(largest_least, smallest), max(largest_most, size)
    share = of.share_of_sum[place]
    return max(largest_least, share * least), max(largest_most, share * most)


@compiled_in_place
def _sizes(
    of: Consequences, version: int, effect: int, known: int, level: int, ranges: FloatArray
) -> tuple[float, float]:
    """The smallest and the largest that one effect may be."""
    bits = of.not_with[effect]
    if known != ANY and level > 0 and bits >> known & 1:
        return 0.0, 0.0
    lever = of.lever[effect]
    if lever != NONE and lever == known:
        least = most = of.amount[version, effect, level]
    elif lever != NONE:
        least, most = 0.0, largest(of.amount[version, effect])
    else:
        source, sign = of.source[effect], of.source_sign[effect]
        first = sign * (ranges[source, 0] - of.start[source])
        second = sign * (ranges[source, 1] - of.start[source])
        least, most = max(min(first, second), 0.0), max(first, second, 0.0)
    size, cap = abs(of.size[version, effect]), of.cap[effect]
    may_be_off = bits != 0 and (known == ANY or bits != 1 << known)
    return (0.0 if may_be_off else min(least * size, cap)), min(most * size, cap)


@compiled_in_place
def shift(
    of: Consequences, version: int, lever: int, level: int, at_rest: FloatArray, out: FloatArray
) -> None:
    """Write how far each driven column may move as a lever goes from level 0 to `level`: shape (driven, 2).

    Whatever the other levers do. `at_rest` is the reach with the lever at level 0.
    """
    for place in range(len(of.column)):
        if of.own[place] == lever:
            value = of.own_value[version, place, level]
            out[place, 0], out[place, 1] = value - at_rest[place, 1], value - at_rest[place, 0]
            continue
        if of.follows[place] != NONE:
            leader = of.follows[place]
            first, second = of.slope[place] * out[leader, 0], of.slope[place] * out[leader, 1]
            low, high = min(first, second), max(first, second)
        else:
            low, high = 0.0, 0.0
            for effect in range(of.first[place], of.first[place + 1]):
                less, more = _size_shift(of, version, effect, lever, level, at_rest, out)
                if of.size[version, effect] > 0:
                    low, high = low + less, high + more
                else:
                    low, high = low - more, high - less
        # A clip, a cap or a lever of its own may keep all or part of it from showing.
        low, high = min(low, 0.0), max(high, 0.0)
        slack = of.precision[place] if version == AS_TOLD and (low < 0 or high > 0) else 0.0
        out[place, 0], out[place, 1] = low - slack, high + slack


@compiled_in_place
def _size_shift(
    of: Consequences,
    version: int,
    effect: int,
    lever: int,
    level: int,
    at_rest: FloatArray,
    shifts: FloatArray,
) -> tuple[float, float]:
    """By how much less, and by how much more, an effect may be."""
    size, cap = abs(of.size[version, effect]), of.cap[effect]
    less, more = 0.0, 0.0
    if of.lever[effect] == lever:
        more = min(of.amount[version, effect, level] * size, cap)
    elif of.lever[effect] == NONE:
        source, sign = of.source[effect], of.source_sign[effect]
        first, second = sign * shifts[source, 0] * size, sign * shifts[source, 1] * size
        less, more = max(min(first, second, 0.0), -cap), min(max(first, second, 0.0), cap)
    if of.not_with[effect] >> lever & 1:
        _, most = _sizes(of, version, effect, lever, 0, at_rest)
        less = -most
    return less, more


def driven_reach(of: Consequences) -> FloatArray:
    """Between which values each driven column lies as told, whatever is done: shape (driven, 2)."""
    out = np.empty((of.number, 2))
    reach(of, AS_TOLD, ANY, 0, out)
    return out
