"""All figures of a trained model, as plain data: `metrics.json`, the card and the plots come from it."""

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import asdict
from typing import Any

import numpy as np
import xgboost
from sklearn.model_selection import StratifiedKFold

from app.domain.feature import Kind
from app.domain.schema import BoolArray, FeatureSchema, FloatArray
from app.training.calibration import brier_score, calibration_bins, calibration_line
from app.training.discrimination import at_threshold, roc_auc, roc_points
from app.training.fit import Sample, fit, risk_of
from app.training.people import Person, outcomes_of, rows_of

FOLDS = 5
AGE_BANDS = ((18, 39), (40, 59), (60, 79), (80, 120))
DECIMALS = 4


def evaluate(
    schema: FeatureSchema,
    booster: xgboost.Booster,
    members: Sequence[xgboost.Booster],
    training: Sample,
    held_out: Sequence[Person],
) -> dict[str, Any]:
    """Figures on held-out people, overall and by group; cross-validation; the committee's spread."""
    rows, outcome = rows_of(schema, held_out), outcomes_of(held_out)
    risk = risk_of(booster, rows)
    threshold = schema.model.threshold
    groups = [
        {"group": group, "level": level, **_headline(outcome[who], risk[who], threshold)}
        for group, level, who in _groups(schema, held_out)
    ]
    figures = {
        "outcome": schema.model.outcome,
        "threshold": threshold,
        "interval": "95 %, DeLong et al. (1988)",
        "held_out": _headline(outcome, risk, threshold),
        "calibration": {**calibration_line(outcome, risk), "bins": calibration_bins(outcome, risk)},
        "roc": roc_points(outcome, risk),
        "groups": groups,
        "cross_validation": _cross_validated(schema, training),
        "committee": _committee(
            np.stack([risk_of(member, rows) for member in members]), outcome, risk, threshold
        ),
        "influence": _influence(schema, booster),
    }
    return _rounded(figures)


def _headline(outcome: BoolArray, risk: FloatArray, threshold: float) -> dict[str, Any]:
    auc = roc_auc(outcome, risk)
    return {
        "n": len(outcome),
        "prevalence": float(outcome.mean()),
        "mean_risk": float(risk.mean()),
        "roc_auc": asdict(auc) if auc else None,
        **at_threshold(outcome, risk, threshold),
        "brier": brier_score(outcome, risk),
    }


def _groups(schema: FeatureSchema, people: Sequence[Person]) -> Iterator[tuple[str, str, BoolArray]]:
    """Categories and age bands with who belongs to them; empty ones are left out."""
    for feature in schema.features:
        for category in feature.categories if feature.kind is Kind.CATEGORY else ():
            who = np.array([person.values[feature.name] == category.value for person in people])
            if who.any():
                yield feature.label, category.label, who
    for low, high in AGE_BANDS:
        who = np.array([low <= float(person.values["age"] or 0) <= high for person in people])
        if who.any():
            yield "Age", f"{low}-{high}" if high < 120 else f"{low} and over", who


def _cross_validated(schema: FeatureSchema, sample: Sample) -> dict[str, Any]:
    """ROC-AUC of refits on four fifths of the training people, each judged on the remaining fifth.

    `without` repeats it with features hidden: each categorical one, and all that behaviour can move.
    """
    fixed = {f.name for f in schema.features if f.action is None and f.name not in schema.link_of}
    left_out = {f.label.lower(): {f.name} for f in schema.features if f.kind is Kind.CATEGORY}
    left_out["everything that can change"] = set(schema.by_name) - fixed
    return {
        "folds": FOLDS,
        "n": len(sample),
        **_fold_aucs(schema, sample),
        "without": {
            label: _fold_aucs(schema, _hide(schema, sample, names)) for label, names in left_out.items()
        },
    }


def _fold_aucs(schema: FeatureSchema, sample: Sample) -> dict[str, float]:
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=0)
    values = []
    for seen, unseen in folds.split(sample.rows, sample.outcome):
        booster = fit(schema, sample.take(seen))
        auc = roc_auc(sample.outcome[unseen], risk_of(booster, sample.rows[unseen]))
        values.append(auc.value if auc else np.nan)
    return {"mean": float(np.mean(values)), "sd": float(np.std(values, ddof=1))}


def _hide(schema: FeatureSchema, sample: Sample, names: AbstractSet[str]) -> Sample:
    """The same people with these features unknown to everybody, so that nothing can be learned from them."""
    hidden = {column for name in names for column in schema[name].columns}
    keep = np.array([column not in hidden for column in schema.columns])
    return Sample(np.where(keep, sample.rows, np.nan), sample.outcome)


def _influence(schema: FeatureSchema, booster: xgboost.Booster) -> dict[str, float]:
    """Each feature's share of the loss that all splits of the trees took away in training."""
    gain: dict[str, float] = booster.get_score(importance_type="total_gain")  # type: ignore[assignment]
    total = sum(gain.values())
    return {f.name: sum(gain.get(column, 0.0) for column in f.columns) / total for f in schema.features}


def _committee(risks: FloatArray, outcome: BoolArray, risk: FloatArray, threshold: float) -> dict[str, Any]:
    """How far bootstrap refits, whose risks have the shape (members, people), differ on held-out people."""
    aucs = [auc.value for member in risks if (auc := roc_auc(outcome, member)) is not None]
    agreement = ((risks > threshold) == (risk > threshold)).mean(axis=0)
    return {
        "members": len(risks),
        "roc_auc": {"mean": float(np.mean(aucs)), "low": min(aucs), "high": max(aucs)},
        "mean_sd_of_risk": float(risks.std(axis=0, ddof=1).mean()),
        "unanimous": float((agreement == 1.0).mean()),
        "mean_agreement": float(agreement.mean()),
    }


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, DECIMALS)
    if isinstance(value, dict):
        return {key: _rounded(item) for key, item in value.items()}
    return [_rounded(item) for item in value] if isinstance(value, list | tuple) else value
