"""What a model's JSON Schema says of its features, as far as a table must keep to it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class FeatureRule:
    """One feature: its kind (number, integer, boolean or string), and what values it may have."""

    name: str
    kind: str
    required: bool
    low: float | None = None
    high: float | None = None
    unit: str | None = None
    words: tuple[str, ...] = ()
    """Of a category."""


def rules_of(schema: Mapping[str, Any]) -> dict[str, FeatureRule]:
    """The features of a model in its own order, from what GET /models/{name}/schema tells."""
    required = set(schema.get("required", ()))
    return {name: _rule(name, own, name in required) for name, own in schema["properties"].items()}


def _rule(name: str, own: Mapping[str, Any], required: bool) -> FeatureRule:
    kinds = own["type"] if isinstance(own["type"], list) else [own["type"]]
    return FeatureRule(
        name=name,
        kind=next(kind for kind in kinds if kind != "null"),
        required=required,
        low=own.get("minimum"),
        high=own.get("maximum"),
        unit=own.get("x-unit"),
        words=tuple(word for word in own.get("enum", ()) if word is not None),
    )
