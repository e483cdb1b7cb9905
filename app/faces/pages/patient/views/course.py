"""The course of the estimate in what callers asked, with its axes, and where plans began, ended, are due."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from app.domain.risk_scale import axis_end
from app.domain.wording import line_text
from app.faces.http.pages.rendering import line_words, risk_words, when
from app.faces.http.pages.translation import gettext as _
from app.faces.http.pages.translation import ngettext
from app.faces.pages.patient.views.days import day_text
from app.faces.pages.patient.views.formatting import NO_BREAK
from app.usecases.plans.told import PlanOut
from app.usecases.record.context import AnswerContext
from app.usecases.record.repository import PastRisk

LEFT, RIGHT, TOP, HEIGHT = 40.0, 600.0, 22.0, 150.0
"""The drawing in its own units: between which places time runs, where the end of the axis and 0 % are."""
_APART = 44.0
"""Values nearer to each other than this are not all written: they would lie upon each other."""
_MARKS_APART = 14.0


@dataclass(frozen=True, slots=True)
class Point:
    """One estimate on the drawing; `value` is written beside it, where there is room."""

    x: float
    y: float
    value: str | None


@dataclass(frozen=True, slots=True)
class Mark:
    """Where something happened to plans, or is to: a line with their numbers."""

    x: float
    numbers: str
    is_review: bool


@dataclass(frozen=True, slots=True)
class Tick:
    """A name on an axis."""

    at: float
    text: str


@dataclass(frozen=True, slots=True)
class Course:
    """The drawing, its table (when, what, the estimate where that is one), and its sentence."""

    points: tuple[Point, ...]
    marks: tuple[Mark, ...]
    levels: tuple[Tick, ...]
    days: tuple[Tick, ...]
    threshold: Tick
    rows: tuple[tuple[str, str, str], ...]
    sentence: str


@dataclass(frozen=True, slots=True)
class _Event:
    at: datetime
    number: int
    text: str
    is_review: bool = False


def course_of(context: AnswerContext) -> Course | None:
    """Where there are two estimates or more, by the version that is shown."""
    risks = context.history.risk_history
    if len(risks) < 2:
        return None
    events = list(_events(context.history.plans))
    start, end = _span(risks, events)
    shown = [one for one in events if start <= one.at <= end]
    threshold = risks[-1].threshold
    top = axis_end((one.risk for one in risks), threshold)
    return Course(
        points=tuple(_points(risks, start, end, top)),
        marks=tuple(_marks(shown, start, end)),
        levels=tuple(Tick(_y(share, 1.0), f"{100 * top * share:g} %") for share in (0, 0.25, 0.5, 0.75, 1)),
        days=tuple(_days(start, end)),
        threshold=Tick(_y(threshold, top), _("threshold %(risk)s", risk=line_words(threshold))),
        rows=tuple(_rows(risks, events)),
        sentence=_sentence(risks, context.row.prediction.model_version, len(context.history.plans)),
    )


def _events(plans: Sequence[PlanOut]) -> Iterator[_Event]:
    """Plans are numbered from the oldest on."""
    for number, plan in enumerate(reversed(plans), start=1):
        told = {"number": number, "name": plan.name}
        yield _Event(plan.created_at, number, _("Plan %(number)s begins: %(name)s", **told))
        if plan.ended_at is not None:
            yield _Event(plan.ended_at, number, _("Plan %(number)s ends", **told))
        else:
            day = _("Review of plan %(number)s", **told)
            yield _Event(datetime.combine(plan.review_on, time(), UTC), number, day, is_review=True)


def _marks(events: Sequence[_Event], start: datetime, end: datetime) -> list[Mark]:
    """One where a plan takes the place of another: their numbers would lie upon each other."""
    marks: list[Mark] = []
    for one in sorted(events, key=lambda event: event.at):
        x, last = _x(one.at, start, end), marks[-1] if marks else None
        if last is None or x - last.x >= _MARKS_APART or one.is_review != last.is_review:
            marks.append(Mark(x, str(one.number), one.is_review))
        elif str(one.number) not in last.numbers.split(", "):
            marks[-1] = Mark(last.x, f"{last.numbers}, {one.number}", one.is_review)
    return marks


def _span(risks: Sequence[PastRisk], events: Sequence[_Event]) -> tuple[datetime, datetime]:
    """All estimates, and what is marked but for a review so far ahead that it would crowd the rest."""
    begun = min((one.at for one in events), default=risks[0].at)
    start = min(risks[0].at, begun) if risks[0].at - begun < risks[-1].at - risks[0].at else risks[0].at
    end = max([risks[-1].at, *(one.at for one in events if not one.is_review)])
    ahead = [one.at for one in events if one.is_review and one.at - end <= end - start]
    return start, max([end, *ahead])


def _x(at: datetime, start: datetime, end: datetime) -> float:
    span = (end - start).total_seconds() or 1.0
    return round(LEFT + (RIGHT - LEFT) * (at - start).total_seconds() / span, 2)


def _y(risk: float, top: float) -> float:
    return round(TOP + (HEIGHT - TOP) * (1 - risk / top), 2)


def _points(risks: Sequence[PastRisk], start: datetime, end: datetime, top: float) -> Iterator[Point]:
    """The last value is always written, others where they have room."""
    places = [_x(one.at, start, end) for one in risks]
    written = LEFT - _APART
    for place, one in zip(places, risks, strict=True):
        is_last = one is risks[-1]
        has_room = place - written >= _APART and (is_last or places[-1] - place >= _APART)
        if has_room or is_last:
            written = place
        yield Point(place, _y(one.risk, top), risk_words(one.risk) if has_room or is_last else None)


def _days(start: datetime, end: datetime) -> Iterator[Tick]:
    """The first and the last day; of one day its times."""
    if start.date() == end.date():
        yield Tick(LEFT, when(start))
        yield Tick(RIGHT, f"{end:%H:%M}")
        return
    yield Tick(LEFT, day_text(start.date()))
    middle = start + (end - start) / 2
    if _months(start.date(), end.date()) >= 2:
        yield Tick((LEFT + RIGHT) / 2, day_text(middle.date()))
    yield Tick(RIGHT, day_text(end.date()))


def _months(start: date, end: date) -> int:
    return 12 * (end.year - start.year) + end.month - start.month


def _rows(risks: Sequence[PastRisk], events: Sequence[_Event]) -> Iterator[tuple[str, str, str]]:
    told = [(one.at, when(one.at), _("Estimate"), risk_words(one.risk, one.threshold)) for one in risks]
    told += [
        (one.at, day_text(one.at.date()) if one.is_review else when(one.at), one.text, "") for one in events
    ]
    for _at, moment, what, risk in sorted(told, key=lambda row: row[0]):
        yield moment, what, risk


def _plain(one: PastRisk) -> str:
    return risk_words(one.risk, one.threshold).replace(NO_BREAK, " ")


def _sentence(risks: Sequence[PastRisk], version: str, plans: int) -> str:
    told = _(
        "%(count)s answers by version %(version)s: from %(first)s to %(last)s; the threshold is "
        "%(threshold)s.",
        count=len(risks),
        version=version,
        first=_plain(risks[0]),
        last=_plain(risks[-1]),
        threshold=line_text(risks[-1].threshold),
    )
    if not plans:
        return told
    return f"{told} " + ngettext("%(num)s plan is marked.", "%(num)s plans are marked.", plans)
