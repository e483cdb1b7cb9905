"""What is worth offering and how finely it is told fits every threshold, and stays as it was at half."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.complement import complement_of
from app.domain.risk_scale import axis_end, least_reduction_at, point_at
from app.domain.schema import FeatureSchema
from tests.unit.domain.schemas import small_schemas

THRESHOLDS = st.floats(0.005, 0.95) | st.integers(5, 950).map(lambda share: share / 1000)


@pytest.mark.parametrize(
    ("threshold", "least", "point"),
    [
        (0.5, 0.02, 0.01),
        (0.2, 0.02, 0.01),
        (0.8, 0.02, 0.01),
        (0.1, 0.01, 0.01),
        (0.075, 0.0075, 0.001),
        (0.02, 0.002, 0.001),
        (0.005, 0.0005, 0.0001),
        (0.95, 0.005, 0.001),
    ],
)
def test_thresholds_of_every_size(threshold: float, least: float, point: float) -> None:
    assert least_reduction_at(threshold) == pytest.approx(least, rel=1e-9)
    assert point_at(threshold) == pytest.approx(point, rel=1e-12)


@given(THRESHOLDS)
def test_the_least_fall_is_little_beside_the_threshold_and_never_more_than_two_points(
    threshold: float,
) -> None:
    least = least_reduction_at(threshold)
    assert 0 < least <= 0.02
    assert least <= threshold / 10 * (1 + 1e-9)
    assert point_at(threshold) <= least * (1 + 1e-6)
    assert least < 10 * point_at(threshold)


@given(small_schemas(), THRESHOLDS)
def test_the_other_way_round_as_much_is_worth_offering(content: dict[str, object], threshold: float) -> None:
    content["model"] |= {"threshold": threshold}  # type: ignore[operator]
    schema = FeatureSchema.model_validate(content)
    reverse = complement_of(schema)
    assert reverse.model.least_reduction == pytest.approx(schema.model.least_reduction, abs=1e-7)


@given(st.lists(st.floats(0, 1)), THRESHOLDS)
def test_an_axis_holds_all_risks_and_is_whole_where_the_threshold_is_not_low(
    risks: list[float], threshold: float
) -> None:
    end = axis_end(risks, threshold)
    assert all(risk <= end for risk in (*risks, threshold))
    assert end <= 1
    assert end == 1 or threshold < 0.2
    assert end == 1 or max([*risks, threshold]) >= 0.4 * end or end == 0.01
