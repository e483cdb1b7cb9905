"""What each change does: its part in an option, alone, and with what it brings along."""

from itertools import product
from math import factorial

import numpy as np

from app.domain.counterfactual import MOST_PARTS, LeverAlone, OptionChange
from app.domain.schema import FloatArray, IntArray
from app.domain.tolerances import SAME_RISK
from app.engine.describe import change_to, changes_of, features_of
from app.engine.neighbours import moved_alone, single_moves
from app.engine.problem import RecourseProblem

_DECIMALS = 6


def parts(problem: RecourseProblem, levels: IntArray) -> list[tuple[FloatArray, FloatArray]]:
    """Of each candidate's changes the part in the fall of the risk, and the fall by each alone.

    In the order of the levers moved. The part is the Shapley value (Shapley, 1953) of a change in the game
    whose worth of a set of changes is the fall of the risk; all sets are scored in one batch. Of more than
    `MOST_PARTS` changes nothing is told: NaN.
    """
    moved = [np.flatnonzero(candidate) for candidate in levels]
    told = [own if len(own) <= MOST_PARTS else own[:0] for own in moved]
    sets = [np.array(list(product((0, 1), repeat=len(own))), dtype=np.int64) for own in told]
    subsets = [
        _subsets(candidate, own, chosen) for candidate, own, chosen in zip(levels, told, sets, strict=True)
    ]
    risk = problem.risk(np.concatenate([*subsets, levels[:0]]))
    ends = np.cumsum([0, *(len(chosen) for chosen in sets)])
    result = []
    for place, own in enumerate(moved):
        if len(told[place]) < len(own):
            result.append((np.full(len(own), np.nan), np.full(len(own), np.nan)))
        else:
            result.append(_shapley(sets[place], risk[ends[place] : ends[place + 1]]))
    return result


def _subsets(candidate: IntArray, own: IntArray, chosen: IntArray) -> IntArray:
    rows = np.zeros((len(chosen), len(candidate)), dtype=np.int64)
    rows[:, own] = candidate[own] * chosen
    return rows


def _shapley(chosen: IntArray, risk: FloatArray) -> tuple[FloatArray, FloatArray]:
    """`chosen` holds every set of changes, shape (sets, changes), in counting order; the first is empty."""
    count = chosen.shape[1]
    sizes = chosen.sum(axis=1)
    part, alone = np.zeros(count), np.zeros(count)
    for change in range(count):
        without = np.flatnonzero(chosen[:, change] == 0)
        with_it = without + (1 << (count - 1 - change))
        weight = [factorial(size) * factorial(count - size - 1) / factorial(count) for size in sizes[without]]
        part[change] = np.dot(weight, risk[without] - risk[with_it])
        alone[change] = risk[0] - risk[1 << (count - 1 - change)]
    return part, alone


def option_changes(problem: RecourseProblem, levels: IntArray) -> list[tuple[OptionChange, ...]]:
    """The changes of each candidate, each with its part and what it does alone."""
    told = []
    for candidate, (part, alone) in zip(levels, parts(problem, levels), strict=True):
        changes, _ = changes_of(problem, candidate)
        told.append(
            tuple(
                OptionChange(**dict(change), part=_told(own), alone=_told(single))
                for change, own, single in zip(changes, part, alone, strict=True)
            )
        )
    return told


def _told(value: float) -> float | None:
    return None if np.isnan(value) else round(float(value), _DECIMALS)


def most_helpful(problem: RecourseProblem, now: float) -> tuple[LeverAlone, ...]:
    """What each lever does alone where it lowers the risk most, those first that lower it most.

    `now` is the risk as things are.
    """
    moves, risk = single_moves(problem)
    allowed = problem.levers.allowed(moved_alone(problem, moves))
    moves, risk = moves[allowed], risk[allowed]
    helpful = []
    for place, lever in enumerate(problem.levers):
        own = np.flatnonzero(moves[:, 0] == place)
        if len(own) == 0:
            continue
        best = own[int(np.argmin(np.round(risk[own], _DECIMALS)))]
        fall = now - float(risk[best])
        if fall <= SAME_RISK:
            continue
        levels = problem.unchanged[0].copy()
        levels[place] = moves[best, 1]
        change = change_to(problem, lever.feature.name, features_of(problem, levels))
        helpful.append(LeverAlone(**dict(change), reduction=round(fall, _DECIMALS)))
    return tuple(sorted(helpful, key=lambda one: -one.reduction))
