"""Whether two versions of a model take the same features, and which they do not, in words."""

from collections.abc import Iterator

from app.domain.feature import Feature
from app.domain.schema import FeatureSchema


def feature_differences(one: FeatureSchema, other: FeatureSchema) -> list[str]:
    """A few words for each difference, none where both take the same; ranges and actions may differ."""
    return [*_only_in(one, other), *_only_in(other, one), *_otherwise(one, other)]


def _only_in(one: FeatureSchema, other: FeatureSchema) -> Iterator[str]:
    for feature in one.features:
        if feature.name not in other:
            yield f"{feature.name} is of version {one.model.version} alone"


def _otherwise(one: FeatureSchema, other: FeatureSchema) -> Iterator[str]:
    for feature in one.features:
        if feature.name in other and (how := _how(feature, other[feature.name])):
            yield f"{feature.name} {how} in version {one.model.version} and {other.model.version}"


def _how(one: Feature, other: Feature) -> str | None:
    if one.kind is not other.kind:
        return "is of another kind"
    if (one.ucum, one.unit) != (other.ucum, other.unit):
        return "has another unit"
    if {each.value for each in one.categories} != {each.value for each in other.categories}:
        return "has other categories"
    return None
