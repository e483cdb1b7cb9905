"""Falls of the risk in points of risk, hundredths: as many of them as what is shown beside them bears."""

import math
from collections.abc import Sequence

from app.faces.http.pages.rendering import minus
from app.faces.http.pages.translation import gettext as _
from app.faces.http.pages.translation import ngettext
from app.faces.pages.patient.views.formatting import NO_BREAK

_WHOLE_FROM, _TENTHS_FROM = 0.05, 0.002
_BELOW = minus("-")


def places_for(fall: float) -> int:
    """Decimals for a fall and what is told beside it: of a small one, whole points would tell of no parts."""
    if fall >= _WHOLE_FROM:
        return 0
    return 1 if abs(fall) >= _TENTHS_FROM else 2


def points_text(fall: float, places: int) -> str:
    """A fall of the risk: "7 points", or "0.4 points" with one place."""
    points = round(100 * fall, places)
    return _points(points, _number(points, places))


def points_of(part: float, whole: float) -> str:
    """A fall beside the one that it is a part of: "6 of 8 points"."""
    places = places_for(whole)
    number = _number(round(100 * part, places), places)
    return _("%(part)s of %(whole)s", part=number, whole=points_text(whole, places))


def alone_text(fall: float, places: int) -> str:
    """What one change by itself makes of the risk: "7 points lower"."""
    if round(100 * fall, places) == 0:
        return _("no different")
    points = points_text(abs(fall), places)
    return _("%(points)s lower", points=points) if fall > 0 else _("%(points)s higher", points=points)


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
    return _points(whole, _number(whole, places)), tuple(
        _number(one / unit, places) if one or part <= 0 else _less_than(unit) for one, part in told
    )


def parts_text(total: str, told: Sequence[str]) -> tuple[str, ...]:
    """Parts as `shared_out` tells them, each beside the whole: "7 of 9 points".

    Where one raises the risk, others are more than the whole: then "14 points lower", "5 points higher".
    """
    if not any(part.startswith(_BELOW) for part in told):
        return tuple(_("%(points)s of %(all)s", points=part, all=total) for part in told)
    return tuple(_lower_or_higher(part.removeprefix(_BELOW), part.startswith(_BELOW)) for part in told)


def _lower_or_higher(size: str, is_higher: bool) -> str:
    if size == "0":
        return _("no different")
    points = _points(1 if size.removeprefix(f"<{NO_BREAK}") == "1" else 2, size)
    return _("%(points)s higher", points=points) if is_higher else _("%(points)s lower", points=points)


def _less_than(unit: int) -> str:
    return f"<{NO_BREAK}{1 / unit:g}"


def _number(points: float, places: int) -> str:
    text = f"{points:.{places}f}"
    return "0" if float(text) == 0 else minus(text.removesuffix(".0"))


def _points(points: float, text: str) -> str:
    """One point is one alone: 0.5 and 1.5 are points."""
    return ngettext("%(text)s point", "%(text)s points", 1 if abs(points) == 1 else 2, text=text)
