"""What earlier versions recorded can be read; what is recorded now says whether an option is typical."""

import pytest

from app.domain.counterfactual import TYPICAL_PERCENTILE, Plausibility
from app.usecases.counterfactuals.option_schemas import PlausibilityOut


def test_an_answer_from_before_the_joint_check_can_be_read() -> None:
    old = PlausibilityOut.model_validate({"in_range": True, "neighbour_distance": 0.6, "percentile": 40.0})
    assert (old.joint_percentile, old.typical) == (None, None)


@pytest.mark.parametrize(
    ("in_range", "percentile", "joint", "typical"),
    [
        (True, TYPICAL_PERCENTILE, TYPICAL_PERCENTILE, True),
        (False, 10, 10, False),
        (True, TYPICAL_PERCENTILE + 0.1, 10, False),
        (True, 10, TYPICAL_PERCENTILE + 0.1, False),
    ],
)
def test_typical_is_passing_all_three_checks(
    in_range: bool, percentile: float, joint: float, typical: bool
) -> None:
    told = PlausibilityOut.model_validate(Plausibility(in_range, 0.6, percentile, joint))
    assert told.typical is typical
    assert PlausibilityOut.model_validate(told.model_dump(mode="json")) == told
