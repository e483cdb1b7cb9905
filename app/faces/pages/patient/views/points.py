"""Falls of the risk in points of risk, hundredths: as many of them as what is shown beside them bears."""

import math
from collections.abc import Sequence

from app.faces.http.pages.rendering import minus

_WHOLE_FROM = 0.05
"""A smaller fall is shared out in tenths of a point: whole points would tell of no parts."""


def points_text(fall: float) -> str:
    """A fall of the risk: "7 points", "0.4 points"; below nought where it is a rise."""
    places = 0 if abs(100 * fall) >= 0.95 else 1
    return f"{_number(round(100 * fall, places), places)} {_word(round(100 * fall, places))}"


def alone_text(fall: float) -> str:
    """What one change by itself makes of the risk: "alone 7 points lower"."""
    told = points_text(abs(fall))
    if told.startswith("0 "):
        return "alone no difference"
    return f"alone {told} {'lower' if fall > 0 else 'higher'}"


def shared_out(before: float, after: float, parts: Sequence[float]) -> tuple[str, tuple[str, ...]]:
    """The fall between two risks as the page shows them, and its parts, which add up to exactly that.

    Parts are rounded by largest remainder (Hamilton's method), each by less than a unit.
    """
    places = 0 if before - after >= _WHOLE_FROM else 1
    unit = 10**places
    whole = round(100 * before, places) - round(100 * after, places)
    scaled = [100 * unit * part for part in parts]
    shown = [math.floor(part) for part in scaled]
    remainders = sorted(range(len(parts)), key=lambda place: shown[place] - scaled[place])
    for place in remainders[: round(whole * unit) - sum(shown)]:
        shown[place] += 1
    total = f"{_number(whole, places)} {_word(whole)}"
    return total, tuple(_number(part / unit, places) for part in shown)


def _number(points: float, places: int) -> str:
    text = f"{points:.{places}f}"
    return "0" if float(text) == 0 else minus(text.removesuffix(".0"))


def _word(points: float) -> str:
    return "point" if abs(points) == 1 else "points"
