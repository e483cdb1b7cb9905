"""All figures of a trained model, as plain data: `metrics.json`, the card and the plots come from it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from app.classifiers.training_procedure import Sample
from app.domain.feature import MissingPolicy
from app.domain.schema import BoolArray, FeatureSchema, FloatArray
from research.training.calibration import calibration_bins, calibration_line
from research.training.completeness import by_completeness, cross_validated_by_completeness
from research.training.cross_validation import cross_validated, hide
from research.training.data_set import Grouping
from research.training.discrimination import roc_auc, roc_points
from research.training.fitted import Fitted, Risk
from research.training.folds import folds_of
from research.training.groups import groups_of
from research.training.headline import INTERVAL, INTERVAL_OF_PEOPLE, headline, of_group
from research.training.people import Participant, outcomes_of, rows_of
from research.training.repeated import persons_of
from research.training.sites import FEWEST, leave_one_site_out, told_sites
from research.training.weighted import weighted, weights_in

DECIMALS = 4


def evaluate(
    schema: FeatureSchema,
    grouping: Grouping,
    fitted: Fitted,
    training: Sequence[Participant],
    held_out: Sequence[Participant],
    older: Mapping[str, Risk],
    fewest: int = 0,
    crossed_on: Sequence[Participant] | None = None,
    alone: bool = False,
) -> dict[str, Any]:
    """Figures on held-out people, overall and by group; the committee's spread.

    What takes fits comes only with a procedure to fit by: cross-validation, and what leaving out each site in
    turn finds where people come from several (`sites_left_out`). `crossed_on` are those training people among
    whom it is cross-validated, where it is not all; with `alone` also by what can change alone. Where the
    schema names records, also how the classifier does on each (`completeness`), beside `older` versions.

    How well risks tell who has the outcome is not told of a group or site with fewer than `fewest` people who
    have it, or have it not.
    """
    rows, outcome = rows_of(schema, held_out), outcomes_of(held_out)
    risk = fitted.risk(rows)
    threshold, person = schema.model.threshold, persons_of([one.id for one in held_out])
    groups = [
        {
            "group": group,
            "level": level,
            **of_group(outcome[who], risk[who], threshold, fewest, None if person is None else person[who]),
        }
        for group, level, who in _groups(schema, grouping, held_out)
    ]
    crossed, by_record = _crossed(schema, fitted, training if crossed_on is None else crossed_on, alone)
    figures = {
        "outcome": schema.model.outcome,
        "threshold": threshold,
        "interval": INTERVAL if person is None else INTERVAL_OF_PEOPLE,
        "held_out": headline(outcome, risk, threshold, person),
        "calibration": {**calibration_line(outcome, risk), "bins": calibration_bins(outcome, risk)},
        "roc": roc_points(outcome, risk),
        "groups": groups,
        **crossed,
        "committee": _committee(fitted.committee(rows), outcome, risk, threshold),
        "influence": dict(fitted.influence),
    }
    if (weight := weights_in(held_out)) is not None:
        figures["weighted"] = weighted(outcome, risk, weight, threshold)
    if schema.training.records:
        figures["completeness"] = by_completeness(
            schema, fitted.risk, Sample(rows, outcome), older, by_record, person
        )
        figures["category_unknown"] = list(_unknown_categories(schema, grouping, fitted.risk, held_out))
    if fitted.fit is not None and (
        elsewhere := leave_one_site_out(schema, [*training, *held_out], fitted.fit, max(fewest, FEWEST))
    ):
        figures["sites_left_out"] = elsewhere
    return rounded(figures)


def _crossed(
    schema: FeatureSchema, fitted: Fitted, training: Sequence[Participant], alone: bool
) -> tuple[dict[str, Any], dict[str, dict[str, float]]]:
    """Cross-validated figures, if there is a procedure to fit by; and by record where there are any."""
    if fitted.fit is None:
        return {}, {}
    people = Sample(rows_of(schema, training), outcomes_of(training))
    folds = list(folds_of(people, [person.id for person in training]))
    crossed = cross_validated(schema, people, folds, fitted.fit, alone)
    if not schema.training.records:
        return {"cross_validation": crossed}, {}
    by_record = cross_validated_by_completeness(schema, people, folds, fitted.fit)
    return {"cross_validation": crossed}, by_record


def _groups(
    schema: FeatureSchema, grouping: Grouping, people: Sequence[Participant]
) -> Iterator[tuple[str, str, BoolArray]]:
    """Categories, age bands and sites with who belongs to them; empty ones are left out."""
    yield from groups_of(schema, grouping, [person.values for person in people])
    for site in told_sites(people):
        yield "Site", site, np.array([person.site == site for person in people])


def _unknown_categories(
    schema: FeatureSchema, grouping: Grouping, risk_of: Risk, people: Sequence[Participant]
) -> Iterator[dict[str, Any]]:
    """By level of a category, the mean risk of its people if nobody is told which it is."""
    sample = Sample(rows_of(schema, people), outcomes_of(people))
    for feature in (schema[name] for name in grouping.categories):
        if feature.missing is not MissingPolicy.UNKNOWN:
            continue
        risk = risk_of(hide(schema, sample, {feature.name}).rows)
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


def rounded(value: Any) -> Any:
    """Figures as they are written: to four decimals."""
    if isinstance(value, float):
        return round(value, DECIMALS)
    if isinstance(value, dict):
        return {key: rounded(item) for key, item in value.items()}
    return [rounded(item) for item in value] if isinstance(value, list | tuple) else value
