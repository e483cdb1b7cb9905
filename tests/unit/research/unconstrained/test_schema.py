"""Without constraints every known feature may go its observed range, and nothing moves along."""

import numpy as np
import pytest

from app.classifiers.model_version import ModelVersion
from app.domain.feature import Direction, Kind
from app.domain.schema import FeatureSchema
from research.unconstrained.schema import unconstrained


@pytest.fixture(scope="module")
def free(model: ModelVersion) -> FeatureSchema:
    return unconstrained(model.schema, np.nanstd(model.population.rows, axis=0), Direction.DECREASE)


def test_everything_but_categories_has_an_action(free: FeatureSchema) -> None:
    for feature in free.features:
        assert (feature.action is None) == (feature.kind is Kind.CATEGORY)
        if feature.action is not None:
            assert feature.action.direction is Direction.DECREASE
            assert feature.action.limit == (feature.observed or (0.0, 1.0))


def test_a_change_costs_its_length_in_standard_deviations(model: ModelVersion, free: FeatureSchema) -> None:
    sd = np.nanstd(model.population.rows, axis=0)
    for feature in free.actionable:
        assert feature.action is not None
        expected = feature.action.step / sd[free.column_of[feature.name]]
        assert feature.action.effort == pytest.approx(expected)


def test_nothing_moves_along(free: FeatureSchema) -> None:
    assert free.links == ()
    assert free.effects == ()
    assert free.consequence_order == ()
