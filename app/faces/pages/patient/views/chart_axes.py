"""Where values and estimates lie on a chart: an axis of each feature, and one of estimates that all share."""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from app.domain.risk_scale import least_reduction_at
from app.domain.schema import FloatArray, Value
from app.engine.response_curves import ResponseCurve
from app.usecases.record.reference_distributions import FeatureDistribution

WIDTH, HEIGHT = 320, 120
"""The drawing in its own units, without what is written beside it."""
_PEOPLE = 52
"""Of the height, at most, for the people behind the curves."""
ROUND_RISKS = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2)
"""How far apart the ticks of risks may be."""
_MOST_TICKS = 5
_LEAST_SPAN = 5
"""Of estimates, in falls worth offering: a scale drawn out further would make much of little."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A point of the drawing, with what is written beside it, from where and to which side."""

    x: float
    y: float
    text: str = ""
    text_x: float = 0.0
    text_y: float = 0.0
    anchor: str = "middle"


@dataclass(frozen=True, slots=True)
class Tick:
    place: float
    text: str


@dataclass(frozen=True, slots=True)
class EstimateScale:
    """From estimates to heights of the drawing: the same for every chart of a page."""

    low: float
    high: float
    size: float

    def y(self, risk: float) -> float:
        share = (self.high - risk) / (self.high - self.low)
        return round(HEIGHT * min(max(share, 0.0), 1.0), 1)

    @property
    def ticks(self) -> Iterator[Tick]:
        for place in range(round(self.low / self.size), round(self.high / self.size) + 1):
            yield Tick(self.y(place * self.size), f"{100 * place * self.size:.6g}")


@dataclass(frozen=True, slots=True)
class ValueAxis:
    """From a feature's values to places from left to right."""

    low: float
    high: float

    def x(self, value: float) -> float:
        share = (value - self.low) / (self.high - self.low)
        return round(WIDTH * min(max(share, 0.0), 1.0), 1)

    def holds(self, value: float) -> bool:
        return self.low <= value <= self.high


def scale_of(risks: Iterable[float], threshold: float) -> EstimateScale:
    """Holds all of these, and ends at round numbers; it is the finer, the nearer a threshold is to 0 or 1."""
    known = list(risks)
    low, high = min(known), max(known)
    room = max(_LEAST_SPAN * least_reduction_at(threshold) - (high - low), 0.0) / 2
    low, high = max(low - room, 0.0), min(high + room, 1.0)
    for size in ROUND_RISKS:
        first, last = math.floor(low / size + 1e-9), math.ceil(high / size - 1e-9)
        if last - first <= _MOST_TICKS:
            break
    return EstimateScale(first * size, last * size, size)


def axis_of(distribution: FeatureDistribution, curve: ResponseCurve, own: float) -> ValueAxis:
    """Where 99 of 100 people are, wide enough for the patient and all that is permitted."""
    low = min(distribution.low, own, float(curve.permitted[0]))
    high = max(distribution.high, own, float(curve.permitted[-1]))
    return ValueAxis(low, high)


def beside(spots: Sequence[Spot], now: Spot) -> tuple[Spot, ...]:
    """The spots with their texts away from the patient's own value; nearer ones in turn below and above."""
    written = []
    for turn, spot in enumerate(sorted(spots, key=lambda spot: -abs(spot.x - now.x))):
        if turn == 0 and spot.x < now.x:
            place = (spot.x - 7, spot.y + 4, "end")
        elif turn == 0:
            place = (spot.x + 7, spot.y + 4, "start")
        else:
            place = (spot.x, spot.y + (17 if turn % 2 else -9), "middle")
        x, y, anchor = place
        written.append(replace(spot, text_x=round(x, 1), text_y=round(y, 1), anchor=anchor))
    return tuple(written)


def beside_line(
    height: float, axis: ValueAxis, scale: EstimateScale, values: FloatArray, risks: FloatArray
) -> float:
    """Where to write along a line on the right: below it, where the curve runs above it there."""
    right = [
        scale.y(risk)
        for value, risk in zip(values.tolist(), risks.tolist(), strict=True)
        if axis.x(value) >= 0.6 * WIDTH and axis.holds(value)
    ]
    is_above = bool(right) and sum(right) / len(right) < height
    goes_below = height < 12 or (is_above and height < HEIGHT - 12)
    return round(height + 11 if goes_below else height - 4, 1)


def line(axis: ValueAxis, scale: EstimateScale, values: FloatArray, risks: FloatArray) -> str:
    """An SVG path through the estimates at values that are on the axis."""
    places = [
        f"{axis.x(value):g} {scale.y(risk):g}"
        for value, risk in zip(values.tolist(), risks.tolist(), strict=True)
        if axis.holds(value)
    ]
    return "M" + "L".join(places)


def silhouette(axis: ValueAxis, distribution: FeatureDistribution, counts: Sequence[int]) -> str:
    """An SVG path around bars of so many people, on the lower edge of the drawing."""
    most = max(one.without + one.having for one in distribution.bins) or 1
    path = f"M{axis.x(distribution.low):.0f} {HEIGHT}"
    for one, count in zip(distribution.bins, counts, strict=True):
        path += f"V{HEIGHT - _PEOPLE * count / most:.0f}H{axis.x(one.high):.0f}"
    return f"{path}V{HEIGHT}z"


def number_of(value: Value) -> float:
    """A value of a feature that is no category; no is 0 and yes is 1."""
    assert not isinstance(value, str)
    return float(value or 0)
