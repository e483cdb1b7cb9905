"""Ordering options by effort, and leaving out those that contain another's changes."""

import numpy as np

from app.domain.schema import FloatArray, IntArray
from app.domain.tolerances import SAME_DECIMALS


def by_effort(effort: FloatArray, distance: FloatArray) -> IntArray:
    """Positions from least to most effort; ties go to who is nearest to real people."""
    return np.lexsort((distance, np.round(effort, SAME_DECIMALS)))


def minimal(levels: IntArray, order: IntArray, count: int) -> IntArray:
    """The first `count` positions of `order` in which no option contains the changes of another.

    An option that changes all that a better one changes, and more, offers a clinician no new choice.
    """
    chosen: list[int] = []
    changed = [int.from_bytes(packed) for packed in np.packbits(levels > 0, axis=1)]  # a bit for each lever
    for position in order.tolist():
        if not any(changed[position] & changed[other] == changed[other] for other in chosen):
            chosen.append(position)
        if len(chosen) == count:
            break
    return np.array(chosen, dtype=np.int64)
