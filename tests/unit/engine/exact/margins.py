"""The margin of one candidate, with room made for it."""

import numpy as np

from app.domain.schema import IntArray
from app.engine.exact.reduce import ReducedForest, margin


def margin_at(trees: ReducedForest, scenario: int, levels: IntArray) -> float:
    """In one scenario, at these levels."""
    leaves, driven = np.empty(trees.first[-1]), np.empty(trees.consequences.number)
    return margin(trees, scenario, levels, leaves, driven)
