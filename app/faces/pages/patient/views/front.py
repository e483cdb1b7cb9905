"""The front of effort and risk: the least effort for each risk in reach, as a drawing and a table."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.domain.counterfactual import Change, Robustness
from app.domain.improvement import FrontierPoint
from app.domain.risk_scale import least_reduction_at
from app.domain.schema import FeatureSchema
from app.domain.tolerances import SAME_RISK
from app.faces.http.pages.rendering import line_words, risk_words
from app.faces.http.pages.translation import gettext as _
from app.faces.pages.patient.views.chart_axes import ROUND_RISKS
from app.faces.pages.patient.views.formatting import NO_BREAK, decimals_apart, value_text, with_unit
from app.faces.pages.patient.views.front_words import FrontPoint, most_of_it, sentence_of
from app.faces.pages.patient.views.names import Offered, mark_of
from app.usecases.record.context import AnswerContext

WIDTH, HEIGHT = 320.0, 180.0
"""The drawing in its own units."""
_MOST_TICKS = 6
_MOST_DECIMALS = 4


@dataclass(frozen=True, slots=True)
class Mark:
    """Options and improvements at one place of the drawing, by the last words of their names."""

    x: float
    y: float
    text: str

    @property
    def is_right(self) -> bool:
        """Whether there is room to its left alone."""
        return self.x > 0.9 * WIDTH


@dataclass(frozen=True, slots=True)
class Tick:
    place: float
    text: str


@dataclass(frozen=True, slots=True)
class FrontView:
    """The front on a drawing of `WIDTH` by `HEIGHT`; effort goes to the right, risk upwards.

    `steps` is the least effort for each risk, which is a staircase. `target` is where the target lies, and
    `target_text` at what height there is room to name it. `most` is how few changes give most of the fall.
    """

    points: tuple[FrontPoint, ...]
    marks: tuple[Mark, ...]
    steps: str
    now: float
    target: Tick
    target_text: float
    across: tuple[Tick, ...]
    upwards: tuple[Tick, ...]
    sentence: str
    most: str | None
    is_proved: bool
    all_hold: bool


@dataclass(frozen=True, slots=True)
class _Digits:
    """Decimals of each column of the table: the same in every row, or falling figures read as rising."""

    risk: int
    fall: int
    effort: int


@dataclass(frozen=True, slots=True)
class _Axes:
    """From effort and risk to places on the drawing."""

    effort: float
    low: float
    high: float

    def x(self, effort: float) -> float:
        return round(WIDTH * effort / self.effort, 1)

    def y(self, risk: float) -> float:
        return round(HEIGHT * (self.high - risk) / (self.high - self.low), 1)


def front_of(context: AnswerContext) -> FrontView | None:
    """None where nothing lowers the risk, where it was not looked for, and in answers from before."""
    answer, told = context.answer, context.answer.frontier
    if not told:
        return None
    axes = _axes(context)
    now, target = answer.prediction.risk, answer.prediction.target
    digits = _digits(context)
    points = tuple(_point(context, axes, one, digits) for one in told)
    return FrontView(
        points=points,
        marks=tuple(_marks(context, axes)),
        steps=_steps(axes, now, told),
        now=axes.y(now),
        target=Tick(axes.y(target), line_words(target)),
        target_text=_beside_target(axes.y(target), points[-1].y),
        across=tuple(
            Tick(axes.x(one), f"{one:g}") for one in _ticks(0, axes.effort, (0.2, 0.5, 1, 2, 5, 10))
        ),
        upwards=tuple(
            Tick(axes.y(one), f"{100 * one:g}") for one in _ticks(axes.low, axes.high, ROUND_RISKS)
        ),
        sentence=sentence_of(context, points),
        most=most_of_it(told, answer.prediction.threshold),
        is_proved=all(one.proved for one in told),
        all_hold=all(one.holds for one in points),
    )


def _beside_target(height: float, lowest: float) -> float:
    """Above the line, or below it where the stairs end above it."""
    goes_below = height < 14 or (lowest < height < HEIGHT - 14)
    return round(height + 12 if goes_below else height - 4, 1)


def _digits(context: AnswerContext) -> _Digits:
    """Levels are told from each other, and from the risk now and the target as well."""
    prediction, told = context.answer.prediction, context.answer.frontier
    risks = sorted([prediction.risk, prediction.target, *(one.risk for one in told)])
    return _Digits(
        risk=decimals_apart([100 * one for one in risks], _MOST_DECIMALS),
        fall=decimals_apart([100 * one.reduction for one in told], 2),
        effort=decimals_apart([one.effort for one in told], 2),
    )


def _axes(context: AnswerContext) -> _Axes:
    prediction, offered, told = context.answer.prediction, context.offered, context.answer.frontier
    risks = [prediction.risk, prediction.target, *(one.risk for one in told), *(one.risk for one in offered)]
    efforts = [*(one.effort for one in told), *(one.effort for one in offered)]
    room = least_reduction_at(prediction.threshold)
    return _Axes(1.05 * max(efforts), max(min(risks) - room, 0.0), min(max(risks) + room, 1.0))


def _ticks(low: float, high: float, sizes: Sequence[float]) -> Iterator[float]:
    """Round numbers within, the finest of these sizes apart that gives few enough."""
    size = next((one for one in sizes if (high - low) / one <= _MOST_TICKS), (high - low) / _MOST_TICKS)
    for place in range(math.ceil(low / size - 1e-9), math.floor(high / size + 1e-9) + 1):
        yield round(place * size, 6)


def _steps(axes: _Axes, now: float, told: Sequence[FrontierPoint]) -> str:
    """An SVG path: a risk is in reach from its effort on, until a lower one is."""
    path = f"M0 {axes.y(now)}"
    for one in told:
        path += f"H{axes.x(one.effort)}V{axes.y(one.risk)}"
    return f"{path}H{WIDTH:g}"


def _marks(context: AnswerContext, axes: _Axes) -> Iterator[Mark]:
    """Those at the same place are one: letters over each other cannot be read."""
    places: dict[tuple[float, float], list[str]] = {}
    for one in context.offered:
        places.setdefault((axes.x(one.effort), axes.y(one.risk)), []).append(mark_of(one))
    for (x, y), marks in places.items():
        yield Mark(x, y, ", ".join(marks))


def _point(context: AnswerContext, axes: _Axes, point: FrontierPoint, digits: _Digits) -> FrontPoint:
    least = context.answer.conditions.min_robustness if context.answer.conditions else None
    same = [one for one in context.offered if _is_same(one, point)]
    return FrontPoint(
        x=axes.x(point.effort),
        y=axes.y(point.risk),
        risk=point.risk,
        estimate=f"{100 * point.risk:.{digits.risk}f}{NO_BREAK}%",
        fall=_("%(points)s points", points=f"{100 * point.reduction:.{digits.fall}f}"),
        effort=f"{point.effort:.{digits.effort}f}",
        least=_least(point, digits),
        changes="; ".join(_change(context.schema, one) for one in point.changes),
        falls=_falls(point.robustness),
        holds=least is None or _lowest(point.robustness) >= least,
        marks=", ".join(mark_of(one) for one in same),
    )


def _is_same(option: Offered, point: FrontierPoint) -> bool:
    """Whether an option or improvement is a point: it changes the same, to the same."""
    ends = {one.feature: one.after for one in point.changes}
    return abs(option.risk - point.risk) <= SAME_RISK and ends == {c.feature: c.after for c in option.changes}


def _least(point: FrontierPoint, digits: _Digits) -> str:
    if point.proved:
        return _("proved")
    if not point.effort_bound:
        return _("not known")
    return _("at least %(effort)s", effort=f"{point.effort_bound:.{digits.effort}f}")


def _change(schema: FeatureSchema | None, change: Change) -> str:
    feature = schema[change.feature] if schema and change.feature in schema else None
    after = with_unit(feature, change.after) if feature else value_text(None, change.after)
    return f"{change.label} {value_text(feature, change.before)} → {after}"


def _falls(held: Robustness) -> str:
    return ", ".join(risk_words(share) for share in (held.refits, held.noise, held.adherence))


def _lowest(held: Robustness) -> float:
    return min(held.refits, held.noise, held.adherence)
