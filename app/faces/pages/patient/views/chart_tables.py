"""The table behind a chart: people and estimates by ranges of values."""

from collections.abc import Iterator
from dataclasses import dataclass

from app.domain.feature import Feature, Kind
from app.domain.wording import number
from app.faces.http.pages.rendering import risk_words
from app.faces.http.pages.translation import gettext as _
from app.faces.pages.patient.views.chart_words import Charted
from app.faces.pages.patient.views.formatting import value_text
from app.usecases.record.reference_distributions import Bin, FeatureDistribution


@dataclass(frozen=True, slots=True)
class Row:
    """One range of values: how many people have them, which share of those the outcome, and the estimate.

    `people` is None of an end of what was observed, which lies beyond the bars.
    """

    label: str
    people: int | None
    with_outcome: str
    estimate: str


def middle_of(precision: float, one: Bin) -> float:
    """The value in the middle of a bar, as finely as it is measured."""
    return round(round((one.low + one.high) / 2 / precision) * precision, 6)


def end_text(charted: Charted, end: float, inwards: int) -> str:
    """The last value that the axis takes in: an edge of bars lies half a step beyond it."""
    feature, people = charted.feature, charted.distribution
    if feature.kind is Kind.BOOLEAN:
        return value_text(feature, inwards < 0)
    is_edge = end in (people.low, people.high)
    return number(feature, end + inwards * feature.precision / 2 if is_edge else end)


def rows_of(charted: Charted) -> Iterator[Row]:
    """A row for each bar, and one for each end of what was observed that lies beyond them."""
    feature, people, bins = charted.feature, charted.distribution, charted.distribution.bins
    low, high = feature.observed or (people.low, people.high)
    if low < people.low:
        yield _beyond(charted, low)
    for one in bins:
        middle = middle_of(feature.precision, one)
        yield Row(
            label=_range(feature, people, one),
            people=one.without + one.having,
            with_outcome=_share(one),
            estimate=risk_words(charted.at(middle)),
        )
    if high > people.high:
        yield _beyond(charted, high)


def _beyond(charted: Charted, value: float) -> Row:
    return Row(number(charted.feature, value), None, "", risk_words(charted.at(value)))


def counted_rows_of(charted: Charted) -> Iterator[tuple[str, str, str]]:
    """Each permitted value with the estimate by itself, and with what follows on average."""
    for value in charted.curve.permitted.tolist():
        told = value_text(charted.feature, charted.feature.in_kind(value))
        yield told, risk_words(charted.at(value)), risk_words(charted.counted_at(value))


def _range(feature: Feature, distribution: FeatureDistribution, one: Bin) -> str:
    """A bar's values; those at the ends also hold everybody beyond."""
    if feature.kind is Kind.BOOLEAN:
        return value_text(feature, one.high > 1)
    half = feature.precision / 2
    low, high = number(feature, one.low + half), number(feature, one.high - half)
    if one is distribution.bins[0] and distribution.values[0] < one.low:
        return _("%(value)s or less", value=high)
    if one is distribution.bins[-1] and distribution.values[-1] > one.high:
        return _("%(value)s or more", value=low)
    return low if low == high else _("%(low)s to %(high)s", low=low, high=high)


def _share(one: Bin) -> str:
    people = one.without + one.having
    return risk_words(one.having / people) if people else _("none")
