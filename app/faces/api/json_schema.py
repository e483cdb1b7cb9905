"""A model's features as JSON Schema."""

from typing import Any

from app.domain.feature import Feature, Kind, MissingPolicy
from app.domain.move_checks import OF_NUMBERS
from app.domain.schema import FeatureSchema


def features_json_schema(schema: FeatureSchema) -> dict[str, Any]:
    """JSON Schema (2020-12) of the `features` of a request.

    Extension keys `x-…` carry what JSON Schema has no word for: unit, codes, and how far a suggestion may
    move a feature.
    """
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"Features of the model {schema.model.name}",
        "description": schema.model.description,
        "type": "object",
        "properties": {feature.name: _property(schema, feature) for feature in schema.features},
        "required": [f.name for f in schema.features if f.missing is MissingPolicy.REFUSED],
        "additionalProperties": False,
        "x-relations": [relation.name for relation in schema.relations],
    }


def _property(schema: FeatureSchema, feature: Feature) -> dict[str, Any]:
    described: dict[str, Any] = {"title": feature.label, **_type(feature)}
    if feature.missing is not MissingPolicy.REFUSED:
        described["x-missing"] = feature.missing
        described["type"] = [described["type"], "null"]
        if feature.categories:
            described["enum"] = [*described["enum"], None]
    if feature.note:
        described["description"] = feature.note
    if feature.unit:
        described |= {"x-unit": feature.unit, "x-ucum": feature.ucum}
    if feature.codes:
        described["x-codes"] = [code.model_dump(exclude_none=True) for code in feature.codes]
    if feature.observed:
        described["x-observed"] = list(feature.observed)
    if feature.action:
        of_others = set(OF_NUMBERS) if feature.kind is Kind.CATEGORY else {"moves"}
        described["x-actionable"] = feature.action.model_dump(
            mode="json", by_alias=True, exclude_none=True, exclude=of_others
        )
    elif feature.name in schema.link_of:
        described["x-moves-with"] = schema.link_of[feature.name].driver
    else:
        described["x-fixed"] = True
    return described


def _type(feature: Feature) -> dict[str, Any]:
    if feature.kind is Kind.BOOLEAN:
        return {"type": "boolean"}
    if feature.kind is Kind.CATEGORY:
        return {"type": "string", "enum": [category.value for category in feature.categories]}
    low, high = feature.clinical or (None, None)
    return {"type": feature.kind.value, "minimum": low, "maximum": high}
