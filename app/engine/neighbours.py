"""Neighbours of candidates: one lever set to another level.

Levels of a number rise with the distance from the factual, those of a category with the effort of its moves:
each is another end, and not a longer way. So "lower", "further" and "furthest" speak of levels.
"""

import numpy as np

from app.domain.levers import Levers
from app.domain.schema import FloatArray, IntArray
from app.domain.tolerances import SAME_RISK
from app.engine.problem import RecourseProblem


def all_moves(levers: Levers) -> IntArray:
    """Every (lever, level) with a level above zero, shape (moves, 2)."""
    pairs = [(i, level) for i, lever in enumerate(levers) for level in range(1, lever.top + 1)]
    return np.array(pairs, dtype=np.int64).reshape(len(pairs), 2)


def single_moves(problem: RecourseProblem) -> tuple[IntArray, FloatArray]:
    """Every move as in `all_moves`, and the risk after it alone, shape (moves,)."""
    moves = all_moves(problem.levers)
    return moves, problem.risk(moved_alone(problem, moves))


def moved_alone(problem: RecourseProblem, moves: IntArray) -> IntArray:
    """The candidates that make one move each, shape (moves, levers)."""
    levels = np.zeros((len(moves), len(problem.levers)), dtype=np.int64)
    levels[np.arange(len(moves)), moves[:, 0]] = moves[:, 1]
    return levels


def effective_moves(problem: RecourseProblem) -> IntArray:
    """Single moves that lower the risk by more than the next smaller move of the same lever.

    Tree ensembles are piecewise constant: on their own, most levels change nothing. A lever that never
    lowers the risk alone keeps its furthest level, in case it helps in company.
    """
    moves, risk = single_moves(problem)
    start = problem.risk(problem.unchanged)[0]
    telling = np.zeros(len(moves), dtype=bool)
    for position in range(len(problem.levers)):
        own = np.flatnonzero(moves[:, 0] == position)
        lowest_before = np.minimum.accumulate(np.concatenate([[start], risk[own]]))[:-1]
        telling[own] = risk[own] < lowest_before - SAME_RISK
        if len(own) and not telling[own].any():
            telling[own[-1]] = True
    return moves[telling]


def extensions(levels: IntArray, moves: IntArray) -> tuple[IntArray, IntArray]:
    """Every candidate with one lever moved further out, and the index of its parent."""
    parents = np.repeat(np.arange(len(levels)), len(moves))
    chosen = np.tile(moves, (len(levels), 1))
    further = levels[parents, chosen[:, 0]] < chosen[:, 1]
    parents, chosen = parents[further], chosen[further]
    children = levels[parents]
    children[np.arange(len(children)), chosen[:, 0]] = chosen[:, 1]
    return children, parents


def distinct(levels: IntArray) -> IntArray:
    """Each candidate once, in a fixed order."""
    if levels.size == 0:
        return levels[:1] if len(levels) else levels
    # As bytes: sorting them is several times faster than NumPy's own unique rows.
    packed = np.ascontiguousarray(levels, dtype=">u2").view(f"V{2 * levels.shape[1]}").ravel()
    return levels[np.unique(packed, return_index=True)[1]]


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
