"""What a patient is seen against: the people that a model learned from, and its model card."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from app.classifiers.card import Card
from app.classifiers.model_version import ModelVersion
from app.domain.feature import Feature, Kind
from app.domain.schema import BoolArray, FloatArray
from app.domain.tolerances import SAME
from app.engine.registry import ServedModel

BINS = 24
_TAIL = 0.5
"""Per cent of people left out of the drawing at each end: a handful of them would squeeze all the others."""


@dataclass(frozen=True, slots=True)
class Bin:
    """People with values from `low` up to `high`, counted by whether they have the outcome."""

    low: float
    high: float
    without: int
    having: int


@dataclass(frozen=True, slots=True)
class FeatureDistribution:
    """How one feature is spread among the people of whom it is known."""

    bins: tuple[Bin, ...]
    values: FloatArray
    """Sorted, in the feature's unit."""

    def below(self, value: float) -> float:
        """Share (0-1) of people with a lower value."""
        return float(np.searchsorted(self.values, value - SAME, side="left")) / max(len(self.values), 1)

    @property
    def low(self) -> float:
        return self.bins[0].low

    @property
    def high(self) -> float:
        return self.bins[-1].high


@dataclass(frozen=True, slots=True)
class ReferenceDistributions:
    """One model's people, feature by feature, and its card, if it ships one."""

    by_feature: Mapping[str, FeatureDistribution]
    people: int
    card: Card | None


def reference_distributions_of(registry: Iterable[ServedModel]) -> dict[str, ReferenceDistributions]:
    """Made once, by the version's reference: it takes some milliseconds a version."""
    return {served.model.reference: _background(served) for served in registry}


def _background(served: ServedModel) -> ReferenceDistributions:
    model = served.model
    return ReferenceDistributions(dict(_spreads(model)), len(model.population.rows), model.card)


def _spreads(model: ModelVersion) -> Iterator[tuple[str, FeatureDistribution]]:
    for feature in model.schema.features:
        if feature.kind is not Kind.CATEGORY:
            column = model.population.rows[:, model.schema.column_of[feature.name]]
            known = ~np.isnan(column)
            if known.any():
                yield feature.name, _spread(feature, column[known], model.population.outcome[known])


def _spread(feature: Feature, values: FloatArray, outcome: BoolArray) -> FeatureDistribution:
    edges = _edges(feature, values)
    inside = np.clip(values, edges[0], edges[-1])
    having, _ = np.histogram(inside[outcome], edges)
    without, _ = np.histogram(inside[~outcome], edges)
    bins = [
        Bin(float(low), float(high), int(n), int(y))
        for low, high, n, y in zip(edges[:-1], edges[1:], without, having, strict=True)
    ]
    return FeatureDistribution(tuple(bins), np.sort(values))


def _edges(feature: Feature, values: FloatArray) -> FloatArray:
    if feature.kind is Kind.BOOLEAN:
        return np.array([-0.5, 0.5, 1.5])
    low, high = np.percentile(values, [_TAIL, 100 - _TAIL])
    # A bin holds a whole number of the values that can be measured, or some would be twice as full.
    step = feature.precision * max(1, round((high - low) / BINS / feature.precision))
    start = np.floor(low / step) * step - feature.precision / 2
    count = max(1, int(np.ceil((high - start) / step)))
    return start + step * np.arange(count + 1)
