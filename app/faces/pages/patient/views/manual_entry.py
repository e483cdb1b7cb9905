"""A form to enter a patient by hand, and reading it."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.domain.errors import InvalidInputError, ValidationIssue
from app.domain.feature import Feature, Kind, MissingPolicy
from app.domain.schema import FeatureSchema
from app.parsing.numbers import NumberError, read_number

VALUE = "value."
"""Beginning of the form's fields."""


@dataclass(frozen=True, slots=True)
class Field:
    """One feature to be entered."""

    name: str
    label: str
    unit: str | None
    choices: tuple[tuple[str, str], ...]
    low: float | None
    high: float | None
    is_required: bool


def fields_of(schema: FeatureSchema) -> dict[str, list[Field]]:
    """The fields by group; what follows from others is left out."""
    groups: dict[str, list[Field]] = {}
    for feature in schema.features:
        if feature.missing is not MissingPolicy.DERIVED:
            groups.setdefault(feature.group, []).append(_field(feature))
    return groups


def read_fields(schema: FeatureSchema, fields: Mapping[str, str]) -> dict[str, object]:
    """The raw feature vector of a form; what was left empty is missing.

    Raises:
        InvalidInputError: a text that is no number where one belongs; all such fields at once.
    """
    raw: dict[str, object] = {}
    faults = []
    for feature in schema.features:
        text = fields.get(VALUE + feature.name, "").strip()
        if not text:
            continue
        try:
            raw[feature.name] = _read(feature, text)
        except NumberError as error:
            faults.append(ValidationIssue(f"/{feature.name}", str(error)))
    if faults:
        raise InvalidInputError(faults)
    return raw


def _read(feature: Feature, text: str) -> object:
    if feature.kind is Kind.CATEGORY:
        return text
    if feature.kind is Kind.BOOLEAN:
        return {"yes": True, "no": False}.get(text, text)
    return read_number(text)


def _field(feature: Feature) -> Field:
    low, high = feature.clinical or (None, None)
    return Field(
        name=feature.name,
        label=feature.label,
        unit=feature.unit,
        choices=_choices(feature),
        low=low,
        high=high,
        is_required=feature.missing is MissingPolicy.REFUSED,
    )


def _choices(feature: Feature) -> tuple[tuple[str, str], ...]:
    if feature.kind is Kind.BOOLEAN:
        return (("yes", "yes"), ("no", "no"))
    return tuple((category.value, category.label) for category in feature.categories)
