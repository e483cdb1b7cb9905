"""What stays as it is, by the names of features or themes."""

from itertools import combinations

import pytest

from app.classifiers.model_version import ModelVersion
from app.domain.feature import Theme
from app.domain.kept import acted_on_by, kept_features, leaves_nothing
from app.domain.schema import FeatureSchema
from app.engine.registry import ModelRegistry
from tests.rare import rare_model
from tests.wide import wide_model


@pytest.fixture(scope="module")
def schemas(registry: ModelRegistry) -> list[FeatureSchema]:
    models: list[ModelVersion] = [served.model for served in registry] + [rare_model(), wide_model()]
    return [model.schema for model in models]


def test_a_theme_stands_for_its_features_and_a_feature_for_itself(schemas: list[FeatureSchema]) -> None:
    for schema in schemas:
        for feature in schema.actionable:
            assert acted_on_by(schema, feature.name) == (feature.name,)
            if feature.theme:
                assert feature.name in acted_on_by(schema, feature.theme)


def test_what_a_version_lacks_is_passed_over(schemas: list[FeatureSchema]) -> None:
    for schema in schemas:
        fixed = [one.name for one in schema.features if one.action is None and one.name not in list(Theme)]
        assert kept_features(schema, [*fixed, "no such thing"]) == ()


def test_nothing_is_left_only_where_everything_is_kept(schemas: list[FeatureSchema]) -> None:
    for schema in schemas:
        names = [feature.name for feature in schema.actionable]
        assert leaves_nothing(schema, names)
        assert not any(leaves_nothing(schema, some) for some in combinations(names, len(names) - 1))
