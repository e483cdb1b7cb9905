"""What a method suggests, in the one form in which all options are shown: permitted steps of the person.

Methods answer with rows that some of them take off the steps, against a direction, or beyond a limit. What is
shown of each is the nearest steps that the person may take, brought into the limits by the same code that
does so with proposals of the language model. So no number, and no rule that is broken, tells a method.
"""

from collections.abc import Sequence

import numpy as np

from app.domain.feature import Kind
from app.domain.lever import Lever
from app.domain.schema import FloatArray, IntArray
from app.engine.problem import RecourseProblem
from app.engine.repair import enforce_constraints

_SAME = 1e-6


def permitted_form(problem: RecourseProblem, row: FloatArray) -> IntArray:
    """The levels of one option, shape (levers,), nearest to a row of shape (columns,); all 0 of none.

    What follows from other changes is not taken for a change of its own. A feature that only moves along with
    another, changed without it, is read as the change of that other one.
    """
    levels = problem.unchanged[0].copy()
    for place in _in_order(problem):
        levels[place] = _nearest(problem, levels, place, row, own=True)
    for place in np.flatnonzero(levels == 0).tolist():
        levels[place] = _nearest(problem, levels, place, row, own=False)
    return enforce_constraints(problem, levels[None])[0]


def moved_on(problem: RecourseProblem, donor: RecourseProblem, levels: IntArray) -> IntArray:
    """An option of the person of `donor`, put on this one: the same changes from where this person is.

    A change becomes the nearest step that this person may take; of yes or no, and of a category, the same
    end. What this person cannot change is left out. Shape (levers,); all 0 where nothing is left.
    """
    moves = {
        lever.feature.name: lever.values[[0, level]]
        for lever, level in zip(donor.levers, levels, strict=True)
        if level
    }
    own = [_moved_alike(lever, moves.get(lever.feature.name)) for lever in problem.levers]
    return enforce_constraints(problem, np.array([own], dtype=np.int64))[0]


def reaches(problem: RecourseProblem, levels: Sequence[int]) -> bool:
    """Whether the classifier puts an option at the target or below."""
    return bool(problem.reached(problem.risk(np.array([levels], dtype=np.int64)))[0])


def is_as_given(problem: RecourseProblem, levels: IntArray, row: FloatArray) -> bool:
    """Whether an option in its permitted form is the very row that a method gave."""
    shown = problem.levers.rows(levels[None])[0]
    return bool(np.allclose(shown, row, rtol=0, atol=_SAME, equal_nan=True))


def _in_order(problem: RecourseProblem) -> list[int]:
    """Levers by place, those last whose own feature may also follow from others."""
    driven = set(problem.levers.consequences.column.tolist())
    places = range(len(problem.levers))
    return sorted(places, key=lambda place: int(problem.levers.items[place].columns[0]) in driven)


def _nearest(problem: RecourseProblem, levels: IntArray, place: int, row: FloatArray, own: bool) -> int:
    """The level of one lever, the others as they are, that comes nearest to the row; 0 where it is as near.

    `own`: by the lever's own columns, or by those of what moves along with it.
    """
    lever = problem.levers.items[place]
    columns = _columns(problem, lever, own)
    columns = columns[~np.isnan(row[columns])]
    if len(columns) == 0:
        return 0
    tried = np.repeat(levels[None], lever.top + 1, axis=0)
    tried[:, place] = np.arange(lever.top + 1)
    apart = np.abs(problem.levers.rows(tried)[:, columns] - row[columns]).sum(axis=1)
    return 0 if apart[0] <= apart.min() + _SAME else int(apart.argmin())


def _columns(problem: RecourseProblem, lever: Lever, own: bool) -> IntArray:
    many = len(problem.schema[lever.feature.name].columns)
    return lever.columns[:many] if own else lever.columns[many:]


def _moved_alike(lever: Lever, move: FloatArray | None) -> int:
    if move is None:
        return 0
    start, end = move
    if lever.feature.kind is Kind.CATEGORY or lever.feature.kind is Kind.BOOLEAN:
        same = np.flatnonzero(np.abs(lever.values - end) <= _SAME)
        return int(same[0]) if len(same) else 0
    return int(np.abs(lever.values - lever.values[0] - (end - start)).argmin())
