"""The people a patient is seen against are counted right, for every feature of both models."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.classifiers.model_version import ModelVersion
from app.domain.feature import Kind
from app.engine.registry import ModelRegistry
from app.faces.pages.patient.views.model_evidence import is_in
from app.usecases.record.reference_distributions import ReferenceDistributions, reference_distributions_of


@pytest.fixture(scope="module")
def distributions(registry: ModelRegistry) -> dict[str, ReferenceDistributions]:
    return reference_distributions_of(registry)


@pytest.mark.parametrize("name", ["dysglycaemia", "heart-disease"])
def test_everybody_whose_value_is_known_is_in_one_bin(
    registry: ModelRegistry, distributions: dict[str, ReferenceDistributions], name: str
) -> None:
    model = registry.named(name).model
    for feature_name, distribution in distributions[model.reference].by_feature.items():
        column = model.population.rows[:, model.schema.column_of[feature_name]]
        known = ~np.isnan(column)
        assert sum(one.without + one.having for one in distribution.bins) == known.sum(), feature_name
        assert sum(one.having for one in distribution.bins) == model.population.outcome[known].sum(), (
            feature_name
        )
        edges = [distribution.low, *(one.high for one in distribution.bins)]
        assert edges == sorted(edges)


def test_bins_take_in_as_many_values_each(
    model: ModelVersion, distributions: dict[str, ReferenceDistributions]
) -> None:
    """Whole numbers in bins of a width of 1.5 would show a comb that is not there."""
    for feature in model.schema.features:
        if feature.kind in (Kind.NUMBER, Kind.INTEGER):
            distribution = distributions[model.reference].by_feature[feature.name]
            widths = {round((one.high - one.low) / feature.precision, 6) for one in distribution.bins}
            assert len(widths) == 1
            assert widths.pop().is_integer()


@given(values=st.tuples(st.floats(10, 60), st.floats(10, 60)))
def test_the_share_below_rises_with_the_value(
    distributions: dict[str, ReferenceDistributions], values: tuple[float, float]
) -> None:
    distribution = distributions["dysglycaemia@1"].by_feature["bmi"]
    low, high = sorted(values)
    assert 0 <= distribution.below(low) <= distribution.below(high) <= 1


@pytest.mark.parametrize(
    ("values", "group", "level", "expected"),
    [
        ({"age": 54}, "Age", "40-59", True),
        ({"age": 60}, "Age", "40-59", False),
        ({"age": 59}, "Age", "40-59", True),
        ({"age": 80}, "Age", "80 and over", True),
        ({"age": 79}, "Age", "80 and over", False),
        ({"sex": "male"}, "Sex", "male", True),
        ({"sex": "male"}, "Sex", "female", False),
        ({"age": None}, "Age", "40-59", False),
        ({"age": 54}, "Site", "Cleveland", False),
    ],
)
def test_a_patient_is_put_in_the_right_groups(
    model: ModelVersion, values: dict[str, int | str | None], group: str, level: str, expected: bool
) -> None:
    assert is_in(model.schema, values, group, level) is expected
