"""The prompt, built from the feature schema: compact, in steps instead of values.

Everything that is the same for all patients comes first, so that servers with a prefix cache read it
once; what follows is a few short lines about the patient. A model version whose actions have themes is asked
in a form of its own, which tells them, what follows from an action, and how far the points go.
"""

from collections.abc import Sequence
from enum import StrEnum

import numpy as np

from app.domain.feature import Direction, Feature, Kind
from app.domain.patient import Patient
from app.domain.schema import FeatureSchema
from app.engine.marginal_effects import MarginalEffects
from app.engine.problem import RecourseProblem
from app.proposers.llm.exemplars import Exemplar
from app.proposers.llm.response import said

PLAIN, THEMED = "points-2", "points-3"
VERSIONS = (PLAIN, THEMED)
"""The forms of the prompt. Part of every record and cache key: a change of words is a new form."""

Message = dict[str, str]


class Style(StrEnum):
    """What the model is told beside the case."""

    ZERO_SHOT = "zero_shot"
    """What is asked, and what the words and figures of a case mean."""
    FEW_SHOT = "few_shot"
    """That, and the answers to a few similar cases."""
    FINE_TUNED = "fine_tuned"
    """Nothing but the model's name: it has learned the rest."""


def version_of(schema: FeatureSchema) -> str:
    """The form in which a model's prompts are worded: that with themes where its features have some.

    It is the same in every scope.
    """
    return THEMED if any(feature.theme or feature.treatment for feature in schema.features) else PLAIN


def messages(
    schema: FeatureSchema, style: Style, case: str, exemplars: Sequence[Exemplar] = ()
) -> list[Message]:
    """The conversation up to the answer."""
    known = style is Style.FINE_TUNED
    turns: list[Message] = [
        {"role": "system", "content": schema.model.name if known else _instruction(schema)}
    ]
    for exemplar in exemplars:
        turns.append({"role": "user", "content": exemplar.case})
        turns.append({"role": "assistant", "content": exemplar.answer})
    turns.append({"role": "user", "content": case})
    return turns


def case_text(problem: RecourseProblem, marginal: MarginalEffects, form: str | None = None) -> str:
    """One patient in the prompt's words: the aim, the person, what each lever does alone, what else is open.

    Left out are features that follow another one and those that happen to have no room to move: on a CPU
    every token costs milliseconds. Lines are indented since a common word is one token only after a space.
    The form is the model's own, unless a language model was taught another `form`.
    """
    schema, levers = problem.schema, problem.levers
    fixed = [
        _told(feature, problem.patient)
        for feature in schema.features
        if feature.action is None and feature.role is None and feature.name not in schema.link_of
    ]
    is_themed = (form or version_of(schema)) == THEMED
    points = _points_in_reach(problem, marginal) if is_themed else str(marginal.needed)
    lines = [f"{points} points, {levers.max_changes} changes", ", ".join(fixed)]
    along = _brought_along(problem, marginal) if is_themed else {}
    for place in marginal.order:
        lever = levers.items[place]
        moves = [f"{said(lever, level)} {points}" for level, points in marginal.by_lever[place]]
        if along.get(place):
            moves.append(f"with {' '.join(along[place])}")
        theme = _theme_shown(schema, lever.feature) if is_themed else ""
        lines.append(f"{theme}{_told(lever.feature, problem.patient)}: {', '.join(moves)}")
    others = [lever.feature.called for place, lever in enumerate(levers) if place not in marginal.order]
    if others:
        lines.append(f"also {', '.join(others)}")
    return "\n ".join(lines)


def _points_in_reach(problem: RecourseProblem, marginal: MarginalEffects) -> str:
    """The points asked for; where single moves do not add up to them, how many they add up to: "5 of 9"."""
    most = sorted((max(points for _, points in moves) for moves in marginal.by_lever if moves), reverse=True)
    in_reach = sum(most[: problem.levers.max_changes])
    return f"{marginal.needed}" if in_reach >= marginal.needed else f"{in_reach} of {marginal.needed}"


def _brought_along(problem: RecourseProblem, marginal: MarginalEffects) -> dict[int, list[str]]:
    """What else moves with the furthest told move of each lever, by the lever's place.

    Not what follows by a link: that is always there, and the points have it.
    """
    schema, levers = problem.schema, problem.levers
    name_of = {column: name for name in schema.by_name for column in schema.columns_of(name)}
    told = np.zeros((len(marginal.order), len(levers)), dtype=np.int64)
    for row, place in enumerate(marginal.order):
        told[row, place] = marginal.by_lever[place][-1][0]
    moved = levers.rows(told) - levers.factual
    along = {}
    for place, row in zip(marginal.order, moved, strict=True):
        roots = [schema.root_of(name_of[column]) for column in np.flatnonzero(np.nan_to_num(row)).tolist()]
        own = levers.items[place].feature.name
        along[place] = [schema[root].called for root in dict.fromkeys(roots) if root != own]
    return along


def _theme_shown(schema: FeatureSchema, feature: Feature) -> str:
    """The theme of a feature, where others share it: else the feature says as much."""
    if feature.theme is None or len(schema.with_theme(feature.theme)) < 2:
        return ""
    return f"{feature.theme} "


def _instruction(schema: FeatureSchema) -> str:
    sizes = ", ".join(
        f"{feature.called} {feature.action.step:g} {feature.unit or ''}".rstrip()
        for feature in schema.actionable
        if feature.action is not None and feature.is_numeric
    )
    habits = "for a habit, 1 starts it"
    if any(_ends(feature) for feature in schema.actionable):
        habits = "what is yes or no, 1 starts and -1 ends"
    if any(feature.kind is Kind.CATEGORY for feature in schema.actionable):
        habits += "; what is told in a word becomes another, as in 'smoking daily: never 6'"
    steps = f"One step is: {sizes}; {habits}. " if sizes else f"{habits[0].upper()}{habits[1:]}. "
    themed = (
        "A line may begin with what a change is about, and end with what moves along, which the points have. "
        "'5 of 9 points' says that changes add up to 5 at most where 9 are asked for: take off what you can. "
    )
    return (
        f"Take the points asked for off a person's risk of {schema.model.outcome}, with the fewest and "
        f"smallest changes and no more than allowed. {steps}"
        "A line such as 'BMI 31: -2 3, -5 7' says that 2 steps down take 3 points off, 5 steps down 7. "
        "Points of several changes add up; what is listed after 'also' takes off little alone. "
        f"{themed if version_of(schema) == THEMED else ''}"
        "Choose changes that take off all the points asked for and half as many again. "
        "Answer with steps by feature, as in 'BMI -5 fibre 2'."
    )


def _ends(feature: Feature) -> bool:
    """Whether it is a yes that a suggestion may turn into a no."""
    return (
        feature.kind is Kind.BOOLEAN
        and feature.action is not None
        and feature.action.direction is Direction.DECREASE
    )


def _told(feature: Feature, patient: Patient) -> str:
    return f"{feature.called} {_value(feature, patient)}"


def _value(feature: Feature, patient: Patient) -> str:
    value = patient.values[feature.name]
    if value is None:
        return "unknown"
    if feature.kind is Kind.BOOLEAN:
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, int | float) else str(value)
