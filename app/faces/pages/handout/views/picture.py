"""An estimate as a hundred people, of whom some have the outcome."""

from dataclasses import dataclass

from app.domain.certainty import Band
from app.faces.http.pages.translation import gettext as _


@dataclass(frozen=True, slots=True)
class People:
    """So many of a hundred, in a sentence; `could_be` where it is known how far that may be off."""

    number: int
    sentence: str
    could_be: str | None


def people_before(risk: float, band: Band | None, is_past: bool) -> People:
    """A hundred people whose values are like the patient's as the plan was made.

    `is_past`: newer values came since.
    """
    said = (
        _("With values like yours when the plan was made: %(number)s.", number=_words(risk))
        if is_past
        else _("With values like yours now: %(number)s.", number=_words(risk))
    )
    return People(_of_hundred(risk), said, _could_be(risk, band))


def people_planned(risk: float, band: Band | None) -> People:
    """A hundred people whose values are like the patient's goals."""
    said = _("With values like your goals: %(number)s.", number=_words(risk))
    return People(_of_hundred(risk), said, _could_be(risk, band))


def _of_hundred(risk: float) -> int:
    return int(100 * risk + 0.5)


def _words(risk: float) -> str:
    number = _of_hundred(risk)
    if number == 0 and risk > 0:
        return _("fewer than 1")
    if number == 100 and risk < 1:
        return _("more than 99")
    return _("about %(number)s", number=number)


def _could_be(risk: float, band: Band | None) -> str | None:
    """From where to where, the number itself among them; None where both ends are it."""
    if band is None:
        return None
    number = _of_hundred(risk)
    low, high = min(_of_hundred(band[0]), number), max(_of_hundred(band[1]), number)
    return _("It could be %(low)s to %(high)s.", low=low, high=high) if low < high else None
