"""What a result says, by what the model's outcome is: a value in a unit, or present or absent."""

from datetime import date

from app.domain.consultation import MeasuredOutcome
from app.domain.errors import InvalidInputError, ValidationIssue
from app.domain.measurement import in_own_unit
from app.usecases.measurements.days import MOST_YEARS, earliest_day, latest_day
from app.usecases.measurements.schemas import MeasurementIn, Presence

Result = tuple[date, float | None, bool]
"""When it was measured, its value in the outcome's own unit, and whether it shows the outcome."""


def read_result(measured: MeasuredOutcome, given: MeasurementIn) -> Result:
    """The result that a request tells, which takes none back.

    Raises:
        InvalidInputError: it is no result of this outcome; all faults at once.
    """
    assert given.measured_on is not None
    faults = _faults_of_day(given.measured_on)
    try:
        value, has_outcome = _measured(measured, given) if measured.unit else _found(given)
    except InvalidInputError as error:
        raise InvalidInputError([*faults, *error.issues]) from None
    if faults:
        raise InvalidInputError(faults)
    return given.measured_on, value, has_outcome


def _faults_of_day(day: date) -> list[ValidationIssue]:
    latest = latest_day()
    if day > latest:
        return [ValidationIssue("/measured_on", "must not be in the future")]
    if day < earliest_day(latest):
        return [ValidationIssue("/measured_on", f"must be at most {MOST_YEARS} years ago")]
    return []


def _measured(measured: MeasuredOutcome, given: MeasurementIn) -> tuple[float, bool]:
    if given.finding is not None:
        raise InvalidInputError.at("/finding", "has no place here: this outcome is measured, and has a value")
    if given.value is None:
        raise InvalidInputError.at("/value", "is required")
    value = in_own_unit(measured, given.value, given.unit)
    return value, measured.has_outcome(value)


def _found(given: MeasurementIn) -> tuple[None, bool]:
    for name, told in (("value", given.value), ("unit", given.unit)):
        if told is not None:
            raise InvalidInputError.at(f"/{name}", "has no place here: this outcome is present or absent")
    if given.finding is None:
        raise InvalidInputError.at("/finding", "is required: present or absent")
    return None, given.finding is Presence.PRESENT
