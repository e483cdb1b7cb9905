"""Where the patient stands among the people the model learned from, now and with all that is offered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.domain.feature import Feature, Kind
from app.domain.schema import Value
from app.domain.wording import number, risk_text
from app.faces.pages.patient.views.formatting import value_text, with_unit
from app.faces.pages.patient.views.names import mark_of, names_of
from app.usecases.counterfactuals.option_schemas import CounterfactualOut
from app.usecases.record.context import AnswerContext
from app.usecases.record.reference_distributions import Bin, FeatureDistribution

WIDTH, BARS, ROW = 320.0, 92.0, 16.0
"""The drawing in its own units: how wide, how high the bars, how much for each arrow above them."""


@dataclass(frozen=True, slots=True)
class Bar:
    """People of one range of values."""

    label: str
    people: int
    with_outcome: str


@dataclass(frozen=True, slots=True)
class Arrow:
    """From now to where what is offered would take the patient; places are on the drawing's axis."""

    marks: str
    start: float
    end: float
    y: float
    rises: bool


@dataclass(frozen=True, slots=True)
class Chart:
    """One feature's drawing with its sentence and its table.

    `without` and `having` are outlines of all bars: people with the outcome stand on those without it.
    """

    label: str
    unit: str | None
    people: int
    bars: tuple[Bar, ...]
    without: str
    having: str
    now: float
    arrows: tuple[Arrow, ...]
    height: float
    low: str
    high: str
    sentence: str


def charts_of(context: AnswerContext) -> list[Chart]:
    """A chart for each feature that an option or improvement changes, in the schema's order."""
    if (
        context.patient is None or context.distributions is None or context.schema is None
    ):  # or of another version
        return []
    ends = _ends(context)
    return [
        _chart(context, feature, context.distributions.by_feature[feature.name], ends[feature.name])
        for feature in context.schema.features
        if feature.name in ends and feature.name in context.distributions.by_feature
    ]


def _ends(context: AnswerContext) -> dict[str, dict[Value, list[CounterfactualOut]]]:
    """By feature: each value that options and improvements end at, and which of them do."""
    ends: dict[str, dict[Value, list[CounterfactualOut]]] = {}
    for option in context.offered:
        for change in option.changes:
            ends.setdefault(change.feature, {}).setdefault(change.after, []).append(option)
    return ends


def _chart(
    context: AnswerContext,
    feature: Feature,
    distribution: FeatureDistribution,
    ends: Mapping[Value, list[CounterfactualOut]],
) -> Chart:
    assert context.patient is not None
    now = context.patient.values[feature.name]
    top = ROW * len(ends) + 6
    arrows = [
        Arrow(
            marks=", ".join(map(mark_of, options)),
            start=_place(distribution, _as_number(now)),
            end=_place(distribution, _as_number(after)),
            y=ROW * (row + 0.6),
            rises=_as_number(after) > _as_number(now),
        )
        for row, (after, options) in enumerate(ends.items())
    ]
    return Chart(
        label=feature.label,
        unit=feature.unit,
        people=len(distribution.values),
        bars=tuple(_bar(feature, distribution, one) for one in distribution.bins),
        without=_outline(
            distribution, top + BARS, [0] * len(distribution.bins), [one.without for one in distribution.bins]
        ),
        having=_outline(
            distribution,
            top + BARS,
            [one.without for one in distribution.bins],
            [one.having for one in distribution.bins],
        ),
        now=_place(distribution, _as_number(now)),
        arrows=tuple(arrows),
        height=top + BARS,
        low=_edges(feature, distribution.bins[0])[0],
        high=_edges(feature, distribution.bins[-1])[1],
        sentence=_sentence(context, feature, distribution, ends),
    )


def _bar(feature: Feature, distribution: FeatureDistribution, one: Bin) -> Bar:
    return Bar(_range(feature, distribution, one), one.without + one.having, _share(one))


def _outline(
    distribution: FeatureDistribution, bottom: float, below: Sequence[int], people: Sequence[int]
) -> str:
    """An SVG path around each bar of so many people that stands on those below: shorter than a shape each."""
    scale = BARS / (max(one.without + one.having for one in distribution.bins) or 1)
    width = WIDTH / len(distribution.bins)
    stacked = enumerate(zip(below, people, strict=True))
    return "".join(
        f"M{width * place:.1f} {bottom - scale * under:.1f}v{-scale * count:.1f}h{width - 1:.1f}"
        f"v{scale * count:.1f}z"
        for place, (under, count) in stacked
        if count
    )


def _sentence(
    context: AnswerContext,
    feature: Feature,
    distribution: FeatureDistribution,
    ends: Mapping[Value, Sequence[CounterfactualOut]],
) -> str:
    """What the drawing says, for whoever does not look at it."""
    assert context.patient is not None
    now = "As supposed" if context.is_supposed else "Now"
    sentences = [
        f"{names_of(options)}: {_described(feature, distribution, after)}" for after, options in ends.items()
    ]
    today = _described(feature, distribution, context.patient.values[feature.name])
    return f"{now}: {today}. {'. '.join(sentences)}."


def _described(feature: Feature, distribution: FeatureDistribution, value: Value) -> str:
    if feature.kind is Kind.BOOLEAN:
        alike = distribution.below(2) - distribution.below(1) if value else distribution.below(1)
        return f"{value_text(feature, value)}, like {risk_text(alike)} of people"
    return (
        f"{with_unit(feature, value)}, {risk_text(distribution.below(_as_number(value)))} of people have less"
    )


def _place(distribution: FeatureDistribution, value: float) -> float:
    """On the axis; who lies beyond it stands at its end."""
    share = (value - distribution.low) / (distribution.high - distribution.low)
    return round(WIDTH * min(max(share, 0.0), 1.0), 2)


def _as_number(value: Value) -> float:
    assert not isinstance(value, str)
    return float(value or 0)


def _edges(feature: Feature, one: Bin) -> tuple[str, str]:
    """The lowest and the highest value that a bin takes in."""
    if feature.kind is Kind.BOOLEAN:
        return ("yes", "yes") if one.high > 1 else ("no", "no")
    half = feature.precision / 2
    return number(feature, one.low + half), number(feature, one.high - half)


def _range(feature: Feature, distribution: FeatureDistribution, one: Bin) -> str:
    """A bin's values; those at the ends also hold everybody beyond."""
    low, high = _edges(feature, one)
    if feature.kind is Kind.BOOLEAN:
        return low
    if one is distribution.bins[0] and distribution.values[0] < one.low:
        return f"{high} or less"
    if one is distribution.bins[-1] and distribution.values[-1] > one.high:
        return f"{low} or more"
    return low if low == high else f"{low} to {high}"


def _share(one: Bin) -> str:
    people = one.without + one.having
    return risk_text(one.having / people) if people else "none"
