"""Reading a patient's feature vector: every fault is named by pointer, no value is ever echoed."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from app.domain.errors import MOST_FAULTS, InvalidInputError, ValidationIssue
from app.domain.feature import Feature, Kind, MissingPolicy
from app.domain.links import ProportionalLink
from app.domain.schema import FeatureSchema, FloatArray, Value
from app.domain.tolerances import GIVEN_SLACK
from app.parsing.pointers import is_plain


@dataclass(frozen=True, slots=True)
class Patient:
    """A checked feature vector.

    `values` holds every feature of the schema in its own kind (None where unknown); `factual` is the same as
    the classifier's columns, NaN where unknown: the point that a counterfactual departs from.
    """

    values: Mapping[str, Value]
    factual: FloatArray

    @property
    def unknown(self) -> tuple[str, ...]:
        return tuple(name for name, value in self.values.items() if value is None)


def read_patient(schema: FeatureSchema, raw: Mapping[str, object], pointer: str = "/features") -> Patient:
    """Check a raw feature vector against the schema.

    Raises:
        InvalidInputError: unknown, missing or wrongly typed features, numbers that are not finite or
            outside the clinical range, values that contradict an identity or a relation.
    """
    unknown = (name for name in raw if name not in schema)
    faults = [unknown_name(name, pointer) for name in islice(unknown, MOST_FAULTS)]
    values: dict[str, Value] = {}
    for feature in schema.features:
        value = raw.get(feature.name)
        problem = problem_of(feature, value)
        if problem is not None:
            faults.append(ValidationIssue(f"{pointer}/{feature.name}", problem))
        values[feature.name] = None if problem else canonical(feature, value)
    if not faults:
        faults = _strays(schema, values, pointer) + _derived(schema, values, pointer)
    if not faults:
        faults = _contradictions(schema, values, pointer)
    if faults:
        raise InvalidInputError(faults)
    return Patient(values=values, factual=schema.encode(values))


def canonical(feature: Feature, value: Any) -> Value:
    """The value in the feature's own kind, so that 54 and 54.0 are the same question."""
    if value is None or not feature.is_numeric:
        return value
    return int(value) if feature.kind is Kind.INTEGER else float(value)


def problem_of(feature: Feature, value: object) -> str | None:
    """What is wrong with a raw value of a feature, without the value; None where nothing is."""
    if value is None:
        return "is required" if feature.missing is MissingPolicy.REFUSED else None
    if feature.kind is Kind.BOOLEAN:
        return None if isinstance(value, bool) else "must be true or false"
    if feature.kind is Kind.CATEGORY:
        allowed = [category.value for category in feature.categories]
        return None if isinstance(value, str) and value in allowed else f"must be one of {', '.join(allowed)}"
    if isinstance(value, bool) or not isinstance(value, int | float):
        return "must be a number"
    return _number_problem(feature, value)


def _number_problem(feature: Feature, value: int | float) -> str | None:
    assert feature.clinical is not None
    low, high = feature.clinical
    if isinstance(value, float) and not math.isfinite(value):
        return "must be a finite number"
    if not low <= value <= high:
        return f"must be between {low:g} and {high:g}{f' {feature.unit}' if feature.unit else ''}"
    if feature.kind is Kind.INTEGER and not float(value).is_integer():
        return "must be a whole number"
    return None


def _derived(schema: FeatureSchema, values: dict[str, Value], pointer: str) -> list[ValidationIssue]:
    """Fill in what identities give; the faults are of those that give what nobody may have."""
    faults = []
    for link in schema.links:
        feature, expected = schema[link.feature], identity_value(link, values)
        if feature.missing is MissingPolicy.DERIVED and values[feature.name] is None and expected is not None:
            decimals = max(0, -math.floor(math.log10(feature.precision)))
            value = round(expected, decimals)
            if problem := _number_problem(feature, value):
                faults.append(
                    ValidationIssue(f"{pointer}/{link.driver}", f"gives a {feature.name} that {problem}")
                )
            values[feature.name] = canonical(feature, value)
    return faults


def identity_value(link: object, values: Mapping[str, Value]) -> float | None:
    """What the identity of a link makes of other features; None without one, or where one is not known."""
    if not isinstance(link, ProportionalLink) or link.identity is None:
        return None
    result = link.identity.factor
    for name, power in link.identity.powers.items():
        value = values[name]
        if value is None:
            return None
        result *= float(value) ** power
    return result


def _strays(schema: FeatureSchema, values: Mapping[str, Value], pointer: str) -> list[ValidationIssue]:
    """Values that do not agree with the identity by which they could be derived."""
    faults = []
    for link in schema.links:
        expected, given = identity_value(link, values), values[link.feature]
        if expected is None or given is None:
            continue
        assert isinstance(link, ProportionalLink)
        assert link.identity is not None
        if abs(float(given) - expected) > link.identity.tolerance * expected:
            others = " and ".join(link.identity.powers)
            faults.append(ValidationIssue(f"{pointer}/{link.feature}", f"does not agree with {others}"))
    return faults


def _contradictions(
    schema: FeatureSchema, values: Mapping[str, Value], pointer: str
) -> list[ValidationIssue]:
    faults = []
    for relation in (relation for relation in schema.relations if relation.binds == "everybody"):
        known = [
            (factor, value) for name, factor in relation.terms.items() if (value := values[name]) is not None
        ]
        total = sum(factor * float(value) for factor, value in known)
        if len(known) == len(relation.terms) and total > relation.bound + GIVEN_SLACK:
            first = next(iter(relation.terms))
            faults.append(
                ValidationIssue(f"{pointer}/{first}", f"contradicts other features: {relation.name}")
            )
    return faults


def unknown_name(name: str, pointer: str) -> ValidationIssue:
    """Name the key only if it looks like a feature's name: anything else might be somebody's data."""
    if is_plain(name):
        return ValidationIssue(f"{pointer}/{name}", "is not a feature of this model")
    return ValidationIssue(pointer, "has a key that is not the name of a feature")
