"""Numbers and dates as a patient reads them, in their language."""

from datetime import date

from babel.dates import format_date
from babel.lists import format_list
from babel.numbers import format_decimal
from babel.units import format_unit

from app.domain.handout import Told

_KG_PER_LB = 0.45359237
_FINE = 2.0
"""Below so many kilograms of change, a goal is told in tenths of them."""


def told_number(value: float, told: Told, language: str, change: float) -> str:
    """A goal's number with its unit, where it has one; `change` is how far the whole goal is."""
    if told is Told.WEIGHT:
        return _weight(value, language, 1 if abs(change) < _FINE else 0)
    if told is Told.TIME:
        return _time(round(value), language)
    if told is Told.HOURS:
        return _time(round(60 * value), language)
    return plain_number(value, language)


def plain_number(value: float, language: str) -> str:
    """With one decimal at most."""
    return format_decimal(round(value, 1), locale=language)


def day(on: date, language: str) -> str:
    """A date in full."""
    return format_date(on, "long", locale=language)


def _weight(kilograms: float, language: str, decimals: int) -> str:
    one, other = round(kilograms, decimals), round(kilograms / _KG_PER_LB)
    metric = format_unit(one if decimals else int(one), "mass-kilogram", "short", locale=language)
    return f"{metric} ({format_unit(other, 'mass-pound', 'short', locale=language)})"


def _time(minutes: int, language: str) -> str:
    hours, rest = divmod(minutes, 60)
    parts = [(hours, "duration-hour"), (rest, "duration-minute")]
    told = [format_unit(number, unit, locale=language) for number, unit in parts if number or minutes == 0]
    return format_list(told[:2] if minutes else told[1:], locale=language)
