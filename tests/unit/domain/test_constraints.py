"""A request's own limits."""

import pytest

from app.domain.constraints import read_constraints
from app.domain.errors import InvalidInputError
from app.domain.schema import FeatureSchema


@pytest.mark.parametrize(
    ("vary", "ranges", "pointer"),
    [
        (["age"], None, "/constraints/features_to_vary/0"),
        (["bmi", "waist"], None, "/constraints/features_to_vary/1"),
        (["steps"], None, "/constraints/features_to_vary/0"),
        (None, {"age": (20, 30)}, "/constraints/permitted_range/age"),
        (None, {"sex": (None, None)}, "/constraints/permitted_range/sex"),
        (None, {"bmi": (30, 25)}, "/constraints/permitted_range/bmi"),
        (None, {"bmi": (float("nan"), None)}, "/constraints/permitted_range/bmi"),
        (None, {"Jane Roe": (1, 2)}, "/constraints/permitted_range"),
    ],
)
def test_what_cannot_be_asked_is_named(
    schema: FeatureSchema,
    vary: list[str] | None,
    ranges: dict[str, tuple[float | None, float | None]] | None,
    pointer: str,
) -> None:
    with pytest.raises(InvalidInputError) as caught:
        read_constraints(schema, vary, ranges, None)
    assert [fault.pointer for fault in caught.value.issues] == [pointer]


def test_a_caller_may_ask_for_fewer_changes_and_for_more(schema: FeatureSchema) -> None:
    assert read_constraints(schema, None, None, 2).max_changes == 2
    assert read_constraints(schema, None, None, 20).max_changes == 20


def test_equal_constraints_in_another_order_are_equal(schema: FeatureSchema) -> None:
    one = read_constraints(schema, ["bmi", "fibre"], {"bmi": (25, None), "fibre": (None, 30)}, None)
    other = read_constraints(schema, ["fibre", "bmi", "bmi"], {"fibre": (None, 30), "bmi": (25, None)}, None)
    assert one == other
