"""Each feature by itself: how its values are spread among real people and among synthetic rows."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from scipy.stats import ks_2samp

from app.domain.feature import Feature, Kind
from app.domain.schema import FeatureSchema, FloatArray
from app.usecases.augmentation.report.figures import Marginal
from app.usecases.augmentation.report.inputs import ReportInputs

BINS = 16


def marginals(inputs: ReportInputs) -> list[Marginal]:
    """Of every feature of the schema, in its order."""
    schema = inputs.schema
    return [_marginal(schema, feature, inputs) for feature in schema.features]


def _marginal(schema: FeatureSchema, feature: Feature, inputs: ReportInputs) -> Marginal:
    read = _coded if feature.kind is Kind.CATEGORY else _values
    real, synthetic = (read(schema, feature, rows) for rows in (inputs.real, inputs.synthetic))
    known, known_synthetic = real[~np.isnan(real)], synthetic[~np.isnan(synthetic)]
    bins, shares = _shares(feature, known, known_synthetic)
    return Marginal(
        name=feature.name,
        label=feature.label,
        unit=feature.unit,
        distance=_distance(feature, known, known_synthetic, shares),
        bins=bins,
        real=shares[0],
        synthetic=shares[1],
        real_unknown=_share_unknown(real),
        synthetic_unknown=_share_unknown(synthetic),
    )


def _distance(
    feature: Feature, real: FloatArray, synthetic: FloatArray, shares: Sequence[Sequence[float]]
) -> float | None:
    if not len(real) or not len(synthetic):
        return None
    if feature.is_numeric:
        return float(ks_2samp(real, synthetic).statistic)
    return float(np.abs(np.array(shares[0]) - np.array(shares[1])).sum() / 2)


def _shares(
    feature: Feature, real: FloatArray, synthetic: FloatArray
) -> tuple[list[str], tuple[list[float], list[float]]]:
    if not feature.is_numeric:
        names = [one.label for one in feature.categories] or ["no", "yes"]
        edges = np.arange(len(names) + 1) - 0.5
    else:
        both = np.concatenate([real, synthetic])
        low, high = (both.min(), both.max()) if len(both) else (0.0, 1.0)
        edges = np.linspace(low, high if high > low else low + 1.0, BINS + 1)
        names = [f"{a:.4g} to {b:.4g}" for a, b in pairwise(edges.tolist())]
    counts = [np.histogram(values, edges)[0] / max(len(values), 1) for values in (real, synthetic)]
    return names, (counts[0].tolist(), counts[1].tolist())


def _values(schema: FeatureSchema, feature: Feature, rows: FloatArray) -> FloatArray:
    return rows[:, schema.column_of[feature.name]]


def _coded(schema: FeatureSchema, feature: Feature, rows: FloatArray) -> FloatArray:
    """The place of a category among its values, NaN where unknown."""
    columns = rows[:, [schema.columns.index(name) for name in feature.columns]]
    unknown = np.isnan(columns).any(axis=1)
    coded: FloatArray = np.nan_to_num(columns).argmax(axis=1).astype(float)
    coded[unknown] = np.nan
    return coded


def _share_unknown(values: FloatArray) -> float:
    return float(np.isnan(values).mean()) if len(values) else 0.0
