"""A measured value is kept in one unit, as exactly as it came, and nothing out of range is kept."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.consultation import Finding, MeasuredOutcome, Unit
from app.domain.errors import InvalidInputError, ValidationIssue
from app.domain.measurement import as_entered, in_own_unit, number_text, units_of, value_text
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
def test_a_value_is_kept_as_it_came(measured: MeasuredOutcome, share: float) -> None:
    assert measured.range is not None
    low, high = measured.range
    (other,) = measured.also_in
    value = low + share * (high - low)
    assert in_own_unit(measured, value, None) == pytest.approx(value, abs=1e-9)
    converted = in_own_unit(measured, (value - other.offset) / other.factor, "v")
    assert converted == pytest.approx(value, abs=1e-6)


@given(
    OUTCOMES, st.lists(st.floats(0, 1), min_size=1, max_size=3, unique=True), st.floats(-6, 6), st.booleans()
)
def test_no_text_of_a_value_reads_as_another_finding(
    measured: MeasuredOutcome, cuts: list[float], off: float, is_near: bool
) -> None:
    assert measured.range is not None
    low, high = measured.range
    bounds = [round(low + cut * (high - low), 1) for cut in sorted(cuts)]
    findings = [FINDING.model_copy(update={"below": cut, "says": f"below {cut}"}) for cut in bounds]
    measured = measured.model_copy(update={"finding": (*findings, FINDING), "outcome_from": bounds[0]})
    value = bounds[-1] + (off / 10 * measured.precision if is_near else off)
    if not low <= value <= high:
        return
    kept = in_own_unit(measured, value, None)
    read = float(number_text(measured, kept))
    assert measured.finding_of(read, False) == measured.finding_of(kept, False)
    assert measured.has_outcome(read) == measured.has_outcome(kept)
    assert abs(read - kept) <= measured.precision / 2 + 1e-9
    number, unit = as_entered(measured, kept)
    assert in_own_unit(measured, float(number), unit) == pytest.approx(kept, abs=1e-8)


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
    ("value", "unit", "says", "has_outcome", "text"),
    [
        (38, "mmol/mol", "below the range of prediabetes", False, "38 mmol/mol (5.6 %)"),
        (38.2, "mmol/mol", "below the range of prediabetes", False, "38.2 mmol/mol (5.6 %)"),
        (39, "mmol/mol", "in the range of prediabetes", True, "39 mmol/mol (5.7 %)"),
        (47, "mmol/mol", "in the range of prediabetes", True, "47 mmol/mol (6.45 %)"),
        (48, "mmol/mol", "in the range of diabetes", True, "48 mmol/mol (6.5 %)"),
        (5.65, "%", "below the range of prediabetes", False, "5.65 %"),
        (5.64, None, "below the range of prediabetes", False, "5.6 %"),
        (5.7, "%", "in the range of prediabetes", True, "5.7 %"),
        (6.4999, "%", "in the range of prediabetes", True, "6.4999 %"),
        (6.5, "%", "in the range of diabetes", True, "6.5 %"),
    ],
)
def test_hba1c_by_the_master_equation(
    served: ServedModel, value: float, unit: str | None, says: str, has_outcome: bool, text: str
) -> None:
    measured = served.consultation.measured
    kept = in_own_unit(measured, value, unit)
    assert measured.has_outcome(kept) is has_outcome
    assert measured.finding_of(kept, has_outcome).says == says
    assert value_text(measured, kept) == text
    number, entered_unit = as_entered(measured, kept)
    assert (float(number), entered_unit) == (value, unit or "%")


def test_units_and_texts(served: ServedModel, heart: ServedModel) -> None:
    assert units_of(served.consultation.measured) == ("%", "mmol/mol")
    assert units_of(heart.consultation.measured) == ()
    assert value_text(served.consultation.measured, 6.0) == "6.0 %"
    assert number_text(outcome(0.25), 5.25) == "5.25"
    assert number_text(outcome(5.0), 15.0) == "15"
    assert fault_of(outcome(0.1), 5.0, "w") == ValidationIssue("/unit", "must be u")
