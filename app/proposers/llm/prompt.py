"""The prompt, built from the feature schema: compact, in steps instead of values.

Everything that is the same for all patients comes first, so that servers with a prefix cache read it
once; what follows is a few short lines about the patient.
"""

from collections.abc import Sequence

from app.domain.feature import Feature, Kind
from app.domain.levers import Levers
from app.domain.patient import Patient
from app.domain.schema import FeatureSchema
from app.domain.wording import number
from app.proposers.llm.exemplars import Exemplar

VERSION = "steps-1"
"""Part of every record and cache key: raise it whenever a word of the prompt changes."""

Message = dict[str, str]


def messages(schema: FeatureSchema, case: str, exemplars: Sequence[Exemplar] = ()) -> list[Message]:
    """The conversation up to the answer; without exemplars it is zero-shot."""
    turns: list[Message] = [{"role": "system", "content": _instruction(schema)}]
    for exemplar in exemplars:
        turns.append({"role": "user", "content": exemplar.case})
        turns.append({"role": "assistant", "content": exemplar.answer})
    turns.append({"role": "user", "content": case})
    return turns


def case_text(schema: FeatureSchema, patient: Patient, levers: Levers, risk: float, target: float) -> str:
    """One patient in the prompt's words: the aim, the person, and what is open to change.

    Left out are features that follow another one, those that happen to have no room to move, and the
    limits of each step, which the response schema has: on a CPU every token costs milliseconds.
    """
    fixed = [
        f"{feature.name} {_value(feature, patient)}"
        for feature in schema.features
        if feature.action is None and feature.name not in schema.link_of
    ]
    open_to_change = [f"{lever.feature.name} {_value(lever.feature, patient)}" for lever in levers]
    return "\n".join(
        [
            f"risk {risk:.2f} target {target:.2f}, at most {levers.max_changes} changes",
            ", ".join(fixed),
            f"may change: {', '.join(open_to_change)}",
        ]
    )


def _instruction(schema: FeatureSchema) -> str:
    sizes = ", ".join(
        f"{feature.name} {feature.action.step:g} {feature.unit}"
        for feature in schema.actionable
        if feature.action is not None and feature.kind is not Kind.BOOLEAN
    )
    return (
        f"Lower a person's risk of {schema.model.outcome} to the target "
        "with the fewest and smallest changes. "
        f"One step is: {sizes}; for a habit, 1 starts it. Answer with steps by feature."
    )


def _value(feature: Feature, patient: Patient) -> str:
    value = patient.values[feature.name]
    if feature.kind is Kind.BOOLEAN:
        return "yes" if value else "no"
    return number(feature, float(value)) if feature.is_numeric and value is not None else str(value)
