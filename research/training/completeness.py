"""How a classifier does on records that carry less than everything, beside older versions of it."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import xgboost

from app.classifiers.training_procedure import SEED, Sample, risk_of
from app.domain.schema import BoolArray, FeatureSchema, FloatArray
from research.training.discrimination import roc_auc
from research.training.folds import folds_of
from research.training.headline import headline
from research.training.masking import fit_people, masked

WHOLE = "Whole record"

Records = Mapping[str, FloatArray]
"""Everybody's rows by the record that carries them."""


def by_completeness(
    schema: FeatureSchema,
    booster: xgboost.Booster,
    training: Sample,
    held_out: Sample,
    older: Mapping[str, xgboost.Booster],
) -> list[dict[str, Any]]:
    """For each record of the schema's `[training]`, figures on held-out people as if no more were known.

    `older` are classifiers of older versions on the same columns, which learned from the same people or
    fewer. `cross_validation` repeats the fit among training people: the mean over folds of ROC-AUC and of
    the mean risk less the share with the outcome.
    """
    crossed = _cross_validated(schema, training)
    threshold = schema.model.threshold
    return [
        {
            "record": name,
            "known": _known(schema, rows),
            **headline(held_out.outcome, risk_of(booster, rows), threshold),
            "cross_validation": crossed[name],
            "older": {
                version: headline(held_out.outcome, risk_of(other, rows), threshold)
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


def _cross_validated(schema: FeatureSchema, people: Sample) -> dict[str, dict[str, float]]:
    found: dict[str, list[tuple[float, float]]] = {}
    for seen, unseen in folds_of(people):
        booster, left_out = fit_people(schema, people.take(seen)), people.take(unseen)
        for name, rows in _records(schema, left_out.rows).items():
            found.setdefault(name, []).append(_told(left_out.outcome, risk_of(booster, rows)))
    means = {name: np.mean(figures, axis=0).tolist() for name, figures in found.items()}
    return {name: {"roc_auc": auc, "mean_risk_off": off} for name, (auc, off) in means.items()}


def _told(outcome: BoolArray, risk: FloatArray) -> tuple[float, float]:
    auc = roc_auc(outcome, risk)
    return auc.value if auc else np.nan, float(risk.mean() - outcome.mean())
