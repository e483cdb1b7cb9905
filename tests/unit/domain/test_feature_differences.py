"""Which features two versions do not share, in words."""

import pytest

from app.domain.feature import Category, Kind
from app.domain.feature_differences import feature_differences
from app.domain.schema import FeatureSchema
from app.engine.registry import ModelRegistry


def _changed(schema: FeatureSchema, **changes: object) -> FeatureSchema:
    """A copy without what the original has worked out."""
    kept = {name: getattr(schema, name) for name in FeatureSchema.model_fields}
    return FeatureSchema.model_construct(**kept | changes)


def _with(schema: FeatureSchema, name: str, **changes: object) -> FeatureSchema:
    features = tuple(one.model_copy(update=changes) if one.name == name else one for one in schema.features)
    facts = schema.model.model_copy(update={"version": "3"})
    return _changed(schema, features=features, model=facts)


@pytest.mark.parametrize("name", ["dysglycaemia", "heart-disease"])
def test_shipped_versions_take_the_same_features(registry: ModelRegistry, name: str) -> None:
    one, other = (registry.named(f"{name}@{version}").model.schema for version in "12")
    assert feature_differences(one, other) == feature_differences(other, one) == []


def test_each_difference_is_told(registry: ModelRegistry) -> None:
    schema = registry.named("dysglycaemia").model.schema
    without = _changed(schema, features=schema.features[1:])
    first = schema.features[0].name
    assert feature_differences(schema, without) == [f"{first} is of version 2 alone"]
    assert feature_differences(without, schema) == [f"{first} is of version 2 alone"]
    category = next(one for one in schema.features if one.kind is Kind.CATEGORY)
    more = (*category.categories, Category(value="other-still", label="Other still"))
    told = [
        feature_differences(schema, changed)
        for changed in (
            _with(schema, "bmi", unit="st/in2"),
            _with(schema, "bmi", kind=Kind.BOOLEAN),
            _with(schema, category.name, categories=more),
            _with(schema, "bmi", label="Corpulence"),
        )
    ]
    assert told == [
        ["bmi has another unit in version 2 and 3"],
        ["bmi is of another kind in version 2 and 3"],
        [f"{category.name} has other categories in version 2 and 3"],
        [],
    ]
