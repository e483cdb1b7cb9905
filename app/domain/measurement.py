"""A measured outcome as a number: read in any of its units, kept in its own, told by its precision."""

import math
from decimal import ROUND_HALF_UP, Decimal

from app.domain.consultation import MeasuredOutcome, Unit
from app.domain.errors import InvalidInputError

_PLACES = 10
"""Decimals at which a bound counts as met: 3.0000000000000004 is 3."""


def units_of(measured: MeasuredOutcome) -> tuple[str, ...]:
    """Units that a result may come in, its own first; none where a result has no unit."""
    return () if measured.unit is None else (measured.unit, *(one.unit for one in measured.also_in))


def in_own_unit(measured: MeasuredOutcome, value: float, unit: str | None) -> float:
    """A finite value in the outcome's own unit, rounded half up to its precision.

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
    step = Decimal(str(measured.precision))
    return float((exact / step).quantize(Decimal(1), ROUND_HALF_UP) * step)


def value_text(measured: MeasuredOutcome, value: float) -> str:
    """A value in the outcome's own unit: "5.4 %"."""
    return f"{number_text(measured, value)} {measured.unit}"


def number_text(measured: MeasuredOutcome, value: float) -> str:
    """The same without its unit, with as many decimals as its precision has."""
    exponent = Decimal(str(measured.precision)).normalize().as_tuple().exponent
    assert isinstance(exponent, int)  # precisions are finite
    return f"{value:.{max(0, -exponent)}f}"


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
