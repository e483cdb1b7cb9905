"""Figures of a survey's people, weighted to the population that they stand for."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from sklearn.metrics import roc_auc_score

from app.domain.schema import BoolArray, FloatArray
from research.training.people import Participant


def weights_in(people: Sequence[Participant]) -> FloatArray | None:
    """Everybody's weight; None where a data set has none."""
    weights = [person.weight for person in people if person.weight is not None]
    return np.array(weights) if len(weights) == len(people) else None


def weighted(outcome: BoolArray, risk: FloatArray, weight: FloatArray, threshold: float) -> dict[str, Any]:
    """Share with the outcome, mean risk, ROC-AUC, Brier score, and shares at the threshold, all weighted.

    None where nobody has, or has not, the outcome. No intervals: they would take the survey's design.
    """
    high, share = risk > threshold, np.average
    both = 0 < outcome.sum() < len(outcome)
    return {
        "prevalence": float(share(outcome, weights=weight)),
        "mean_risk": float(share(risk, weights=weight)),
        "roc_auc": float(roc_auc_score(outcome, risk, sample_weight=weight)) if both else None,
        "brier": float(share((risk - outcome) ** 2, weights=weight)),
        "sensitivity": float(share(high[outcome], weights=weight[outcome])) if both else None,
        "specificity": float(share(~high[~outcome], weights=weight[~outcome])) if both else None,
    }
