"""What became of a plan, in words and bars: nothing of it says what caused what."""

from dataclasses import dataclass
from datetime import datetime

from app.domain.adherence import within
from app.domain.schema import FeatureSchema, Value
from app.faces.http.pages.rendering import minus, risk_words
from app.faces.http.pages.translation import gettext as _
from app.faces.http.pages.translation import ngettext
from app.faces.pages.patient.views.formatting import NO_BREAK, value_text
from app.faces.pages.patient.views.points import points_text
from app.usecases.plans.told import FollowedChange, FollowUp, PlanOut

_WHOLE_FROM = 0.1
"""Estimates below this are compared in tenths of a point."""


@dataclass(frozen=True, slots=True)
class ReachedLine:
    """One feature of a plan: where it is, and how much of the way is reached in words.

    `span` is from where to where it was to go, `now` in the same unit. `width` is the bar's, in hundredths;
    None where that is not known.
    """

    label: str
    span: tuple[str, str]
    now: str
    width: float | None
    text: str


@dataclass(frozen=True, slots=True)
class ReachedView:
    """What became of a plan, by newer values."""

    sent_at: datetime
    lines: tuple[ReachedLine, ...]
    following: tuple[ReachedLine, ...]
    overall: str
    estimate_now: str
    beside_planned: str
    other_version: str | None


def reached_view(schema: FeatureSchema | None, plan: PlanOut) -> ReachedView | None:
    """None until newer values were sent."""
    found = plan.follow_up
    if found is None:
        return None
    now, planned = found.estimate_now, plan.estimate.planned
    return ReachedView(
        sent_at=found.sent_at,
        lines=tuple(_line(schema, change) for change in found.changes),
        following=tuple(_line(schema, change) for change in found.following),
        overall=overall_text(found),
        estimate_now=risk_words(now, planned),
        beside_planned=beside_text(now, planned) if found.same_version else "",
        other_version=None if found.same_version else found.model_version,
    )


def overall_text(found: FollowUp) -> str:
    """How much of the plan as a whole is reached."""
    known = [change for change in found.changes if change.reached is not None]
    if found.adherence is None:
        return _("How much of it is reached is not known: none of its values was sent.")
    told = _share_in_words(found.adherence)
    share = risk_words(found.adherence)
    if len(found.changes) == 1:
        return f"{told}: {share}."
    mean = ngettext(
        "%(told)s: %(share)s, of the %(num)s change whose value was sent.",
        "%(told)s: %(share)s, the mean of %(num)s changes.",
        len(known),
        told=told,
        share=share,
    )
    unknown, told_of = len(found.changes) - len(known), [mean]
    if unknown:
        told_of += [ngettext("Of %(num)s more it is not known.", "Of %(num)s more it is not known.", unknown)]
    if any(not 0 <= change.reached <= 1 for change in known if change.reached is not None):
        told_of += [_("In the mean each counts for 0 to 100 %: one that moved the other way, for 0 %.")]
    return " ".join(told_of)


def _share_in_words(share: float) -> str:
    """From which share on a plan is called what is ours."""
    if share >= 0.95:
        return _("Reached")
    if share >= 0.6:
        return _("Mostly reached")
    if share >= 0.3:
        return _("Partly reached")
    return _("Little of it reached") if share >= 0.05 else _("Not reached so far")


def beside_text(now: float, planned: float) -> str:
    """The estimate now, beside the one that was planned."""
    places = 0 if max(now, planned) >= _WHOLE_FROM else 1
    points = round(round(100 * now, places) - round(100 * planned, places), places)
    if points == 0:
        return _("about what was planned")
    told = points_text(abs(points) / 100, places)
    if points > 0:
        return _("%(points)s above what was planned", points=told)
    return _("%(points)s below what was planned", points=told)


def _line(schema: FeatureSchema | None, change: FollowedChange) -> ReachedLine:
    return ReachedLine(
        label=change.label,
        span=span_of(schema, change.feature, change.before, change.after, change.unit),
        now=united(schema, change.feature, change.now, None),
        width=None if change.reached is None else round(100 * within(change.reached), 1),
        text=_reached_text(change),
    )


def _reached_text(change: FollowedChange) -> str:
    if change.reached is None:
        return _("not known")
    if isinstance(change.after, bool):
        return _("done") if change.reached == 1 else _("not done")
    share = round(100 * change.reached)
    if share < 0:
        return _("moved the other way: %(share)s %", share=minus(str(share)))
    if share > 100:
        return _("%(share)s %: further than planned", share=share)
    return _("%(share)s % of the way", share=share)


def span_of(
    schema: FeatureSchema | None, name: str, before: Value, after: Value, unit: str | None
) -> tuple[str, str]:
    """Two values of a feature, the second with the unit of both."""
    return united(schema, name, before, None), united(schema, name, after, unit)


def united(schema: FeatureSchema | None, name: str, value: Value, unit: str | None) -> str:
    """A value with its unit, as the schema writes it where it is known."""
    text = value_text(schema[name] if schema and name in schema else None, value)
    return f"{text}{NO_BREAK}{unit}" if unit and value is not None else text
