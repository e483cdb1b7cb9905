"""The risk now and with each option, against the threshold, with what refits of the model make of it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from app.domain.schema import FloatArray
from app.engine.certainty import bands_of
from app.faces.pages.patient.views.formatting import interval_text
from app.usecases.record.context import AnswerContext

Interval = tuple[float, float]


@dataclass(frozen=True, slots=True)
class RiskLine:
    """One risk; places are per cent of the axis, the interval that of nine refits in ten."""

    name: str
    risk: float
    place: float
    interval: str | None
    low: float | None
    high: float | None
    is_high: bool

    @property
    def beside_band(self) -> str | None:
        """On which side of its band the risk lies, if it lies outside."""
        if self.low is None or self.high is None or self.low <= self.place <= self.high:
            return None
        return "below" if self.place < self.low else "above"


@dataclass(frozen=True, slots=True)
class RiskView:
    """All risks of an answer on one axis from 0 to 100 %."""

    lines: tuple[RiskLine, ...]
    threshold: float
    target: float
    refits: int | None

    @property
    def has_own_target(self) -> bool:
        """Whether the question wanted another risk than the model's threshold."""
        return round(self.target, 4) != round(self.threshold, 4)


def risk_view(context: AnswerContext) -> RiskView:
    """The risks, with intervals where the committee of the same model version is there to give them."""
    prediction = context.answer.prediction
    now = "As supposed" if context.is_supposed else "Now"
    named = [(now, prediction.risk), *((f"Option {one.rank}", one.risk) for one in context.options)]
    intervals = _intervals(context)
    each: Sequence[Interval | None] = intervals or [None] * len(named)
    lines = [
        _line(name, risk, prediction.threshold, interval)
        for (name, risk), interval in zip(named, each, strict=True)
    ]
    size = context.served.model.committee.size if intervals and context.served else None
    return RiskView(tuple(lines), prediction.threshold, prediction.target, size)


def _line(name: str, risk: float, threshold: float, interval: Interval | None) -> RiskLine:
    low, high = interval if interval else (None, None)
    return RiskLine(
        name=name,
        risk=risk,
        place=round(100 * risk, 2),
        interval=interval_text(*interval) if interval else None,
        low=None if low is None else round(100 * low, 2),
        high=None if high is None else round(100 * high, 2),
        is_high=risk > threshold,
    )


def _intervals(context: AnswerContext) -> Sequence[Interval] | None:
    if context.patient is None or context.served is None or not context.is_of_hosted_version:
        return None
    schema = context.served.model.schema
    people = [context.row.features, *(option.features for option in context.options)]
    risks: FloatArray = context.served.model.committee.risk(np.stack([schema.encode(one) for one in people]))
    return [(low, high) for low, high in bands_of(risks).tolist()]
