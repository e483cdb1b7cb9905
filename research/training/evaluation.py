"""All figures of a trained model, as plain data: `metrics.json`, the card and the plots come from it."""

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any

import numpy as np
import xgboost

from app.classifiers.training_procedure import Sample, risk_of
from app.domain.feature import Kind, MissingPolicy
from app.domain.schema import BoolArray, FeatureSchema, FloatArray
from research.training.calibration import calibration_bins, calibration_line
from research.training.completeness import by_completeness
from research.training.data_set import Grouping
from research.training.discrimination import roc_auc, roc_points
from research.training.folds import FOLDS, folds_of
from research.training.groups import groups_of
from research.training.headline import INTERVAL, headline
from research.training.masking import fit_people
from research.training.people import Participant, outcomes_of, rows_of, sites_of
from research.training.sites import leave_one_site_out

DECIMALS = 4


def evaluate(
    schema: FeatureSchema,
    grouping: Grouping,
    booster: xgboost.Booster,
    members: Sequence[xgboost.Booster],
    training: Sequence[Participant],
    held_out: Sequence[Participant],
    older: Mapping[str, xgboost.Booster],
) -> dict[str, Any]:
    """Figures on held-out people, overall and by group; cross-validation; the committee's spread.

    Where people come from several sites, also what leaving out each in turn finds (`sites`). Where the
    schema names records, also how the classifier does on each (`completeness`), beside `older` versions.
    """
    rows, outcome = rows_of(schema, held_out), outcomes_of(held_out)
    people = Sample(rows_of(schema, training), outcomes_of(training))
    risk = risk_of(booster, rows)
    threshold = schema.model.threshold
    groups = [
        {"group": group, "level": level, **headline(outcome[who], risk[who], threshold)}
        for group, level, who in _groups(schema, grouping, held_out)
    ]
    figures = {
        "outcome": schema.model.outcome,
        "threshold": threshold,
        "interval": INTERVAL,
        "held_out": headline(outcome, risk, threshold),
        "calibration": {**calibration_line(outcome, risk), "bins": calibration_bins(outcome, risk)},
        "roc": roc_points(outcome, risk),
        "groups": groups,
        "cross_validation": _cross_validated(schema, people),
        "committee": _committee(
            np.stack([risk_of(member, rows) for member in members]), outcome, risk, threshold
        ),
        "influence": _influence(schema, booster),
    }
    if schema.training.records:
        figures["completeness"] = by_completeness(schema, booster, people, Sample(rows, outcome), older)
        figures["category_unknown"] = list(_unknown_categories(schema, grouping, booster, held_out))
    if elsewhere := leave_one_site_out(schema, [*training, *held_out]):
        figures["sites_left_out"] = elsewhere
    return _rounded(figures)


def _groups(
    schema: FeatureSchema, grouping: Grouping, people: Sequence[Participant]
) -> Iterator[tuple[str, str, BoolArray]]:
    """Categories, age bands and sites with who belongs to them; empty ones are left out."""
    yield from groups_of(schema, grouping, [person.values for person in people])
    for site in sites_of(people):
        yield "Site", site, np.array([person.site == site for person in people])


def _unknown_categories(
    schema: FeatureSchema, grouping: Grouping, booster: xgboost.Booster, people: Sequence[Participant]
) -> Iterator[dict[str, Any]]:
    """By level of a category, the mean risk of its people if nobody is told which it is."""
    sample = Sample(rows_of(schema, people), outcomes_of(people))
    for feature in (schema[name] for name in grouping.categories):
        if feature.missing is not MissingPolicy.UNKNOWN:
            continue
        risk = risk_of(booster, _hide(schema, sample, {feature.name}).rows)
        for category in feature.categories:
            who = np.array([person.values[feature.name] == category.value for person in people])
            if who.any():
                yield {
                    "group": feature.label,
                    "level": category.label,
                    "n": int(who.sum()),
                    "prevalence": float(sample.outcome[who].mean()),
                    "mean_risk": float(risk[who].mean()),
                }


def _cross_validated(schema: FeatureSchema, sample: Sample) -> dict[str, Any]:
    """ROC-AUC of refits on four fifths of the training people, each judged on the remaining fifth.

    `without` repeats it with features hidden: each categorical one, and all that behaviour can move.
    """
    moving = {f.name for f in schema.features if f.action or f.treatment} | set(schema.consequence_order)
    left_out = {f.label.lower(): {f.name} for f in schema.features if f.kind is Kind.CATEGORY}
    left_out["everything that can change"] = moving
    return {
        "folds": FOLDS,
        "n": len(sample),
        **_fold_aucs(schema, sample),
        "without": {
            label: _fold_aucs(schema, _hide(schema, sample, names)) for label, names in left_out.items()
        },
    }


def _fold_aucs(schema: FeatureSchema, sample: Sample) -> dict[str, float]:
    values = []
    for seen, unseen in folds_of(sample):
        booster = fit_people(schema, sample.take(seen))
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
