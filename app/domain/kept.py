"""What stays as it is for a patient, by the names of features or themes."""

from collections.abc import Iterable

from app.domain.schema import FeatureSchema


def acted_on_by(schema: FeatureSchema, name: str) -> tuple[str, ...]:
    """The actionable features that a name stands for: one, or those of a theme; none where there are none."""
    if name in schema and schema[name].action is not None:
        return (name,)
    return schema.with_theme(name)


def kept_features(schema: FeatureSchema, names: Iterable[str]) -> tuple[str, ...]:
    """All of them, in order; what an older or a newer version does not have is passed over."""
    return tuple(sorted({feature for name in names for feature in acted_on_by(schema, name)}))


def leaves_nothing(schema: FeatureSchema, names: Iterable[str]) -> bool:
    """Whether nothing that a person may change is left."""
    return len(kept_features(schema, names)) == len(schema.actionable)
