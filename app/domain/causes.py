"""What drives what, for one patient: the schema's links and effects over the levers that are open."""

import math
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np

from app.domain.consequences import AS_TOLD, NONE, Consequences, quantile
from app.domain.effects import Effect
from app.domain.feature import Action, Cap, Direction, Feature, Kind, Monotonicity, holds
from app.domain.links import LinearLink, ProportionalLink
from app.domain.patient import Patient, identity_value
from app.domain.schema import FeatureSchema, FloatArray, IntArray


class Mover(Protocol):
    """A lever, as far as it is a cause: which columns it moves, and to what."""

    @property
    def feature(self) -> Feature: ...
    @property
    def columns(self) -> IntArray: ...
    @property
    def rows(self) -> FloatArray: ...


@dataclass(frozen=True, slots=True)
class Draws:
    """The draws in which candidates are tried, beside version 0: how each differs from what is told.

    `noise` and `adherence` have shape (draws, columns): what is added, and the share of a change that is
    carried out. `quantile`, of shape (draws,), says where in their distributions the sizes of effects lie;
    where it `is_turned`, effects that harm take the opposite quantile.
    """

    noise: FloatArray
    adherence: FloatArray
    quantile: FloatArray
    is_turned: bool = True

    def __len__(self) -> int:
        return len(self.quantile)


@dataclass(frozen=True, slots=True)
class _Cause:
    """An effect that bears on this patient."""

    effect: Effect
    place: int
    """Of the column that it moves, among the driven ones."""
    per_unit: float
    """Units of that column per unit of the effect's feature: 1, but for what keeps a ratio."""
    column: int
    """Of the driver."""
    lever: int
    source: int
    """The driver's place among the driven columns, or NONE."""
    way: int
    """Of the driver's action."""

    @property
    def sizes(self) -> tuple[float, float, float]:
        effect = self.effect
        return effect.low * self.per_unit, effect.mean * self.per_unit, effect.high * self.per_unit


class Behind(NamedTuple):
    """What is behind a change that follows: the changed features, and the effects on the way."""

    drivers: tuple[str, ...]
    effects: tuple[Effect, ...]


@dataclass(frozen=True)
class CausalModel:
    """The links and effects of a schema, for one patient."""

    schema: FeatureSchema
    patient: Patient

    def over(self, levers: Sequence[Mover]) -> "PatientEffects":
        """What follows from these levers, in their order."""
        owner = {int(column): place for place, lever in enumerate(levers) for column in lever.columns}
        driven: dict[str, int] = {}
        causes: list[_Cause] = []
        for name in self.schema.consequence_order:
            found = list(self._causes(name, len(driven), driven, owner))
            link = self.schema.link_of.get(name)
            if found or (link is not None and link.driver in driven and self.start(name) is not None):
                driven[name] = len(driven)
                causes += found
        return PatientEffects(self, tuple(levers), tuple(driven), tuple(causes), owner)

    def _causes(
        self, name: str, place: int, driven: dict[str, int], owner: dict[int, int]
    ) -> Iterator[_Cause]:
        """The effects on a feature that this patient's levers can set going."""
        start, values = self.start(name), self.patient.values
        for effect in self.schema.effects:
            if self.schema.moved_by(effect) != name or start is None or not holds(effect.when, values):
                continue
            column, of = self.schema.column_of[effect.driver], self.start(effect.feature)
            lever, source = owner.get(column, NONE), driven.get(effect.driver, NONE)
            if of is None or (lever == NONE and source == NONE):
                continue
            yield _Cause(
                effect,
                place=place,
                per_unit=1.0 if effect.feature == name else start / of,
                column=column,
                lever=NONE if source != NONE else lever,
                source=source,
                way=self._way(effect.driver),
            )

    def start(self, name: str) -> float | None:
        """The factual value of a feature; None where it is not known."""
        value = float(self.patient.factual[self.schema.column_of[name]])
        return None if math.isnan(value) else value

    def _way(self, driver: str) -> int:
        """Which way the action goes that a driver moves with."""
        link = self.schema.link_of.get(driver)
        action = self.schema[link.driver if link else driver].action
        return -1 if action is not None and action.direction is Direction.DECREASE else 1


@dataclass(frozen=True)
class PatientEffects:
    """The driven columns of a patient under some levers, and what drives them."""

    model: CausalModel
    levers: tuple[Mover, ...]
    driven: tuple[str, ...]
    """Features, each after all that drive it."""
    causes: tuple[_Cause, ...]
    owner: dict[int, int]

    def behind(self, name: str, moved: Container[str]) -> Behind:
        """Which of the moved features a driven one follows from, and by which effects."""
        drivers: list[str] = []
        effects: list[Effect] = []
        for driver, effect in self._causes_of(name, moved):
            root = self._root(driver)
            if root in moved:
                further = Behind((root,), ())
            elif root in self.driven:
                further = self.behind(root, moved)
            else:
                continue
            if further.drivers:
                drivers += further.drivers
                effects += [*effect, *further.effects]
        return Behind(tuple(drivers), tuple(effects))

    def _causes_of(self, name: str, moved: Container[str]) -> Iterator[tuple[str, tuple[Effect, ...]]]:
        """Drivers of a driven feature with their effect, or with none where it follows by a link."""
        place = self.driven.index(name)
        for cause in self.causes:
            off = self._not_with(cause)
            levers = [lever.feature.name for at, lever in enumerate(self.levers) if off >> at & 1]
            if cause.place == place and not any(lever in moved for lever in levers):
                yield cause.effect.driver, (cause.effect,)
        link = self.model.schema.link_of.get(name)
        if link is not None and link.driver in self.driven:
            yield link.driver, ()

    def _root(self, driver: str) -> str:
        """The feature whose action a driver moves with."""
        link = self.model.schema.link_of.get(driver)
        return link.driver if link else driver

    def as_told(self) -> Consequences:
        """With mean effects, every change carried out in full."""
        return self.in_draws(None)

    def in_draws(self, draws: Draws | None) -> Consequences:
        """As told in version 0, and in each draw after it."""
        schema, patient = self.model.schema, self.model.patient
        columns = np.array([schema.column_of[name] for name in self.driven], dtype=np.int64)
        start = patient.factual[columns]
        followed = np.ones((1, len(schema.columns)))
        noise = np.zeros((1, len(columns)))
        if draws is not None:
            followed = np.concatenate([followed, draws.adherence])
            noise = np.concatenate([noise, draws.noise[:, columns]])
        return Consequences(
            column=columns,
            start=start,
            own=np.array([self.owner.get(int(column), NONE) for column in columns], dtype=np.int64),
            own_value=self._own_values(columns, start, followed),
            follows=np.array([self._leader(name) for name in self.driven], dtype=np.int64),
            slope=np.array([self._slope(name) for name in self.driven]),
            share_of_sum=np.array([self._together(name)[0] for name in self.driven]),
            most=np.array([self._together(name)[1] for name in self.driven]),
            low=np.minimum([self._limit(name)[0] for name in self.driven], start),
            high=np.maximum([self._limit(name)[1] for name in self.driven], start),
            precision=np.array([schema[name].precision for name in self.driven]),
            rounding=np.array([rounding_of(schema, patient, name) for name in self.driven], dtype=np.int64),
            noise=noise,
            first=np.searchsorted([cause.place for cause in self.causes], np.arange(len(columns) + 1)),
            lever=np.array([cause.lever for cause in self.causes], dtype=np.int64),
            source=np.array([cause.source for cause in self.causes], dtype=np.int64),
            source_sign=np.array([float(cause.way) for cause in self.causes]),
            amount=self._amounts(followed),
            size=self._sizes(draws),
            cap=np.array([self._cap(cause) for cause in self.causes]),
            not_with=np.array([self._not_with(cause) for cause in self.causes], dtype=np.int64),
        )

    @property
    def _depth(self) -> int:
        return max((len(lever.rows) for lever in self.levers), default=1)

    def _own_values(self, columns: IntArray, start: FloatArray, followed: FloatArray) -> FloatArray:
        """Shape (versions, driven, levels): what the lever on a column makes of it."""
        result = np.repeat(start[None, :, None], self._depth, axis=2).repeat(len(followed), axis=0)
        for place, column in enumerate(columns.tolist()):
            if (own := self.owner.get(column, NONE)) != NONE:
                values = self._levels_of(own, column)
                result[:, place] += followed[:, column, None] * (values - start[place])
                result[AS_TOLD, place] = values
        return result

    def _levels_of(self, lever: int, column: int) -> FloatArray:
        """A column at each level of its lever; beyond the top stands what the top has."""
        mover = self.levers[lever]
        values = mover.rows[:, mover.columns.tolist().index(column)]
        return np.concatenate([values, np.full(self._depth - len(values), values[-1])])

    def _leader(self, name: str) -> int:
        link = self.model.schema.link_of.get(name)
        return self.driven.index(link.driver) if link and link.driver in self.driven else NONE

    def _slope(self, name: str) -> float:
        """How much a feature moves per unit of what it follows."""
        link, patient = self.model.schema.link_of.get(name), self.model.patient
        if isinstance(link, LinearLink):
            return link.slope_for(patient.values)
        if isinstance(link, ProportionalLink):
            column = self.model.schema.column_of
            return float(patient.factual[column[name]] / patient.factual[column[link.driver]])
        return 0.0

    def _together(self, name: str) -> tuple[float, float]:
        rule = self.model.schema[name].consequence
        if rule is None:
            return 1.0, math.inf
        cap = next((cap for cap in rule.caps if holds(cap.when, self.model.patient.values)), Cap())
        most = math.inf if cap.most is None else cap.most
        share = math.inf if cap.most_share is None else cap.most_share
        return rule.share_of_sum, min(most, share * abs(self.model.start(name) or 0.0))

    def _limit(self, name: str) -> tuple[float, float]:
        feature = self.model.schema[name]
        if feature.consequence is not None:
            return feature.consequence.limit
        return feature.clinical or (-math.inf, math.inf)

    def _amounts(self, followed: FloatArray) -> FloatArray:
        """Shape (versions, effects, levels)."""
        result = np.zeros((len(followed), len(self.causes), self._depth))
        for place, cause in enumerate(self.causes):
            if cause.lever == NONE:
                continue
            values = self._levels_of(cause.lever, cause.column)
            if is_whole(self.levers[cause.lever].feature):
                result[:, place] = (np.arange(self._depth) > 0).astype(float)
            else:
                partial = values[0] + followed[:, cause.column, None] * (values - values[0])
                result[:, place] = self._counted(cause, partial)
        return result

    def _counted(self, cause: _Cause, values: FloatArray) -> FloatArray:
        above = -math.inf if cause.effect.above is None else cause.effect.above
        kept = np.maximum(values, above)
        return np.maximum(cause.way * (kept - kept[..., :1]), 0.0) / cause.effect.per

    def _sizes(self, draws: Draws | None) -> FloatArray:
        """Shape (versions, effects), signed; per unit of the driver where that is driven itself."""
        if not self.causes:
            return np.empty((1 if draws is None else 1 + len(draws), 0))
        low, mean, high = np.array([cause.sizes for cause in self.causes]).T
        sizes = mean[None]
        if draws is not None:
            harms = np.array([draws.is_turned and self._harms(cause) for cause in self.causes])
            share = np.where(harms, 1 - draws.quantile[:, None], draws.quantile[:, None])
            sizes = np.concatenate([sizes, quantile(low, mean, high, share)])
        per = np.array([1.0 if cause.lever != NONE else cause.effect.per for cause in self.causes])
        return sizes * np.array([cause.effect.sign for cause in self.causes]) / per

    def _harms(self, cause: _Cause) -> bool:
        """Whether the effect goes where the classifier sees more risk."""
        rising = self.model.schema[self.driven[cause.place]].risk
        return rising is (Monotonicity.RISING if cause.effect.sign > 0 else Monotonicity.FALLING)

    def _cap(self, cause: _Cause) -> float:
        return math.inf if cause.effect.cap is None else cause.effect.cap * cause.per_unit

    def _not_with(self, cause: _Cause) -> int:
        """The levers whose own effect on the same feature contains this one."""
        bits = 0
        for other in self.causes:
            if other.place == cause.place and cause.effect.driver in other.effect.excludes:
                lever = self.owner.get(other.column, NONE)
                bits |= 0 if lever == NONE else 1 << lever
        return bits


def is_whole(feature: Feature) -> bool:
    """Whether the action on a feature is done in full or not at all."""
    action: Action | None = feature.action
    return feature.kind is Kind.BOOLEAN or (action is not None and action.whole)


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
