"""What a change asks for in days, in the reader's language."""

from collections.abc import Sequence
from datetime import date

from app.domain.counterfactual import OptionChange
from app.domain.feature import Feature
from app.domain.on_days import OnDays
from app.faces.http.pages.rendering import day as day_text
from app.faces.http.pages.translation import gettext as _
from app.faces.http.pages.translation import ngettext
from app.faces.pages.patient.views.formatting import with_unit
from app.faces.pages.patient.views.names import Offered, names_of

_MOST_NAMED = 4
"""Missing days that are named; of more their number is told."""


def level_text(feature: Feature, change: OptionChange) -> str:
    """The level that a change ends at: "8000 steps or more"."""
    value = with_unit(feature, change.after)
    if not feature.is_numeric:
        return value
    return _("%(value)s or more", value=value) if _rises(change) else _("%(value)s or less", value=value)


def on_days_text(feature: Feature, change: OptionChange, options: Sequence[Offered]) -> str:
    """What some options ask for, and on how many of the days it was so already."""
    asked = _("%(who)s: %(level)s.", who=names_of(options), level=level_text(feature, change))
    return f"{asked} {effort_text(feature, change)}" if change.on_days else asked


def effort_text(feature: Feature | None, change: OptionChange) -> str | None:
    """On how many of the days it was so already, and what the others lacked; None where no days were told."""
    told = change.on_days
    if told is None:
        return None
    if told.of == 0:
        return _("None of the person's days tells it.")
    parts = [_reached(told)]
    if told.median_lacking is not None and feature is not None:
        parts.append(_lacking(told, with_unit(feature, told.median_lacking), _rises(change)))
    if told.unknown:
        parts.append(
            ngettext("%(num)s more day does not tell it.", "%(num)s more days do not tell it.", told.unknown)
        )
    return " ".join(parts)


def _lacking(told: OnDays, value: str, is_less: bool) -> str:
    if told.reached == 0:
        if is_less:
            return _("It was some %(value)s less (median).", value=value)
        return _("It was some %(value)s more (median).", value=value)
    if is_less:
        return _("On the others it was some %(value)s less (median).", value=value)
    return _("On the others it was some %(value)s more (median).", value=value)


def _reached(told: OnDays) -> str:
    if told.reached == 0:
        return ngettext("Not so on %(num)s day.", "So on none of %(num)s days yet.", told.of)
    return ngettext(
        "So on %(reached)s of %(num)s day already.",
        "So on %(reached)s of %(num)s days already.",
        told.of,
        reached=told.reached,
    )


def missing_text(missing: Sequence[date], of: int) -> str | None:
    """Which days have no value; None where all have."""
    if not missing:
        return None
    if len(missing) <= _MOST_NAMED:
        return _("Missing: %(days)s.", days=", ".join(map(day_text, missing)))
    return _("Missing: %(count)s of %(of)s days.", count=len(missing), of=of)


def _rises(change: OptionChange) -> bool:
    return change.delta is not None and change.delta > 0
