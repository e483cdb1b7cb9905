"""The risk now and with all that is offered, against the threshold, with what refits make of it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from app.domain.risk_scale import axis_end
from app.faces.http.pages.translation import gettext as _
from app.faces.pages.patient.views.certainty import EstimateView, Standing, estimates_of
from app.faces.pages.patient.views.formatting import interval_text
from app.faces.pages.patient.views.names import name_of
from app.faces.pages.patient.views.target import fall_asked, own_start_text, target_text
from app.usecases.counterfactuals.schemas import PredictionOut
from app.usecases.record.context import AnswerContext


@dataclass(frozen=True, slots=True)
class RiskLine:
    """One risk; places are in per cent of risk, the interval that of nine refits in ten."""

    name: str
    risk: float
    place: float
    interval: str | None
    low: float | None
    high: float | None
    standing: Standing

    @property
    def beside_band(self) -> str | None:
        """On which side of its band the risk lies, if it lies outside."""
        if self.low is None or self.high is None or self.low <= self.place <= self.high:
            return None
        return "below" if self.place < self.low else "above"


@dataclass(frozen=True, slots=True)
class RiskView:
    """All risks of an answer on one axis from 0 to `end`, and how sure the first is.

    `refits` is how
    many refits made the bands, where that is known. `asked` is the target in words, where it is not the
    threshold; `fall` the fall that was asked for. `own_start` is what holding means, by option, where its
    band seems to gainsay it.
    """

    lines: tuple[RiskLine, ...]
    of: Mapping[UUID, RiskLine]
    now: EstimateView
    threshold: float
    target: float
    end: float
    refits: int | None
    asked: str | None
    fall: str | None
    own_start: Mapping[UUID, str]

    @property
    def has_own_target(self) -> bool:
        """Whether the question wanted another risk than the model's threshold."""
        return round(self.target, 4) != round(self.threshold, 4)

    @property
    def has_bands(self) -> bool:
        """Whether all have one: of a version that is gone, only that of the first is on record."""
        return all(line.interval for line in self.lines)


def risk_view(context: AnswerContext) -> RiskView:
    """The risks; with bands that are on record, or that the committee of the same version gives."""
    prediction, offered = context.answer.prediction, context.answer.offered
    estimates = estimates_of(context)
    names = [_("As supposed") if context.is_supposed else _("Now"), *(name_of(one) for one in offered)]
    lines = [_line(name, one, prediction) for name, one in zip(names, estimates, strict=True)]
    of = {one.id: line for one, line in zip(offered, lines[1:], strict=True)}
    return RiskView(
        lines=tuple(lines),
        of=of,
        now=estimates[0],
        threshold=prediction.threshold,
        target=prediction.target,
        end=axis_end(_drawn(lines, prediction), prediction.threshold),
        refits=_refits(context, estimates),
        asked=target_text(context.row),
        fall=fall_asked(context.row),
        own_start=_own_start(context, of),
    )


def _drawn(lines: Sequence[RiskLine], prediction: PredictionOut) -> Iterator[float]:
    yield prediction.target
    for line in lines:
        yield line.risk if line.high is None else max(line.risk, line.high / 100)


def _own_start(context: AnswerContext, lines: Mapping[UUID, RiskLine]) -> dict[UUID, str]:
    told = {one.id: own_start_text(context.row, lines[one.id].high) for one in context.options}
    return {option: text for option, text in told.items() if text}


def _refits(context: AnswerContext, estimates: Sequence[EstimateView]) -> int | None:
    is_known = context.served is not None and context.is_of_hosted_version and estimates[0].band
    return context.served.model.committee.size if context.served and is_known else None


def _line(name: str, estimate: EstimateView, prediction: PredictionOut) -> RiskLine:
    low, high = estimate.band or (None, None)
    return RiskLine(
        name=name,
        risk=estimate.risk,
        place=round(100 * estimate.risk, 2),
        interval=interval_text(*estimate.band, beside=prediction.threshold) if estimate.band else None,
        low=None if low is None else round(100 * low, 2),
        high=None if high is None else round(100 * high, 2),
        standing=estimate.standing,
    )
