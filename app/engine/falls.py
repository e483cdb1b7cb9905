"""How reliably candidates lower the risk: each refit and each draw is asked from its own start."""

import math
from dataclasses import dataclass

import numpy as np

from app.domain.schema import BoolArray, FloatArray, IntArray
from app.domain.tolerances import SAME, SAME_RISK
from app.engine.goals import Goals, Starts
from app.engine.problem import RecourseProblem
from app.engine.robustness import NOISE_DRAWS, RobustnessEvaluator


@dataclass(frozen=True, slots=True)
class Falls:
    """Of each candidate the risk and by how much it falls, shape (n,), and how reliably.

    `shares` and `half`, each (n, 3): of refits, noise draws and adherence draws the share in which the risk
    falls, and in which it falls by at least half as far. `holds_at`, (n,): the lowest target in whole points
    (`ModelInfo.point`) at which enough of each stay; not a number where that is not below the present risk.
    """

    risk: FloatArray
    reduction: FloatArray
    shares: FloatArray
    half: FloatArray
    holds_at: FloatArray

    def hold(self, least: float) -> BoolArray:
        """Which fall in at least this share of each."""
        return np.asarray((self.shares >= least - SAME).all(axis=1))

    def __add__(self, other: "Falls") -> "Falls":
        return Falls(
            *(np.concatenate([getattr(self, name), getattr(other, name)]) for name in self.__slots__)
        )

    def __getitem__(self, index: IntArray) -> "Falls":
        return Falls(*(getattr(self, name)[index] for name in self.__slots__))


def falls_of(
    problem: RecourseProblem,
    evaluator: RobustnessEvaluator,
    starts: Starts,
    levels: IntArray,
    least: float,
    risk: FloatArray | None = None,
) -> Falls:
    """The falls of candidates; `least` is the share in which something must hold, `risk` theirs if known."""
    risk = problem.risk(levels) if risk is None else risk
    reduction = starts.now - risk
    if len(levels) == 0:
        return Falls(risk, reduction, np.empty((0, 3)), np.empty((0, 3)), np.empty(0))
    problem.budget.spend(evaluator.work_of_refits(len(levels)) + evaluator.work_of_draws(len(levels)))
    refits = evaluator.committee.risk(problem.levers.rows(levels)).T
    drawn = evaluator.drawn_risk(problem.classifier, problem.levers, levels)
    groups = [
        (refits, starts.refits),
        (drawn[:, :NOISE_DRAWS], starts.draws[:NOISE_DRAWS]),
        (drawn[:, NOISE_DRAWS:], starts.draws[NOISE_DRAWS:]),
    ]
    any_fall, half = np.full(len(levels), SAME_RISK), reduction / 2 - SAME_RISK
    return Falls(
        risk,
        reduction,
        _shares(groups, any_fall),
        _shares(groups, half),
        _holds_at([after for after, _ in groups], risk, starts.now, least, problem.schema.model.point),
    )


def falling(starts: Starts) -> Goals:
    """The goals of whatever lowers the risk at all."""
    return Goals(starts.refits - SAME_RISK, starts.draws - SAME_RISK)


def _shares(groups: list[tuple[FloatArray, FloatArray]], least: FloatArray) -> FloatArray:
    """Of each group the share in which the risk falls by at least so much; shape (n, groups)."""
    return np.stack([(start - after >= least[:, None]).mean(axis=1) for after, start in groups], axis=1)


def _holds_at(
    after: list[FloatArray], risk: FloatArray, now: float, least: float, point: float
) -> FloatArray:
    """The lowest whole point at or above the risk, and above enough of each group; not a number without."""
    if least <= SAME:
        after = []
    enough = [
        np.sort(group, axis=1)[:, max(math.ceil(least * group.shape[1] - SAME) - 1, 0)] for group in after
    ]
    points = round(1 / point)
    lowest = np.ceil(np.maximum.reduce([risk, *enough]) * points - SAME) / points
    return np.where(lowest < now, lowest, np.nan)
