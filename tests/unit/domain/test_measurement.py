"""A measured value is kept in one unit, by its precision, and nothing out of range is kept."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.consultation import Finding, MeasuredOutcome, Unit
from app.domain.errors import InvalidInputError, ValidationIssue
from app.domain.measurement import in_own_unit, number_text, units_of, value_text
from app.engine.registry import ServedModel

FINDING = Finding(says="found", next="Do.", recheck_months=1)


def outcome(precision: float, *also: Unit, low: float = 3.0, high: float = 20.0) -> MeasuredOutcome:
    return MeasuredOutcome(
        label="Level",
        unit="u",
        precision=precision,
        range=(low, high),
        outcome_from=(low + high) / 2,
        also_in=also,
        finding=(FINDING,),
    )


OUTCOMES = st.builds(
    outcome,
    st.sampled_from([0.01, 0.1, 0.25, 0.5, 1.0, 5.0]),
    st.builds(Unit, unit=st.just("v"), factor=st.floats(0.01, 50), offset=st.floats(-10, 10)),
    low=st.integers(-50, 50).map(lambda tenths: tenths / 10),
    high=st.integers(60, 5000).map(lambda tenths: tenths / 10),
)


def fault_of(measured: MeasuredOutcome, value: float, unit: str | None) -> ValidationIssue:
    with pytest.raises(InvalidInputError) as caught:
        in_own_unit(measured, value, unit)
    (issue,) = caught.value.issues
    return issue


@given(OUTCOMES, st.floats(0, 1))
def test_a_value_is_kept_within_half_of_the_precision(measured: MeasuredOutcome, share: float) -> None:
    assert measured.range is not None
    low, high = measured.range
    (other,) = measured.also_in
    value = low + share * (high - low)
    kept = in_own_unit(measured, value, None)
    assert abs(kept - value) <= measured.precision / 2 + 1e-9
    assert kept / measured.precision == pytest.approx(round(kept / measured.precision), abs=1e-6)
    converted = in_own_unit(measured, (value - other.offset) / other.factor, "v")
    assert converted == pytest.approx(value, abs=measured.precision / 2 + 1e-9)
    assert float(number_text(measured, kept)) == pytest.approx(kept)


@given(OUTCOMES, st.floats(allow_nan=False, allow_infinity=False))
def test_what_is_out_of_range_is_refused_in_the_unit_that_it_came_in(
    measured: MeasuredOutcome, value: float
) -> None:
    assert measured.range is not None
    low, high = measured.range
    if low - 1e-9 <= value <= high + 1e-9:
        return
    issue = fault_of(measured, value, "u")
    assert issue == ValidationIssue("/value", f"must be {low:g} to {high:g} u")
    assert fault_of(measured, 1e300, "v").detail.endswith(" v")


def test_bounds_in_another_unit_are_good_values_themselves(served: ServedModel) -> None:
    measured = served.consultation.measured
    assert fault_of(measured, 5.9, "mmol/mol").detail == "must be 9.3 to 195.1 mmol/mol"
    for bound in (9.3, 195.1):
        in_own_unit(measured, bound, "mmol/mol")


@pytest.mark.parametrize(
    ("value", "unit", "kept"),
    [
        (39, "mmol/mol", 5.7),
        (38, "mmol/mol", 5.6),
        (48, "mmol/mol", 6.5),
        (5.65, "%", 5.7),
        (5.64, None, 5.6),
    ],
)
def test_hba1c_by_the_master_equation(
    served: ServedModel, value: float, unit: str | None, kept: float
) -> None:
    assert in_own_unit(served.consultation.measured, value, unit) == kept


def test_units_and_texts(served: ServedModel, heart: ServedModel) -> None:
    assert units_of(served.consultation.measured) == ("%", "mmol/mol")
    assert units_of(heart.consultation.measured) == ()
    assert value_text(served.consultation.measured, 6.0) == "6.0 %"
    assert number_text(outcome(0.25), 5.25) == "5.25"
    assert number_text(outcome(5.0), 15.0) == "15"
    assert fault_of(outcome(0.1), 5.0, "w") == ValidationIssue("/unit", "must be u")
