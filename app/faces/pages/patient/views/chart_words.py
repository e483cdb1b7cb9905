"""What a chart says in words: no drawing argues against its card without a sentence about it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from app.domain.feature import Direction, Feature, Kind, Monotonicity
from app.domain.schema import Value
from app.engine.response_curves import ResponseCurve
from app.faces.http.pages.rendering import risk_words
from app.faces.http.pages.translation import gettext as _
from app.faces.pages.patient.views.chart_axes import number_of
from app.faces.pages.patient.views.formatting import with_unit
from app.faces.pages.patient.views.names import Offered, names_of
from app.faces.pages.patient.views.points import points_text
from app.usecases.record.reference_distributions import FeatureDistribution

VISIBLE = 0.005
"""Of an estimate: half a point, below which two are told alike."""
_LIKE = 100
"""People who make a share: with fewer of them, chance would speak."""

Ends = Mapping[Value, Sequence[Offered]]
"""The values that a feature is taken to, each with the options and improvements that do."""


@dataclass(frozen=True, slots=True)
class Charted:
    """One feature of one patient: the curve, the people, and where what is offered ends."""

    feature: Feature
    curve: ResponseCurve
    distribution: FeatureDistribution
    own: Value
    ends: Ends
    is_given: bool = False
    """Whether the model's classifier was given by its owner, without the schema's directions."""
    counts_rows: bool = False
    """Whether the distribution is of rows, of which a person has several."""

    @property
    def has_two(self) -> bool:
        """Whether what follows on average makes a difference that can be seen."""
        alone = [self.at(float(value)) for value in self.curve.permitted]
        return bool((np.abs(np.array(alone) - self.curve.as_counted) > VISIBLE).any())

    def at(self, value: float) -> float:
        """The estimate with this value, and nothing but what measures the same."""
        return float(self.curve.by_itself[int(np.argmin(np.abs(self.curve.values - value)))])

    def counted_at(self, value: float) -> float:
        """The estimate with this value as options count it."""
        return float(self.curve.as_counted[int(np.argmin(np.abs(self.curve.permitted - value)))])

    @property
    def to(self) -> list[float]:
        """The values that are offered, or else the one that goes furthest of those permitted."""
        own, permitted = number_of(self.own), self.curve.permitted
        furthest = float(
            permitted[0] if abs(permitted[0] - own) > abs(permitted[-1] - own) else permitted[-1]
        )
        return [number_of(value) for value in self.ends] or [furthest]


def summary_of(charted: Charted, supposed: bool) -> str:
    """What the drawing shows, for whoever does not look at it."""
    told = [_now(charted, supposed), *(_end(charted, value, by) for value, by in charted.ends.items())]
    return " ".join(told)


def _now(charted: Charted, supposed: bool) -> str:
    facts = {"value": _described(charted, charted.own), "estimate": risk_words(charted.curve.now)}
    if supposed:
        return _("As supposed: %(value)s; estimate %(estimate)s.", **facts)
    return _("Now: %(value)s; estimate %(estimate)s.", **facts)


def _end(charted: Charted, value: Value, offered: Sequence[Offered]) -> str:
    return _(
        "%(names)s: %(value)s; with this change alone, estimate %(estimate)s.",
        names=names_of(offered),
        value=_described(charted, value),
        estimate=risk_words(charted.counted_at(number_of(value)), charted.curve.now),
    )


def _described(charted: Charted, value: Value) -> str:
    feature, people = charted.feature, charted.distribution
    told = with_unit(feature, value)
    if feature.kind is Kind.BOOLEAN:
        alike = people.below(2) - people.below(1) if value else people.below(1)
        return _("%(value)s, like %(share)s of people", value=told, share=risk_words(alike))
    share = risk_words(people.below(number_of(value)))
    return _("%(value)s, %(share)s of people have less", value=told, share=share)


def notes_of(charted: Charted) -> Iterator[str]:
    """What is assumed, and all that the drawing shows against the card."""
    yield from _shape(charted)
    yield from _elsewhere(charted)
    yield from _against(charted)
    yield _assumed(charted)


def _shape(charted: Charted) -> Iterator[str]:
    curve = charted.curve
    if charted.has_two:
        yield _(
            "The firm line counts what follows on average, as options do. The fine line is the value by "
            "itself."
        )
    by_itself = np.array([charted.at(float(value)) for value in curve.permitted])
    is_flat = bool((np.abs(by_itself - curve.now) <= VISIBLE).all())
    if is_flat and (np.abs(curve.as_counted - curve.now) > VISIBLE).any():
        yield _("By itself this hardly changes the estimate; what follows from it on average does.")
    elif is_flat:
        yield _("By itself this hardly changes the estimate.")
    for value in charted.to:
        yield from _at(charted, value, is_flat)


def _at(charted: Charted, value: float, is_flat: bool) -> Iterator[str]:
    """Of one value that is offered, what does not look like a reason for it."""
    rise, alone = charted.counted_at(value) - charted.curve.now, charted.at(value) - charted.curve.now
    told = with_unit(charted.feature, charted.feature.in_kind(value))
    if rise > VISIBLE:
        yield _(
            "Going to %(value)s raises the estimate by %(points)s where nothing else changes.",
            value=told,
            points=points_text(rise, 1),
        )
    elif abs(rise) <= VISIBLE and not is_flat:
        yield _("Going to %(value)s hardly changes the estimate where nothing else changes.", value=told)
    elif rise < -VISIBLE and alone > VISIBLE:
        yield _(
            "The value by itself would raise the estimate; with what follows from %(value)s on average it "
            "falls.",
            value=told,
        )


def _elsewhere(charted: Charted) -> Iterator[str]:
    """Where the estimate is lower on the side that is not offered."""
    curve, own = charted.curve, number_of(charted.own)
    behind = curve.values < own if own <= curve.permitted[0] + 1e-9 else curve.values > own
    if not behind.any():
        return
    place = int(np.argmin(np.where(behind, curve.by_itself, np.inf)))
    if curve.by_itself[place] < curve.now - VISIBLE:
        yield _(
            "The estimate is lower on the other side, too: %(estimate)s at %(value)s. That is not offered.",
            estimate=risk_words(float(curve.by_itself[place]), curve.now),
            value=with_unit(charted.feature, charted.feature.in_kind(float(curve.values[place]))),
        )


def _against(charted: Charted) -> Iterator[str]:
    """Where people with the value that is offered had the outcome more often."""
    now = share_near(charted.distribution, number_of(charted.own))
    for value in charted.to:
        then = share_near(charted.distribution, value)
        if round(100 * then) > round(100 * now):
            yield _(
                "Among people with values near %(value)s, %(then)s had the outcome, and near %(own)s only "
                "%(now)s: that speaks against it, but those people differ in more than this.",
                value=with_unit(charted.feature, charted.feature.in_kind(value)),
                own=with_unit(charted.feature, charted.own),
                then=risk_words(then),
                now=risk_words(now),
            )
            return


def share_near(distribution: FeatureDistribution, value: float) -> float:
    """Share with the outcome among people with values like this: of its bin, and of bins on both sides of it
    until there are enough people."""
    bins = distribution.bins
    place = next((at for at, one in enumerate(bins) if value < one.high), len(bins) - 1)
    for reach in range(len(bins)):
        near = bins[max(place - reach, 0) : place + reach + 1]
        people = sum(one.without + one.having for one in near)
        if people >= min(_LIKE, len(distribution.values)):
            break
    return sum(one.having for one in near) / max(people, 1)


def _assumed(charted: Charted) -> str:
    """Whose idea the direction is."""
    feature = charted.feature
    action = feature.action
    assert action is not None
    if action.direction is Direction.TOWARDS:
        said = _(
            "Only values towards %(low)s to %(high)s are offered: that is an assumption of the people who "
            "made this model, not something it learned.",
            low=with_unit(feature, action.limit[0]),
            high=with_unit(feature, action.limit[1]),
        )
    else:
        said = _one_way(feature, action.direction is Direction.INCREASE)
    held = None if charted.is_given else _held(feature)
    return f"{said} {held}" if held else said


def _one_way(feature: Feature, rises: bool) -> str:
    if feature.kind is Kind.BOOLEAN:
        if rises:
            return _(
                "Only “yes” is offered: that is an assumption of the people who made this model, not "
                "something it learned."
            )
        return _(
            "Only “no” is offered: that is an assumption of the people who made this model, not "
            "something it learned."
        )
    if rises:
        return _(
            "Only more is offered: that is an assumption of the people who made this model, not something "
            "it learned."
        )
    return _(
        "Only less is offered: that is an assumption of the people who made this model, not something it "
        "learned."
    )


def _held(feature: Feature) -> str | None:
    """What training did not let the model learn."""
    if feature.risk is Monotonicity.RISING:
        return _("Nor was the model free to learn that more lowers the estimate.")
    if feature.risk is Monotonicity.FALLING:
        return _("Nor was the model free to learn that less lowers the estimate.")
    return None
