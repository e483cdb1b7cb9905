"""Bins of a model's features and of its risk: questions are counted in them, and nothing else is kept."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.classifiers.model_version import ModelVersion
from app.domain.feature import Feature, Kind
from app.domain.schema import FeatureSchema, FloatArray
from app.engine.registry import ServedModel
from app.usecases.tallies import Counts

RISK = "(risk)"
"""In place of a feature's name: no feature can have this one."""
_DECILES = np.arange(1, 10) / 10
_FINE = np.arange(1, 50) / 50


@dataclass(frozen=True, slots=True)
class Binning:
    """How people are counted by one version, and the counts of the people of its data.

    `edges` has a row for each feature, ascending and filled up with infinity: a value is in the bin whose
    number is how many edges it has reached. The first and the last bin of a number are outside of the
    observed range; of other kinds they are empty. What is not known is in one more bin, the last. `sizes`
    says how many bins each feature has, that one included.
    """

    schema: FeatureSchema
    edges: FloatArray
    sizes: NDArray[np.int64]
    starts: NDArray[np.int64]
    """Where the bins of each feature begin among all bins, and at last those of the risk."""
    risk_edges: FloatArray
    risk_deciles: NDArray[np.int64]
    """By bin of the risk, which tenth of the reference it is in."""
    risk_means: FloatArray
    """By bin of the risk, the mean risk of the reference there."""
    reference: dict[str, Counts]

    def counts(self, rows: FloatArray, risks: FloatArray) -> dict[str, Counts]:
        """Encoded people of shape (n, columns), with their risks of shape (n,), by feature and bin."""
        return self.split(self.flat_counts(rows, risks))

    def flat_counts(self, rows: FloatArray, risks: FloatArray) -> Counts:
        """The same as one array, feature after feature and the risk last: quick to work out and to add."""
        values = _values(self.schema, rows)
        bins = (values[:, :, None] >= self.edges).sum(axis=2)
        bins = np.where(np.isnan(values), self.sizes - 1, bins) + self.starts[:-1]
        reached = np.searchsorted(self.risk_edges, risks, side="right") + self.starts[-1]
        everything = int(self.starts[-1]) + len(self.risk_edges) + 1
        return np.bincount(np.concatenate((bins.ravel(), reached)), minlength=everything)

    def split(self, flat: Counts) -> dict[str, Counts]:
        """What one such array holds, by feature."""
        names = [*(feature.name for feature in self.schema.features), RISK]
        return dict(zip(names, np.split(flat, self.starts[1:]), strict=True))

    @property
    def sizes_by_name(self) -> dict[str, int]:
        """How many bins each feature has, and the risk."""
        return {name: len(counts) for name, counts in self.reference.items()}


def binning_of(model: ModelVersion) -> Binning:
    """Made once a version, when the service starts; asks the classifier about the reference population.

    Raises:
        ClassifierError: the classifier is away.
    """
    schema, rows = model.schema, model.population.rows
    risks = model.classifier.risk(rows)
    values = _values(schema, rows)
    edges = [_edges(feature, values[:, place]) for place, feature in enumerate(schema.features)]
    widest, sizes = max(map(len, edges)), np.array([len(one) + 2 for one in edges])
    above = np.nextafter(schema.model.threshold, np.inf)  # a risk of the threshold itself is low
    deciles = _quantiles(risks, _DECILES)
    risk_edges = np.unique([*deciles, *_quantiles(risks, _FINE), above])
    lower = np.concatenate(([-np.inf], risk_edges))
    binning = Binning(
        schema=schema,
        edges=np.array([np.pad(one, (0, widest - len(one)), constant_values=np.inf) for one in edges]),
        sizes=sizes,
        starts=np.concatenate(([0], np.cumsum(sizes))),
        risk_edges=risk_edges,
        risk_deciles=np.searchsorted(deciles, lower, side="right"),
        risk_means=_means(risks, risk_edges),
        reference={},
    )
    binning.reference.update(binning.counts(rows, risks))
    return binning


def binnings_of(hosted: Iterable[ServedModel]) -> dict[str, Binning]:
    """By the digest of each version, as `binning_of`."""
    return {served.model.digest: binning_of(served.model) for served in hosted}


def _values(schema: FeatureSchema, rows: FloatArray) -> FloatArray:
    """One number a feature, shape (n, features): of a category its place in the schema's list."""
    columns, place = [], 0
    for feature in schema.features:
        many = len(feature.columns)
        of_feature = rows[:, place : place + many]
        place += many
        columns.append(of_feature @ np.arange(many) if feature.kind is Kind.CATEGORY else of_feature[:, 0])
    return np.column_stack(columns)


def _edges(feature: Feature, values: FloatArray) -> FloatArray:
    """Of numbers the ends of the observed range and the deciles between, which are people's own values."""
    if feature.kind is Kind.CATEGORY:
        return np.array([-np.inf, *(np.arange(1, len(feature.categories)) - 0.5), np.inf])
    if not feature.is_numeric:
        return np.array([-np.inf, 0.5, np.inf])
    assert feature.observed is not None  # every number has one
    low, high = feature.observed
    known = values[~np.isnan(values)]
    inner = _quantiles(known, _DECILES) if len(known) else known
    return np.array([low, *inner[(inner > low) & (inner <= high)], np.nextafter(high, np.inf)])


def _quantiles(values: FloatArray, shares: FloatArray) -> FloatArray:
    """Without the smallest value: nobody would be below it. Each is a value that somebody has."""
    found = np.unique(np.quantile(values, shares, method="inverted_cdf"))
    return found[found > values.min()]


def _means(risks: FloatArray, edges: FloatArray) -> FloatArray:
    """By bin the mean of the risks in it; of an empty bin the middle between its edges."""
    bins = np.searchsorted(edges, risks, side="right")
    many = np.bincount(bins, minlength=len(edges) + 1)
    sums = np.bincount(bins, weights=risks, minlength=len(edges) + 1)
    ends = np.concatenate(([0.0], edges, [1.0]))
    return np.where(many > 0, sums / np.maximum(many, 1), (ends[:-1] + ends[1:]) / 2)
