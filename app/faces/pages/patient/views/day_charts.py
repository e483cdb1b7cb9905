"""The person's days as the question told them: the course of each lever, and what options ask for in days."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from app.domain.feature import Feature
from app.domain.schema import Value
from app.faces.http.pages.rendering import day as day_text
from app.faces.http.pages.rendering import minus
from app.faces.http.pages.translation import gettext as _
from app.faces.pages.patient.views.chart_axes import HEIGHT, WIDTH, Tick
from app.faces.pages.patient.views.day_words import lacks_text, on_days_text
from app.faces.pages.patient.views.formatting import value_text
from app.faces.pages.patient.views.names import Offered, mark_of
from app.usecases.record.context import AnswerContext
from app.usecases.said_days import DayOut

_ROOM = 0.08
"""Of the span of values, above and below."""
_DAY = timedelta(days=1)
_LINE, _HALF_LINE = 12, 4
"""Of what is written in the drawing."""
_LONGEST = 124
"""Days of the calendar that are each there: of a longer stretch those that the question told alone."""


@dataclass(frozen=True, slots=True)
class Level:
    """A level that options ask for: its height, which they are, at what height there is room to write that,
    and all of it in words."""

    place: float
    marks: str
    text_place: float
    words: str


@dataclass(frozen=True, slots=True)
class DaysChart:
    """One lever over the days. `course` is a path that breaks at `gaps`: days that were not told, or have no
    value. `missing` says which they are."""

    key: str
    label: str
    unit: str | None
    course: str
    points: tuple[tuple[float, float], ...]
    gaps: tuple[float, ...]
    ticks: tuple[Tick, ...]
    levels: tuple[Level, ...]
    missing: str | None
    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class DaysPanel:
    """Charts on one axis of days; `count` of them were told. `is_sparse` where days between are not drawn."""

    charts: tuple[DaysChart, ...]
    first: str
    last: str
    count: int
    is_sparse: bool


def days_of(context: AnswerContext) -> DaysPanel | None:
    """A chart for each lever that a day tells, in the schema's order; None where no day tells any.

    None of another version's answer, too: labels, units and kinds may be others. Levers that are no numbers
    have no course; what options ask of them in days stands at the options.
    """
    days, schema = context.answer.question.days, context.schema
    if schema is None or not context.is_of_hosted_version or not days:
        return None
    levels = _levels(context)
    told = [one for one in schema.actionable if one.is_numeric and any(one.name in d.features for d in days)]
    if not told:
        return None
    return DaysPanel(
        charts=tuple(_chart(one, days, levels.get(one.name, {})) for one in told),
        first=day_text(days[0].date),
        last=day_text(days[-1].date),
        count=len(days),
        is_sparse=_is_long(days),
    )


def _levels(context: AnswerContext) -> dict[str, dict[Value, list[Offered]]]:
    """By feature: each level that is asked for, and by what."""
    levels: dict[str, dict[Value, list[Offered]]] = {}
    for option in context.offered:
        for change in option.changes:
            levels.setdefault(change.feature, {}).setdefault(change.after, []).append(option)
    return levels


def _chart(feature: Feature, days: Sequence[DayOut], asked: Mapping[Value, list[Offered]]) -> DaysChart:
    calendar = list(_calendar(days))
    values = {
        one.date: float(one.features[feature.name] or 0) for one in days if feature.name in one.features
    }
    ends = [*values.values(), *(float(level or 0) for level in asked)]
    axis = _Axis(calendar[0], calendar[-1], min(ends), max(ends))
    told = {one.date for one in days}
    return DaysChart(
        key=feature.name,
        label=feature.label,
        unit=feature.unit,
        course=_path(axis, calendar, values),
        points=tuple((axis.x(at), axis.y(value)) for at, value in values.items()),
        gaps=tuple(axis.x(at) for at in calendar if at not in values),
        ticks=tuple(_ticks(feature, axis)),
        levels=_apart([_level(feature, axis, options) for options in asked.values()]),
        missing=lacks_text(
            no_value=[at for at in calendar if at in told and at not in values],
            not_told=[at for at in calendar if at not in told],
        ),
        rows=tuple((day_text(at), _cell(feature, values.get(at), at in told)) for at in calendar),
    )


def _level(feature: Feature, axis: "_Axis", options: Sequence[Offered]) -> Level:
    """What the first of the options asks for; all of them ask for the same level."""
    change = next(one for one in options[0].changes if one.feature == feature.name)
    place = axis.y(float(change.after or 0))
    return Level(
        place=place,
        marks=", ".join(map(mark_of, options)),
        text_place=round(place + _HALF_LINE, 1),
        words=on_days_text(feature, change, options),
    )


def _apart(levels: Sequence[Level]) -> tuple[Level, ...]:
    """The levels with their marks written below one another where they are close; in the order of options."""
    free, placed = -math.inf, dict[str, Level]()
    for level in sorted(levels, key=lambda one: one.place):
        at = max(level.text_place, free)
        placed[level.marks], free = replace(level, text_place=at), at + _LINE
    return tuple(placed[level.marks] for level in levels)


def _calendar(days: Sequence[DayOut]) -> Iterator[date]:
    """Every day from the first to the last, so that one that was not told is seen; of a long stretch those
    that were."""
    first, last = days[0].date, days[-1].date
    if _is_long(days):
        yield from (one.date for one in days)
        return
    yield from (first + _DAY * after for after in range((last - first).days + 1))


def _is_long(days: Sequence[DayOut]) -> bool:
    return (days[-1].date - days[0].date).days >= _LONGEST


def _path(axis: "_Axis", calendar: Sequence[date], values: Mapping[date, float]) -> str:
    """Lines between days that follow on one another."""
    path = ""
    was: date | None = None
    for at in calendar:
        if at in values:
            follows = was is not None and (at - was).days == 1
            path += f"{'L' if follows else 'M'}{axis.x(at):g} {axis.y(values[at]):g}"
            was = at
    return path


def _ticks(feature: Feature, axis: "_Axis") -> Iterator[Tick]:
    for value in dict.fromkeys((axis.low, axis.high)):
        yield Tick(axis.y(value), minus(value_text(feature, value)))


def _cell(feature: Feature, value: float | None, is_told: bool) -> str:
    if value is None:
        return _("no value") if is_told else _("not told")
    return minus(value_text(feature, value))


@dataclass(frozen=True, slots=True)
class _Axis:
    """From days and values to places of the drawing."""

    first: date
    last: date
    low: float
    high: float

    def x(self, at: date) -> float:
        span = (self.last - self.first).days
        return round(WIDTH * (at - self.first).days / span, 1) if span else WIDTH / 2

    def y(self, value: float) -> float:
        span = self.high - self.low
        share = (self.high - value) / span if span else 0.5
        return round(HEIGHT * (_ROOM + (1 - 2 * _ROOM) * share), 1)
