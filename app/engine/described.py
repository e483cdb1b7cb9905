"""What is told of candidates, whatever was asked of them: changes, what follows, looks, words."""

from collections.abc import Mapping
from typing import NamedTuple

from app.domain.counterfactual import BroughtAlong, Change, OptionChange, Plausibility, Strategy
from app.domain.schema import FloatArray, IntArray, Value
from app.domain.wording import brought_along as told_along
from app.domain.wording import summary
from app.engine.contributions import option_changes
from app.engine.describe import brought_along, changes_of, contained, features_of
from app.engine.plausibility import plausibility
from app.engine.problem import RecourseProblem
from app.engine.references import ReferenceData
from app.engine.strategies import strategies, themes_of


class Described(NamedTuple):
    """One candidate, with the field names of `Counterfactual`."""

    changes: tuple[OptionChange, ...]
    linked: tuple[Change, ...]
    brought_along: tuple[BroughtAlong, ...]
    strategy: Strategy
    features: Mapping[str, Value]
    risk: float
    plausibility: Plausibility
    effort: float
    summary: str
    consequences: str | None


def described(
    problem: RecourseProblem,
    references: ReferenceData,
    levels: IntArray,
    risk: FloatArray,
    effort: FloatArray,
) -> list[Described]:
    """The candidates that stand side by side in an answer."""
    rows = problem.levers.rows(levels)
    looks = plausibility(
        problem.schema, references.population, references.density, problem.levers.factual, rows
    )
    changed = option_changes(problem, levels)
    ends = [{one.feature: one.after for one in own} for own in changed]
    themes, before = themes_of(problem, levels), problem.patient.values
    about = strategies(problem.schema, themes, levels, effort, before, ends)
    told = []
    for index, candidate in enumerate(levels):
        _, linked = changes_of(problem, candidate)
        along = brought_along(problem, candidate)
        told.append(
            Described(
                changes=changed[index],
                linked=linked,
                brought_along=along,
                strategy=about[index],
                features=features_of(problem, candidate),
                risk=float(risk[index]),
                plausibility=looks[index],
                effort=round(float(effort[index]), 4),
                summary=summary(problem.schema, changed[index], linked),
                consequences=told_along(problem.schema, along, contained(problem, candidate)),
            )
        )
    return told
