"""The prompt, built from the feature schema: compact, in steps instead of values.

Everything that is the same for all patients comes first, so that servers with a prefix cache read it
once; what follows is a few short lines about the patient.
"""

from collections.abc import Sequence
from enum import StrEnum

from app.domain.feature import Direction, Feature, Kind
from app.domain.patient import Patient
from app.domain.schema import FeatureSchema
from app.engine.marginal_effects import MarginalEffects
from app.engine.problem import RecourseProblem
from app.proposers.llm.exemplars import Exemplar

VERSION = "points-2"
"""Part of every record and cache key: raise it whenever a word of the prompt changes."""

Message = dict[str, str]


class Style(StrEnum):
    """What the model is told beside the case."""

    ZERO_SHOT = "zero_shot"
    """What is asked, and what the words and figures of a case mean."""
    FEW_SHOT = "few_shot"
    """That, and the answers to a few similar cases."""
    FINE_TUNED = "fine_tuned"
    """Nothing but the model's name: it has learned the rest."""


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


def case_text(problem: RecourseProblem, marginal: MarginalEffects) -> str:
    """One patient in the prompt's words: the aim, the person, what each lever does alone, what else is open.

    Left out are features that follow another one and those that happen to have no room to move: on a CPU
    every token costs milliseconds. Lines are indented since a common word is one token only after a space.
    """
    schema, levers = problem.schema, problem.levers
    fixed = [
        _told(feature, problem.patient)
        for feature in schema.features
        if feature.action is None and feature.role is None and feature.name not in schema.link_of
    ]
    lines = [
        f"{marginal.needed} points, {levers.max_changes} changes",
        ", ".join(fixed),
    ]
    for place in marginal.order:
        lever = levers.items[place]
        moves = ", ".join(f"{lever.steps[level]} {points}" for level, points in marginal.by_lever[place])
        lines.append(f"{_told(lever.feature, problem.patient)}: {moves}")
    others = [lever.feature.called for place, lever in enumerate(levers) if place not in marginal.order]
    if others:
        lines.append(f"also {', '.join(others)}")
    return "\n ".join(lines)


def _instruction(schema: FeatureSchema) -> str:
    sizes = ", ".join(
        f"{feature.called} {feature.action.step:g} {feature.unit}"
        for feature in schema.actionable
        if feature.action is not None and feature.kind is not Kind.BOOLEAN
    )
    habits = "for a habit, 1 starts it"
    if any(_ends(feature) for feature in schema.actionable):
        habits = "what is yes or no, 1 starts and -1 ends"
    return (
        f"Take the points asked for off a person's risk of {schema.model.outcome}, with the fewest and "
        f"smallest changes and no more than allowed. One step is: {sizes}; {habits}. "
        "A line such as 'BMI 31: -2 3, -5 7' says that 2 steps down take 3 points off, 5 steps down 7. "
        "Points of several changes add up; what is listed after 'also' takes off little alone. "
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
