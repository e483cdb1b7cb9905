"""Improvements and the front, as an answer tells them."""

from collections.abc import Sequence

import numpy as np

from app.domain.counterfactual import Generator, Optimality, Robustness
from app.domain.feature import Feature
from app.domain.improvement import FrontierPoint, Improvement, NoImprovement
from app.domain.wording import nothing_helps
from app.engine.describe import changes_and_rest
from app.engine.described import described
from app.engine.improvements import Improvements, ImprovementSearch
from app.engine.preferences import Preferences
from app.engine.problem import RecourseProblem
from app.engine.references import ReferenceData
from app.engine.robustness import as_robustness

_DECIMALS = 6


def describe_improvements(
    problem: RecourseProblem,
    references: ReferenceData,
    found: ImprovementSearch,
    improvements: Improvements,
    authors: Sequence[Generator],
) -> tuple[Improvement, ...]:
    """Improvements in full, in their order."""
    levels, falls = improvements.levels, improvements.falls
    told = described(problem, references, levels, falls.risk, problem.levers.effort(levels))
    bounds = [found.front.effort_bound(one.risk, one.effort) for one in told]
    return tuple(
        Improvement(
            **one._asdict(),
            optimality=Optimality(proved=bound >= one.effort, effort_bound=bound),
            robustness=_shares(falls.shares[place]),
            fragile=False,
            generator=authors[place],
            grades=improvements.grades[place],
            reduction=round(float(falls.reduction[place]), _DECIMALS),
            reduction_holds=_shares(falls.half[place]),
            holds_at=None
            if np.isnan(falls.holds_at[place])
            else round(float(falls.holds_at[place]), _DECIMALS),
        )
        for place, (one, bound) in enumerate(zip(told, bounds, strict=True))
    )


def frontier(problem: RecourseProblem, found: ImprovementSearch) -> tuple[FrontierPoint, ...]:
    """The points of the front that are told, by effort."""
    points, falls = found.points, found.falls
    told = []
    for place, levels in enumerate(points.levels):
        effort, risk = round(float(points.effort[place]), 4), float(points.risk[place])
        bound = found.front.effort_bound(risk, effort)
        changes, moves_along = changes_and_rest(problem, levels)
        told.append(
            FrontierPoint(
                risk=risk,
                reduction=round(float(falls.reduction[place]), _DECIMALS),
                effort=effort,
                changes=changes,
                moves_along=moves_along,
                proved=bound >= effort,
                effort_bound=bound,
                robustness=_shares(falls.shares[place]),
            )
        )
    return tuple(told)


def no_improvement(
    problem: RecourseProblem, found: ImprovementSearch, preferences: Preferences
) -> NoImprovement:
    """That nothing is worth offering, and how far down the risk goes all the same."""
    largest, proved = found.largest_reduction, found.front.proved and not found.is_cut_short
    holds = bool(len(found.falls.reduction) and found.falls.hold(preferences.min_robustness)[-1])
    return NoImprovement(
        largest_reduction=round(largest, _DECIMALS),
        proved=proved,
        holds=holds,
        text=nothing_helps(
            largest,
            problem.schema.model.least_reduction,
            preferences.min_robustness,
            proved,
            holds,
            _unknown(problem),
        ),
    )


def _unknown(problem: RecourseProblem) -> list[Feature]:
    """What could change if its value were known."""
    values = problem.patient.values
    return [feature for feature in problem.schema.actionable if values[feature.name] is None]


def _shares(of_groups: np.ndarray) -> Robustness:
    return as_robustness(*(float(share) for share in of_groups))
