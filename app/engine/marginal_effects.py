"""What each lever does alone: the classifier's own word on single moves."""

from dataclasses import dataclass

import numpy as np

from app.domain.schema import FloatArray
from app.engine.neighbours import single_moves
from app.engine.problem import RecourseProblem

POINT = 0.05
"""Log-odds of one point. Trees of little depth make log-odds nearly a sum over levers; risks are not."""
_NEVER = 1e-6
"""No risk counts as nearer to 0 or 1: points would be infinite."""


@dataclass(frozen=True, slots=True)
class MarginalEffects:
    """Points that single moves take off.

    `needed` is what the target asks for; `by_lever` has for each lever the levels at which it takes off more
    than at any level before, each with its points: nothing for a lever that does nothing alone.
    """

    needed: int
    by_lever: tuple[tuple[tuple[int, int], ...], ...]
    order: tuple[int, ...]
    """The levers that do something alone, those first that take off most for their effort."""


def marginal_effects_of(problem: RecourseProblem) -> MarginalEffects:
    """Ask the classifier about every single move, in one batch."""
    moves, risk = single_moves(problem)
    start = _log_odds(problem.risk(problem.unchanged))[0]
    # Half a point upwards; numpy would round it to the even one.
    points = np.floor((start - _log_odds(risk)) / POINT + 0.5).astype(int)
    by_lever = []
    for lever in range(len(problem.levers)):
        own = moves[:, 0] == lever
        telling, most = [], 0
        for level, taken_off in zip(moves[own, 1].tolist(), points[own].tolist(), strict=True):
            if taken_off > most:
                telling.append((level, taken_off))
                most = taken_off
        by_lever.append(tuple(telling))
    efforts = problem.levers.efforts
    best = {
        lever: max(taken_off / efforts[lever, level] for level, taken_off in telling)
        for lever, telling in enumerate(by_lever)
        if telling
    }
    # Up: what adds up to fewer points than the target asks for must not seem enough.
    needed = int(np.ceil((start - _log_odds(np.array([problem.target]))[0]) / POINT))
    return MarginalEffects(needed, tuple(by_lever), tuple(sorted(best, key=lambda lever: -best[lever])))


def _log_odds(risk: FloatArray) -> FloatArray:
    kept = np.clip(risk, _NEVER, 1 - _NEVER)
    return np.log(kept / (1 - kept))
