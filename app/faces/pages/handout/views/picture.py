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


def people_now(risk: float, band: Band | None, having: str) -> People:
    """A hundred people whose values are like the patient's."""
    said = _("%(number)s of 100 people with values like yours now %(having)s.", **_told(risk, having))
    return People(_of_hundred(risk), said, _could_be(risk, band))


def people_planned(risk: float, band: Band | None, having: str) -> People:
    """A hundred people whose values are like the patient's goals."""
    said = _("%(number)s of 100 people with values like your goals %(having)s.", **_told(risk, having))
    return People(_of_hundred(risk), said, _could_be(risk, band))


def _told(risk: float, having: str) -> dict[str, str]:
    return {"number": _words(risk), "having": having}


def _of_hundred(risk: float) -> int:
    return int(100 * risk + 0.5)


def _words(risk: float) -> str:
    number = _of_hundred(risk)
    if number == 0 and risk > 0:
        return _("Fewer than 1")
    if number == 100 and risk < 1:
        return _("More than 99")
    return _("About %(number)s", number=number)


def _could_be(risk: float, band: Band | None) -> str | None:
    """From where to where, the number itself among them; None where both ends are it."""
    if band is None:
        return None
    number = _of_hundred(risk)
    low, high = min(_of_hundred(band[0]), number), max(_of_hundred(band[1]), number)
    return _("It could be %(low)s to %(high)s.", low=low, high=high) if low < high else None
