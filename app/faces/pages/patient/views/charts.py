"""What the model says of this patient along each lever, over the people of its data."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.classifiers.base import ClassifierError
from app.domain.schema import FeatureSchema, Value
from app.engine.response_curves import response_curves
from app.faces.http.pages.rendering import risk_words
from app.faces.pages.patient.views.chart_axes import (
    WIDTH,
    EstimateScale,
    Spot,
    Tick,
    ValueAxis,
    axis_of,
    beside,
    beside_line,
    line,
    number_of,
    scale_of,
    silhouette,
)
from app.faces.pages.patient.views.chart_tables import Row, counted_rows_of, end_text, middle_of, rows_of
from app.faces.pages.patient.views.chart_words import Charted, notes_of, summary_of
from app.faces.pages.patient.views.names import Offered, mark_of
from app.faces.pages.patient.views.what_if_setting import question_of
from app.usecases.record.context import AnswerContext
from app.usecases.record.reference_distributions import FeatureDistribution


@dataclass(frozen=True, slots=True)
class Chart:
    """One feature's drawing with its sentences and its table.

    `key` is of element ids. `people` counts rows of people where `counts_rows`. `curve` is the path of the
    estimate by the value alone, `counted` that with what follows on average, where the two differ. `without`
    and `having` are outlines of all people, and of those with the outcome. `permitted` is from where to where
    options may go. `threshold_text` is at what height there is room to name the threshold.
    """

    key: str
    label: str
    unit: str | None
    people: int
    counts_rows: bool
    curve: str
    counted: str | None
    without: str
    having: str
    permitted: tuple[float, float]
    now: Spot
    marks: tuple[Spot, ...]
    threshold_text: float
    low: str
    high: str
    summary: str
    notes: tuple[str, ...]
    rows: tuple[Row, ...]
    counted_rows: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Charts:
    """Charts on one scale of estimates; `others` are the levers that have none here, by their labels.

    `is_away`: the classifier could not be asked, so there are none.
    """

    charts: tuple[Chart, ...] = ()
    others: tuple[str, ...] = ()
    ticks: tuple[Tick, ...] = ()
    threshold: Tick | None = None
    is_away: bool = False

    @property
    def grid(self) -> str:
        """The lines of the scale, as one SVG path."""
        return "".join(f"M0 {tick.place:g}H{WIDTH}" for tick in self.ticks)


def has_charts(context: AnswerContext) -> bool:
    """Whether there is anything to draw, the classifier being there."""
    question = question_of(context)
    people = context.distributions
    if question is None or people is None:
        return False
    return any(lever.feature.name in people.by_feature for lever in question.levers)


def charts_of(context: AnswerContext, others: bool = False) -> Charts | None:
    """A chart for each feature that an option or improvement changes, or for each other one that could.

    In the schema's order. None where another version gave the answer, or nothing can change. Asks the
    classifier once, about all levers, so that all charts have one scale.
    """
    question = question_of(context)
    people = context.distributions
    if question is None or people is None or len(question.levers) == 0:
        return None
    grids = {name: _grid(question.schema, name, one) for name, one in people.by_feature.items()}
    try:
        curves = response_curves(question, grids)
    except ClassifierError:
        return Charts(is_away=True)
    ends = _ends(context)
    charted = [
        Charted(
            feature=feature,
            curve=curves[feature.name],
            distribution=people.by_feature[feature.name],
            own=question.patient.values[feature.name],
            ends=ends.get(feature.name, {}),
            is_given=context.served is not None and context.served.model.is_given,
            counts_rows=people.card is not None and people.card.counts_rows,
        )
        for feature in question.schema.features
        if feature.name in curves and feature.name in people.by_feature
    ]
    scale = _scale(context, charted)
    threshold = context.answer.prediction.threshold
    return Charts(
        charts=tuple(
            _chart(one, scale, threshold, context.is_supposed)
            for one in charted
            if bool(one.ends) is not others
        ),
        others=tuple(one.feature.label for one in charted if not one.ends),
        ticks=tuple(scale.ticks),
        threshold=Tick(scale.y(threshold), risk_words(threshold)),
    )


def _ends(context: AnswerContext) -> dict[str, dict[Value, list[Offered]]]:
    """By feature: each value that options and improvements end at, and which of them do."""
    ends: dict[str, dict[Value, list[Offered]]] = {}
    for option in context.offered:
        for change in option.changes:
            ends.setdefault(change.feature, {}).setdefault(change.after, []).append(option)
    return ends


def _grid(schema: FeatureSchema, name: str, distribution: FeatureDistribution) -> list[float]:
    """The middle of each bar, and the ends of what was observed."""
    feature = schema[name]
    middles = [middle_of(feature.precision, one) for one in distribution.bins]
    return [*middles, *(feature.observed or ())]


def _scale(context: AnswerContext, charted: Sequence[Charted]) -> EstimateScale:
    prediction = context.answer.prediction
    risks = [prediction.risk, prediction.threshold]
    for one in charted:
        axis = axis_of(one.distribution, one.curve, number_of(one.own))
        told = zip(one.curve.values.tolist(), one.curve.by_itself.tolist(), strict=True)
        risks += [risk for value, risk in told if axis.holds(value)]
        risks += one.curve.as_counted.tolist()
    return scale_of(risks, prediction.threshold)


def _chart(charted: Charted, scale: EstimateScale, threshold: float, supposed: bool) -> Chart:
    feature, curve, people = charted.feature, charted.curve, charted.distribution
    own = number_of(charted.own)
    axis = axis_of(people, curve, own)
    now = Spot(axis.x(own), scale.y(curve.now))
    drawn = (axis, scale, curve.values, curve.by_itself)
    return Chart(
        key=feature.name,
        label=feature.label,
        unit=feature.unit,
        people=len(people.values),
        counts_rows=charted.counts_rows,
        curve=line(*drawn),
        counted=line(axis, scale, curve.permitted, curve.as_counted) if charted.has_two else None,
        without=silhouette(axis, people, [one.without + one.having for one in people.bins]),
        having=silhouette(axis, people, [one.having for one in people.bins]),
        permitted=(axis.x(float(curve.permitted[0])), axis.x(float(curve.permitted[-1]))),
        now=now,
        marks=beside(_marks(charted, axis, scale), now),
        threshold_text=beside_line(scale.y(threshold), *drawn),
        low=end_text(charted, axis.low, 1),
        high=end_text(charted, axis.high, -1),
        summary=summary_of(charted, supposed),
        notes=tuple(notes_of(charted)),
        rows=tuple(rows_of(charted)),
        counted_rows=tuple(counted_rows_of(charted)) if charted.has_two else (),
    )


def _marks(charted: Charted, axis: ValueAxis, scale: EstimateScale) -> list[Spot]:
    """Where what is offered ends, on the curve as options count it."""
    spots = []
    for value, offered in charted.ends.items():
        at = number_of(value)
        spots.append(Spot(axis.x(at), scale.y(charted.counted_at(at)), ", ".join(map(mark_of, offered))))
    return spots
