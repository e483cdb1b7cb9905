"""What follows from some levers of a patient: which columns they drive, by which effects, and from what."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, Protocol

import numpy as np

from app.domain.causes import Bearing, CausalModel, Draws
from app.domain.consequences import AS_TOLD, NONE, Consequences, quantile, work_out_all
from app.domain.effects import Effect
from app.domain.feature import Action, Feature
from app.domain.links import LinearLink
from app.domain.schema import FloatArray, IntArray


class Mover(Protocol):
    """A lever, as far as it is a cause: which columns it moves, and to what."""

    @property
    def feature(self) -> Feature: ...
    @property
    def columns(self) -> IntArray: ...
    @property
    def rows(self) -> FloatArray: ...


@dataclass(frozen=True, slots=True)
class Cause:
    """Such an effect among some levers."""

    of: Bearing
    place: int
    """Of the column that it moves, among the driven ones."""
    lever: int
    source: int
    """The driver's place among the driven columns, or NONE."""

    @property
    def effect(self) -> Effect:
        return self.of.effect


class Behind(NamedTuple):
    """What is behind a change that follows: the changed features, and the effects on the way."""

    drivers: tuple[str, ...]
    effects: tuple[Effect, ...]
    slopes: tuple[str, ...]
    """Features that follow others by a slope among people."""


class Contained(NamedTuple):
    """An effect that is not added, since the option itself says where the feature ends."""

    effect: Effect
    driver: str
    """The changed feature that it follows from."""
    size: float
    """What it would do on average, in the unit of the effect's feature."""


@dataclass(frozen=True)
class PatientEffects:
    """The driven columns of a patient under some levers, and what drives them."""

    model: CausalModel
    levers: tuple[Mover, ...]
    driven: tuple[str, ...]
    """Features, each after all that drive it."""
    causes: tuple[Cause, ...]
    owner: dict[int, int]

    def behind(self, name: str, levels: Sequence[int]) -> Behind:
        """Which of a candidate's changes a driven feature follows from, and by which effects."""
        values = self._values(levels)
        drivers: list[str] = []
        effects: list[Effect] = []
        slopes: list[str] = []
        for driver, effect in self._causes_of(name, levels, values):
            root = self.model.schema.root_of(driver)
            if root in self._moved(levels):
                further = Behind((root,), (), ())
            elif root in self.driven:
                further = self.behind(root, levels)
            else:
                continue
            if further.drivers:
                drivers += further.drivers
                effects += [*effect, *further.effects]
                slopes += [*([] if effect else self._slope_of(name)), *further.slopes]
        return Behind(tuple(drivers), tuple(effects), tuple(slopes))

    def contained(self, levels: Sequence[int]) -> tuple[Contained, ...]:
        """The effects of a candidate's changes on what another of its changes moves itself."""
        values = self._values(levels)
        found = []
        for place, cause in enumerate(self.causes):
            own = self.owner.get(self.model.nodes[self.driven[cause.place]].column, NONE)
            root = self.owner.get(cause.of.column, NONE)
            if own in (NONE, root) or root == NONE or not (levels[own] and levels[root]):
                continue
            if size := self._size(place, levels, values):
                feature = self.levers[root].feature.name
                found.append(Contained(cause.effect, feature, size / cause.of.per_unit))
        return tuple(found)

    def _values(self, levels: Sequence[int]) -> FloatArray:
        """The driven columns of a candidate, as told."""
        return work_out_all(self.as_told, np.array([levels], dtype=np.int64))[0]

    def _moved(self, levels: Sequence[int]) -> list[str]:
        return [lever.feature.name for lever, level in zip(self.levers, levels, strict=True) if level]

    def _size(self, place: int, levels: Sequence[int], values: FloatArray) -> float:
        """What one effect does by itself in a candidate, signed, in the unit of what it moves."""
        told, cause = self.as_told, self.causes[place]
        bits = int(told.not_with[place])
        if any(level and bits >> at & 1 for at, level in enumerate(levels)):
            return 0.0
        if cause.lever != NONE:
            amount = float(told.amount[AS_TOLD, place, levels[cause.lever]])
        else:
            moved = float(values[cause.source] - told.start[cause.source])
            amount = max(cause.of.way * moved, 0.0)
        size = min(amount * abs(float(told.size[AS_TOLD, place])), float(told.cap[place]))
        return size * cause.effect.sign

    def _causes_of(
        self, name: str, levels: Sequence[int], values: FloatArray
    ) -> Iterator[tuple[str, tuple[Effect, ...]]]:
        """Drivers of a driven feature, with the effect that does something or none for a link."""
        for place, cause in enumerate(self.causes):
            if cause.place == self.driven.index(name) and self._size(place, levels, values):
                yield cause.effect.driver, (cause.effect,)
        link = self.model.schema.link_of.get(name)
        if link is not None and link.driver in self.driven:
            yield link.driver, ()

    def _slope_of(self, name: str) -> list[str]:
        """The feature if it follows another by a slope among people: an identity needs no source."""
        link = self.model.schema.link_of.get(name)
        return [name] if isinstance(link, LinearLink) else []

    @cached_property
    def as_told(self) -> Consequences:
        """With mean effects, every change carried out in full."""
        nodes, causes = [self.model.nodes[name] for name in self.driven], self.causes
        columns = np.array([node.column for node in nodes], dtype=np.int64)
        start = np.array([node.start for node in nodes])
        followed = np.ones((1, len(self.model.schema.columns)))
        return Consequences(
            column=columns,
            start=start,
            own=np.array([self.owner.get(node.column, NONE) for node in nodes], dtype=np.int64),
            own_value=self._own_values(columns, start, followed),
            follows=np.array([self._leader(name) for name in self.driven], dtype=np.int64),
            slope=np.array([node.slope for node in nodes]),
            share_of_sum=np.array([node.share_of_sum for node in nodes]),
            most=np.array([node.most for node in nodes]),
            low=np.array([node.low for node in nodes]),
            high=np.array([node.high for node in nodes]),
            precision=np.array([node.precision for node in nodes]),
            rounding=np.array([node.rounding for node in nodes], dtype=np.int64),
            noise=np.zeros((1, len(columns))),
            first=np.searchsorted([cause.place for cause in causes], np.arange(len(columns) + 1)),
            lever=np.array([cause.lever for cause in causes], dtype=np.int64),
            source=np.array([cause.source for cause in causes], dtype=np.int64),
            source_sign=np.array([float(cause.of.way) for cause in causes]),
            amount=self._amounts(followed),
            size=self._sizes(None),
            cap=np.array([self._cap(cause.of) for cause in causes]),
            not_with=np.array([self._not_with(cause) for cause in causes], dtype=np.int64),
        )

    def in_draws(self, draws: Draws) -> Consequences:
        """As told in version 0, and in each draw after it."""
        told = self.as_told
        followed = np.concatenate([np.ones((1, len(self.model.schema.columns))), draws.adherence])
        return told._replace(
            own_value=self._own_values(told.column, told.start, followed),
            noise=np.ascontiguousarray(np.concatenate([told.noise, draws.noise[:, told.column]])),
            amount=self._amounts(followed),
            size=self._sizes(draws),
        )

    @cached_property
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

    def _amounts(self, followed: FloatArray) -> FloatArray:
        """Shape (versions, effects, levels)."""
        result = np.zeros((len(followed), len(self.causes), self._depth))
        for place, cause in enumerate(self.causes):
            if cause.lever == NONE:
                continue
            values = self._levels_of(cause.lever, cause.of.column)
            if is_whole(self.levers[cause.lever].feature):
                result[:, place] = (np.arange(self._depth) > 0).astype(float)
            else:
                partial = values[0] + followed[:, cause.of.column, None] * (values - values[0])
                result[:, place] = self._counted(cause, partial)
        return result

    def _counted(self, cause: Cause, values: FloatArray) -> FloatArray:
        above = -math.inf if cause.effect.above is None else cause.effect.above
        kept = np.maximum(values, above)
        return np.maximum(cause.of.way * (kept - kept[..., :1]), 0.0) / cause.effect.per

    def _sizes(self, draws: Draws | None) -> FloatArray:
        """Shape (versions, effects), signed; per unit of the driver where that is driven itself."""
        if not self.causes:
            return np.empty((1 if draws is None else 1 + len(draws), 0))
        bearing = [cause.of for cause in self.causes]
        effects = [(one.effect.low, one.effect.mean, one.effect.high) for one in bearing]
        low, mean, high = np.array(effects).T * [one.per_unit for one in bearing]
        sizes = mean[None]
        if draws is not None:
            harms = np.array([one.turns(draws.turned) for one in bearing])
            share = np.where(harms, 1 - draws.quantile[:, None], draws.quantile[:, None])
            sizes = np.concatenate([sizes, quantile(low, mean, high, share)])
        per = np.array([1.0 if cause.lever != NONE else cause.effect.per for cause in self.causes])
        return sizes * np.array([cause.effect.sign for cause in self.causes]) / per

    def _cap(self, bearing: Bearing) -> float:
        return math.inf if bearing.effect.cap is None else bearing.effect.cap * bearing.per_unit

    def _not_with(self, cause: Cause) -> int:
        """The levers whose own effect on the same feature contains this one."""
        bits = 0
        for other in self.causes:
            if other.place == cause.place and cause.effect.driver in other.effect.excludes:
                lever = self.owner.get(other.of.column, NONE)
                bits |= 0 if lever == NONE else 1 << lever
        return bits


def effects_over(model: CausalModel, levers: Sequence[Mover]) -> PatientEffects:
    """What follows from these levers, in their order."""
    owner = {int(column): place for place, lever in enumerate(levers) for column in lever.columns}
    driven: dict[str, int] = {}
    causes: list[Cause] = []
    for name in model.nodes:
        found = [
            Cause(bearing, len(driven), NONE if source != NONE else lever, source)
            for bearing in model.bearing.get(name, ())
            for lever in [owner.get(bearing.column, NONE)]
            for source in [driven.get(bearing.effect.driver, NONE)]
            if lever != NONE or source != NONE
        ]
        link = model.schema.link_of.get(name)
        if found or (link is not None and link.driver in driven):
            driven[name] = len(driven)
            causes += found
    return PatientEffects(model, tuple(levers), tuple(driven), tuple(causes), owner)


def is_whole(feature: Feature) -> bool:
    """Whether the action on a feature is done in full or not at all."""
    action: Action | None = feature.action
    return not feature.is_numeric or (action is not None and action.whole)
