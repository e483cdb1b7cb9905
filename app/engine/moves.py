"""Neighbours of candidates: one lever set to another level."""

import numpy as np

from app.domain.levers import Levers
from app.domain.schema import IntArray


def all_moves(levers: Levers) -> IntArray:
    """Every (lever, level) with a level above zero, shape (moves, 2)."""
    pairs = [(i, level) for i, lever in enumerate(levers) for level in range(1, lever.top + 1)]
    return np.array(pairs, dtype=np.int64).reshape(len(pairs), 2)


def extensions(levels: IntArray, moves: IntArray) -> tuple[IntArray, IntArray]:
    """Every candidate with one lever moved further out, and the index of its parent."""
    parents = np.repeat(np.arange(len(levels)), len(moves))
    chosen = np.tile(moves, (len(levels), 1))
    further = levels[parents, chosen[:, 0]] < chosen[:, 1]
    parents, chosen = parents[further], chosen[further]
    children = levels[parents]
    children[np.arange(len(children)), chosen[:, 0]] = chosen[:, 1]
    return children, parents


def reductions(levels: IntArray) -> tuple[IntArray, IntArray]:
    """Every candidate with one changed lever set lower or back, and the index of its parent."""
    children, parents = [], []
    for index, candidate in enumerate(levels):
        for lever in np.flatnonzero(candidate):
            block = np.repeat(candidate[None, :], candidate[lever], axis=0)
            block[:, lever] = np.arange(candidate[lever])
            children.append(block)
            parents += [index] * len(block)
    if not children:
        return np.empty((0, levels.shape[1]), dtype=np.int64), np.empty(0, dtype=np.int64)
    return np.concatenate(children), np.array(parents, dtype=np.int64)
