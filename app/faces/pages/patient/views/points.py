"""Falls of the risk in points of risk, hundredths: as many of them as what is shown beside them bears."""

import math
from collections.abc import Sequence

from app.faces.http.pages.rendering import minus
from app.faces.pages.patient.views.formatting import NO_BREAK

_WHOLE_FROM = 0.05


def places_for(fall: float) -> int:
    """Decimals for a fall and what is told beside it: of a small one, whole points would tell of no parts."""
    return 0 if fall >= _WHOLE_FROM else 1


def points_text(fall: float, places: int) -> str:
    """A fall of the risk: "7 points", or "0.4 points" with one place."""
    points = round(100 * fall, places)
    return f"{_number(points, places)} {_word(points)}"


def alone_text(fall: float, places: int) -> str:
    """What one change by itself makes of the risk: "7 points lower"."""
    if round(100 * fall, places) == 0:
        return "no different"
    return f"{points_text(abs(fall), places)} {'lower' if fall > 0 else 'higher'}"


def shared_out(before: float, after: float, parts: Sequence[float]) -> tuple[str, tuple[str, ...]]:
    """The fall between two risks as the page shows them, and its parts, which add up to exactly that.

    Parts are rounded by largest remainder (Hamilton's method), each by less than a unit.
    """
    places = places_for(before - after)
    unit = 10**places
    whole = round(100 * before, places) - round(100 * after, places)
    scaled = [100 * unit * part for part in parts]
    shown = [math.floor(part) for part in scaled]
    remainders = sorted(range(len(parts)), key=lambda place: shown[place] - scaled[place])
    for place in remainders[: round(whole * unit) - sum(shown)]:
        shown[place] += 1
    told = zip(shown, scaled, strict=True)
    return f"{_number(whole, places)} {_word(whole)}", tuple(
        _number(one / unit, places) if one or part <= 0 else _less_than(unit) for one, part in told
    )


def _less_than(unit: int) -> str:
    return f"<{NO_BREAK}{1 / unit:g}"


def _number(points: float, places: int) -> str:
    text = f"{points:.{places}f}"
    return "0" if float(text) == 0 else minus(text.removesuffix(".0"))


def _word(points: float) -> str:
    return "point" if abs(points) == 1 else "points"
