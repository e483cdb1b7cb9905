"""A measured outcome as a number: read in any of its units, kept as exact as it came.

Laboratories round a converted value before they print it, so that 47 mmol/mol is 6.5 % on paper. What a value
means is decided before that, and no text of it may read as another finding.
"""

import math
from decimal import ROUND_HALF_UP, Decimal

from app.domain.consultation import Finding, MeasuredOutcome, Unit
from app.domain.errors import InvalidInputError

_PLACES = 10
"""Decimals that are kept, and at which a bound counts as met: 3.0000000000000004 is 3."""
_ENTERED_PLACES = 1
"""Decimals of a value that was entered in another unit, if it is told in that one again."""


def units_of(measured: MeasuredOutcome) -> tuple[str, ...]:
    """Units that a result may come in, its own first; none where a result has no unit."""
    return () if measured.unit is None else (measured.unit, *(one.unit for one in measured.also_in))


def in_own_unit(measured: MeasuredOutcome, value: float, unit: str | None) -> float:
    """A finite value in the outcome's own unit, as exactly as it was given.

    Without a unit it is in that one already.

    Raises:
        InvalidInputError: the unit is none of the outcome's, or the value is outside the range.
    """
    given = _unit(measured, unit)
    low, high = _range_in(measured, given)
    if not low <= round(value, _PLACES) <= high:
        told = _range_text(low, high, is_exact=given is None)
        raise InvalidInputError.at("/value", f"must be {told} {given.unit if given else measured.unit}")
    exact = Decimal(str(value))
    if given is not None:
        exact = exact * Decimal(str(given.factor)) + Decimal(str(given.offset))
    return float(_rounded(exact, _PLACES))


def as_entered(measured: MeasuredOutcome, value: float) -> tuple[str, str]:
    """Number and unit of a kept value as it most likely came in."""
    assert measured.unit is not None
    if not _is_round(value, _decimals(measured)):
        for one in measured.also_in:
            entered = (value - one.offset) / one.factor
            if _is_round(entered, _ENTERED_PLACES, 10**-_PLACES / one.factor):
                return f"{round(entered, _ENTERED_PLACES):g}", one.unit
    return f"{value:.{_PLACES}f}".rstrip("0").rstrip("."), measured.unit


def value_text(measured: MeasuredOutcome, value: float) -> str:
    """A value in the outcome's own unit, and in the one that it came in: "5.4 %", "47 mmol/mol (6.45 %)"."""
    own = f"{number_text(measured, value)} {measured.unit}"
    entered, unit = as_entered(measured, value)
    return own if unit == measured.unit else f"{entered} {unit} ({own})"


def number_text(measured: MeasuredOutcome, value: float) -> str:
    """A number in the outcome's own unit, with as many decimals as its precision has.

    There are more where a rounded one would read as another finding.
    """
    for decimals in range(_decimals(measured), _PLACES):
        rounded = _rounded(Decimal(str(value)), decimals)
        if _means(measured, float(rounded)) == _means(measured, value):
            return f"{rounded:f}"
    return f"{value:.{_PLACES}f}".rstrip("0")


def _means(measured: MeasuredOutcome, value: float) -> tuple[bool, Finding]:
    is_there = measured.has_outcome(value)
    return is_there, measured.finding_of(value, is_there)


def _decimals(measured: MeasuredOutcome) -> int:
    exponent = Decimal(str(measured.precision)).normalize().as_tuple().exponent
    assert isinstance(exponent, int)  # precisions are finite
    return max(0, -exponent)


def _rounded(value: Decimal, decimals: int) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


def _is_round(value: float, decimals: int, slack: float = 10**-_PLACES) -> bool:
    return abs(value - round(value, decimals)) <= slack


def _unit(measured: MeasuredOutcome, unit: str | None) -> Unit | None:
    """None for the outcome's own."""
    if unit is None or unit == measured.unit:
        return None
    for one in measured.also_in:
        if one.unit == unit:
            return one
    raise InvalidInputError.at("/unit", f"must be {' or '.join(units_of(measured))}")


def _range_in(measured: MeasuredOutcome, unit: Unit | None) -> tuple[float, float]:
    assert measured.range is not None
    low, high = measured.range
    if unit is not None:
        low, high = ((bound - unit.offset) / unit.factor for bound in (low, high))
    return round(low, _PLACES), round(high, _PLACES)


def _range_text(low: float, high: float, is_exact: bool) -> str:
    """Bounds that were converted are told within themselves, so that both are good values."""
    if is_exact:
        return f"{low:g} to {high:g}"
    return f"{math.ceil(10 * low) / 10:g} to {math.floor(10 * high) / 10:g}"
