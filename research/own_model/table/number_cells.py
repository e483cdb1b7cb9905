"""Numbers as people write them: with currency, per cent, units, thousands, a comma for the decimals."""

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass

from research.own_model.table.unit_words import UNITS

_CURRENCY = r"(?:[$€£¥₹]|USD|EUR|GBP|CHF)"
_NUMBER = re.compile(
    rf"(?P<bound>[<>≤≥]=?|~)?\s*(?P<sign>[-+\u2212])?\s*(?P<before>{_CURRENCY})?\s*(?P<inner>[-\u2212])?"
    r"(?P<digits>\d{1,3}(?: \d{3})+(?:[.,]\d*)?|\d[\d.,'\u00a0\u202f]*|[.,]\d+)(?P<power>[eE][-+]?\d+)?"
    rf"(?P<plus>\+)?(?P<gap>\s*)(?:(?P<after>{_CURRENCY})|(?P<unit>\S.*))?"
)
_INFINITE = re.compile(r"[-+\u2212]?\s*(?:inf|infinity|∞)", re.IGNORECASE)
_GROUPS = {mark: re.compile(rf"\d{{1,3}}(?:[{mark}]\d{{3}})+") for mark in ",."}


def _with_decimals(mark: str, thousands: str) -> re.Pattern[str]:
    """Numbers in which this mark can only be before decimals: 1,5 and 1234,567, but not 1,234."""
    groups = rf"\d{{1,3}}(?:{thousands}\d{{3}})+"
    return re.compile(
        rf"[-+\u2212]?(?:0?{mark}\d+|\d{{1,3}}{mark}(?:\d{{1,2}}|\d{{4,}})|(?:\d{{4,}}|{groups}){mark}\d+)"
    )


_COMMA_DECIMAL, _POINT_DECIMAL = _with_decimals(",", r"\."), _with_decimals(r"\.", ",")


@dataclass(frozen=True, slots=True)
class NumberCell:
    """A cell that is a number, and what was written around it."""

    value: float
    bound: bool = False
    """Written as `<5`, `>90` or `90+`: the value is known to lie beyond."""
    currency: bool = False
    unit: str | None = None


def number_of(word: str, decimal: str) -> NumberCell | None:
    """A word as a number, `decimal` being the mark before its decimals; None if it is none."""
    if _INFINITE.fullmatch(word):
        return NumberCell(math.inf)
    found = _NUMBER.fullmatch(word)
    if found is None or (found["sign"] and found["inner"]):
        return None
    unit = found["unit"]
    if unit is not None and (
        unit.lower() not in UNITS or (len(unit) == 1 and unit != "%" and not found["gap"])
    ):
        return None
    digits = _plain(found["digits"], decimal)
    if digits is None:
        return None
    minus = (found["sign"] or found["inner"] or "+") in "-\u2212"
    value = float(digits + (found["power"] or ""))
    return NumberCell(
        -value if minus else value,
        bound=bool(found["bound"] or found["plus"]),
        currency=bool(found["before"] or found["after"]),
        unit=UNITS[unit.lower()] if unit else None,
    )


def _plain(digits: str, decimal: str) -> str | None:
    """Digits as Python reads them; None if thousands or decimals are parted in another way."""
    digits = re.sub(r"['\u00a0\u202f ]", "", digits)
    thousands = "," if decimal == "." else "."
    whole, mark, rest = digits.partition(decimal)
    if thousands in whole:
        if not _GROUPS[thousands].fullmatch(whole):
            return None
        whole = whole.replace(thousands, "")
    if not (rest.isdecimal() or rest == "") or not (whole.isdecimal() or whole == ""):
        return None
    return f"{whole}{'.' if mark else ''}{rest}" if whole or rest else None


def decimal_mark(words: Iterable[str]) -> str | None:
    """The mark that parts decimals in these words: a comma or a point; None if they do not tell.

    `1,234` tells nothing, and neither does `1.234`: it may be a thousand and some, or one and some.
    """
    comma = point = 0
    for word in words:
        comma += _COMMA_DECIMAL.fullmatch(word) is not None
        point += _POINT_DECIMAL.fullmatch(word) is not None
    if comma == point:
        return None
    return "," if comma > point else "."


def parts_thousands(words: Iterable[str], decimal: str) -> bool:
    """Whether a number has the mark that, `decimal` being the other, is read as parting thousands."""
    return any(_GROUPS["," if decimal == "." else "."].fullmatch(word.lstrip("-+\u2212")) for word in words)
