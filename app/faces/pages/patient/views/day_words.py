"""What a change asks for in days, in the reader's language."""

from collections.abc import Sequence
from datetime import date

from app.domain.counterfactual import OptionChange
from app.domain.feature import Feature
from app.domain.on_days import OnDays
from app.domain.schema import Value
from app.domain.wording import PERCENTAGE_POINTS, difference_unit
from app.faces.http.pages.rendering import day as day_text
from app.faces.http.pages.rendering import minus
from app.faces.http.pages.translation import gettext as _
from app.faces.http.pages.translation import ngettext
from app.faces.pages.patient.views.formatting import NO_BREAK, value_text
from app.faces.pages.patient.views.names import Offered, names_of

_MOST_NAMED = 4
"""Days that are named; of more their number is told."""


def level_text(feature: Feature, change: OptionChange) -> str:
    """The level that a change ends at: "8000 steps or more"."""
    value = _with_unit(feature, change.after, change.unit)
    if not feature.is_numeric:
        return value
    return _("%(value)s or more", value=value) if change.is_rise else _("%(value)s or less", value=value)


def on_days_text(feature: Feature, change: OptionChange, options: Sequence[Offered]) -> str:
    """What some options ask for, and on how many of the days it was so already."""
    asked = _("%(who)s: %(level)s.", who=names_of(options), level=level_text(feature, change))
    return f"{asked} {effort_text(feature, change)}" if change.on_days else asked


def effort_text(feature: Feature | None, change: OptionChange) -> str | None:
    """On how many of the days it was so already, and what the others lacked; None where no days were told.

    In the unit that was recorded: `feature` may be another version's.
    """
    told = change.on_days
    if told is None:
        return None
    if told.of == 0:
        return _("None of the days told has a value.")
    parts = [_reached(told)]
    if told.median_lacking is not None:
        own = feature if feature is not None and feature.is_numeric else None
        unit = _("percentage points") if difference_unit(change.unit) == PERCENTAGE_POINTS else change.unit
        lacking = _with_unit(own, told.median_lacking, unit)
        parts.append(_lacking(told, lacking, change.is_rise))
    if told.unknown:
        parts.append(
            ngettext("%(num)s more day has no value.", "%(num)s more days have no value.", told.unknown)
        )
    return " ".join(parts)


def _lacking(told: OnDays, value: str, is_less: bool) -> str:
    days = told.of - told.reached
    if told.reached == 0:
        if is_less:
            return ngettext(
                "It was some %(value)s less.", "It was some %(value)s less (median).", days, value=value
            )
        return ngettext(
            "It was some %(value)s more.", "It was some %(value)s more (median).", days, value=value
        )
    if is_less:
        return ngettext(
            "On the other it was some %(value)s less.",
            "On the others it was some %(value)s less (median).",
            days,
            value=value,
        )
    return ngettext(
        "On the other it was some %(value)s more.",
        "On the others it was some %(value)s more (median).",
        days,
        value=value,
    )


def _reached(told: OnDays) -> str:
    if told.reached == 0:
        return ngettext("Not so on %(num)s day.", "So on none of %(num)s days yet.", told.of)
    return ngettext(
        "So on %(reached)s of %(num)s day already.",
        "So on %(reached)s of %(num)s days already.",
        told.of,
        reached=told.reached,
    )


def lacks_text(no_value: Sequence[date], not_told: Sequence[date]) -> str | None:
    """Which days were told without a value, and which were not told; None where all days have one."""
    said = [
        *([_("No value: %(days)s.", days=_named(no_value))] if no_value else ()),
        *([_("Not told: %(days)s.", days=_named(not_told))] if not_told else ()),
    ]
    return " ".join(said) or None


def _named(days: Sequence[date]) -> str:
    if len(days) <= _MOST_NAMED:
        return ", ".join(map(day_text, days))
    return _("%(count)s days", count=len(days))


def _with_unit(feature: Feature | None, value: Value, unit: str | None) -> str:
    text = minus(value_text(feature, value))
    return f"{text} {unit}".replace(" ", NO_BREAK) if unit else text
