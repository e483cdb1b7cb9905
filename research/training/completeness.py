"""How a classifier does on records that carry less than everything, beside older versions of it."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from app.classifiers.training_procedure import SEED, Sample
from app.domain.schema import BoolArray, FeatureSchema, FloatArray, IntArray
from research.training.discrimination import roc_auc
from research.training.fitted import Fit, Risk
from research.training.folds import Folds
from research.training.headline import headline
from research.training.masking import masked

WHOLE = "Whole record"

Records = Mapping[str, FloatArray]
"""Everybody's rows by the record that carries them."""


def by_completeness(
    schema: FeatureSchema,
    risk: Risk,
    held_out: Sample,
    older: Mapping[str, Risk],
    crossed: Mapping[str, Mapping[str, float]],
    person: IntArray | None = None,
) -> list[dict[str, Any]]:
    """For each record of the schema's `[training]`, figures on held-out people as if no more were known.

    `older` are classifiers of older versions on the same columns, which learned from the same people or
    fewer. `crossed` are figures of `cross_validated_by_completeness`, if there are any. `person` says whose
    row each is, where people have several.
    """
    threshold = schema.model.threshold
    return [
        {
            "record": name,
            "known": _known(schema, rows),
            **headline(held_out.outcome, risk(rows), threshold, person),
            **({"cross_validation": crossed[name]} if crossed else {}),
            "older": {
                version: headline(held_out.outcome, other(rows), threshold, person)
                for version, other in older.items()
            },
        }
        for name, rows in _records(schema, held_out.rows).items()
    ]


def _records(schema: FeatureSchema, rows: FloatArray) -> Records:
    generator = np.random.default_rng(SEED)
    records = schema.training.records
    return {WHOLE: rows} | {record.name: masked(schema, record, rows, generator) for record in records}


def _known(schema: FeatureSchema, rows: FloatArray) -> float:
    """How many features are known of a person on average; a category takes several columns."""
    starts = np.cumsum([0, *(len(feature.columns) for feature in schema.features)])[:-1]
    return float((~np.isnan(rows[:, starts])).sum(axis=1).mean())


def cross_validated_by_completeness(
    schema: FeatureSchema, people: Sample, folds: Folds, fit: Fit
) -> dict[str, dict[str, float]]:
    """By record, the mean over folds of ROC-AUC, and of the mean risk less the share with the outcome."""
    found: dict[str, list[tuple[float, float]]] = {}
    for seen, unseen in folds:
        risk, left_out = fit(people.take(seen)), people.take(unseen)
        for name, rows in _records(schema, left_out.rows).items():
            found.setdefault(name, []).append(_told(left_out.outcome, risk(rows)))
    means = {name: np.mean(figures, axis=0).tolist() for name, figures in found.items()}
    return {name: {"roc_auc": auc, "mean_risk_off": off} for name, (auc, off) in means.items()}


def _told(outcome: BoolArray, risk: FloatArray) -> tuple[float, float]:
    auc = roc_auc(outcome, risk)
    return auc.value if auc else np.nan, float(risk.mean() - outcome.mean())
