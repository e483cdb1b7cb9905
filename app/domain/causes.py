"""What drives what, for one patient: the schema's links and effects over the levers that are open."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from functools import cached_property

import numpy as np

from app.domain.effects import Effect
from app.domain.feature import Cap, Direction, Feature, Monotonicity, holds
from app.domain.links import LinearLink, ProportionalLink
from app.domain.patient import Patient, identity_value
from app.domain.schema import FeatureSchema, FloatArray


class Turned(Enum):
    """Which effects are at the other end of their intervals."""

    NONE = "none"
    HARMS = "harms"  # those that go where the classifier sees more risk
    RISES = "rises"  # those that raise a value


@dataclass(frozen=True, slots=True)
class Draws:
    """The draws in which candidates are tried, beside version 0: how each differs from what is told.

    `noise` and `adherence` have shape (draws, columns): what is added, and the share of a change that is
    carried out. `quantile`, of shape (draws,), says where in their distributions the sizes of effects lie;
    those that `turned` names take the opposite quantile.
    """

    noise: FloatArray
    adherence: FloatArray
    quantile: FloatArray
    turned: Turned = Turned.HARMS

    def __len__(self) -> int:
        return len(self.quantile)


@dataclass(frozen=True, slots=True)
class Bearing:
    """An effect that bears on this patient, whatever levers are open."""

    effect: Effect
    per_unit: float
    """Units of what moves first per unit of the effect's feature: 1, but for what keeps a ratio."""
    column: int
    """Of the driver."""
    way: int
    """Of the driver's action: -1 down, 1 up."""
    harms: bool
    """Whether it goes where the classifier sees more risk."""

    def turns(self, turned: Turned) -> bool:
        """Whether it is among those that take the opposite quantile."""
        return self.harms if turned is Turned.HARMS else turned is Turned.RISES and self.effect.sign > 0


@dataclass(frozen=True, slots=True)
class Node:
    """A feature that something may drive, for this patient."""

    column: int
    start: float
    slope: float
    """How much it moves per unit of what it follows."""
    share_of_sum: float
    most: float
    low: float
    high: float
    precision: float
    rounding: int


@dataclass(frozen=True)
class CausalModel:
    """The links and effects of a schema, for one patient."""

    schema: FeatureSchema
    patient: Patient

    @cached_property
    def nodes(self) -> dict[str, Node]:
        """Every known feature that effects or links may move, each after all that drive it."""
        starts = {name: self.start(name) for name in self.schema.consequence_order}
        return {name: self._node(name, start) for name, start in starts.items() if start is not None}

    @cached_property
    def bearing(self) -> dict[str, tuple[Bearing, ...]]:
        """The effects on each feature whose condition holds of this patient."""
        return {name: tuple(self._bearing(name)) for name in self.nodes}

    def start(self, name: str) -> float | None:
        """The factual value of a feature; None where it is not known."""
        value = float(self.patient.factual[self.schema.column_of[name]])
        return None if math.isnan(value) else value

    def _bearing(self, name: str) -> Iterator[Bearing]:
        rising = self.schema[name].risk
        for effect in self.schema.effects_on.get(name, ()):
            of = self.start(effect.feature)
            if of is None or not holds(effect.when, self.patient.values):
                continue
            yield Bearing(
                effect,
                per_unit=1.0 if effect.feature == name else self.nodes[name].start / of,
                column=self.schema.column_of[effect.driver],
                way=self._way(effect.driver),
                harms=rising is (Monotonicity.RISING if effect.sign > 0 else Monotonicity.FALLING),
            )

    def _way(self, driver: str) -> int:
        """Which way the action goes that a driver moves with."""
        action = self.schema[self.schema.root_of(driver)].action
        return -1 if action is not None and action.direction is Direction.DECREASE else 1

    def _node(self, name: str, start: float) -> Node:
        feature = self.schema[name]
        share, most = self._together(feature, start)
        low, high = self._limit(feature)
        return Node(
            column=self.schema.column_of[name],
            start=start,
            slope=self._slope(name, start),
            share_of_sum=share,
            most=most,
            low=min(low, start),
            high=max(high, start),
            precision=feature.precision,
            rounding=rounding_of(self.schema, self.patient, name),
        )

    def _slope(self, name: str, start: float) -> float:
        link = self.schema.link_of.get(name)
        if isinstance(link, LinearLink):
            return link.slope_for(self.patient.values)
        if isinstance(link, ProportionalLink):
            return start / float(self.patient.factual[self.schema.column_of[link.driver]])
        return 0.0

    def _together(self, feature: Feature, start: float) -> tuple[float, float]:
        """The share of their sum that effects count, and the most that they do."""
        rule = feature.consequence
        if rule is None:
            return 1.0, math.inf
        cap = next((cap for cap in rule.caps if holds(cap.when, self.patient.values)), Cap())
        most = math.inf if cap.most is None else cap.most
        share = math.inf if cap.most_share is None else cap.most_share * abs(start)
        return rule.share_of_sum, min(most, share)

    def _limit(self, feature: Feature) -> tuple[float, float]:
        if feature.consequence is not None:
            return feature.consequence.limit
        return feature.clinical or (-math.inf, math.inf)


def rounding_of(schema: FeatureSchema, patient: Patient, name: str) -> int:
    """Which way a feature that follows another is rounded: towards its identity, if there is one.

    Only where it lies far from that: a value that agrees with its identity just so goes on agreeing.
    """
    link, start = schema.link_of.get(name), patient.factual[schema.column_of[name]]
    expected = identity_value(link, patient.values)
    if expected is None or not isinstance(link, ProportionalLink) or link.identity is None:
        return 0
    is_far = abs(expected - start) > link.identity.tolerance * expected / 2
    return int(np.sign(expected - start)) if is_far else 0
