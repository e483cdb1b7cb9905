"""The prompt, built from the feature schema: short lines, steps instead of values."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from app.domain.feature import Kind
from app.domain.levers import Lever, Levers
from app.domain.patient import Patient
from app.domain.schema import FeatureSchema
from app.domain.wording import number

VERSION = "steps-1"
"""Part of every record and cache key: raise it whenever a word of the prompt changes."""

Message = dict[str, str]


@dataclass(frozen=True, slots=True)
class Exemplar:
    """A verified counterfactual of a training person, shown to the model as an example."""

    case: str
    answer: dict[str, int]


def messages(
    schema: FeatureSchema,
    case: str,
    exemplars: Sequence[Exemplar] = (),
) -> list[Message]:
    """The conversation up to the answer; without exemplars it is zero-shot."""
    turns: list[Message] = [{"role": "system", "content": _instruction(schema)}]
    for exemplar in exemplars:
        turns.append({"role": "user", "content": exemplar.case})
        turns.append({"role": "assistant", "content": json.dumps(exemplar.answer, separators=(",", ":"))})
    turns.append({"role": "user", "content": case})
    return turns


def case_text(schema: FeatureSchema, patient: Patient, levers: Levers, risk: float, target: float) -> str:
    """One patient in the prompt's words: what is fixed, what may move, by how many steps."""
    movable = {lever.feature.name for lever in levers}
    fixed = [
        f"{feature.name}={_value(schema, patient, feature.name)}"
        for feature in schema.features
        if feature.name not in movable and patient.values[feature.name] is not None
    ]
    lines = [f"risk {risk:.2f} target {target:.2f} max {levers.max_changes}", " ".join(fixed)]
    lines += [_lever_text(schema, patient, lever) for lever in levers]
    return "\n".join(lines)


def _instruction(schema: FeatureSchema) -> str:
    first, second = (feature.name for feature in schema.actionable[:2])
    return (
        f"Find the fewest and smallest changes that lower a person's risk of {schema.model.outcome} to the target. "
        "After two lines about the person, each line is a feature that may change: "
        "its name, its value, the size of a step, the furthest step. "
        f'Answer with JSON that gives steps by feature, such as {{"{first}":-4,"{second}":-1}}.'
    )


def _lever_text(schema: FeatureSchema, patient: Patient, lever: Lever) -> str:
    name = lever.feature.name
    furthest = int(lever.steps[np.abs(lever.steps).argmax()])
    step = lever.feature.action.step if lever.feature.action else 1
    return f"{name} {_value(schema, patient, name)} step {step:g} to {furthest:+d}"


def _value(schema: FeatureSchema, patient: Patient, name: str) -> str:
    feature, value = schema[name], patient.values[name]
    if feature.kind is Kind.BOOLEAN:
        return "yes" if value else "no"
    return number(feature, float(value)) if feature.is_numeric else str(value)  # type: ignore[arg-type]
