"""The figures of one group of people, the same for every group that the card tells of."""

from dataclasses import asdict
from typing import Any

from app.domain.schema import BoolArray, FloatArray
from research.training.calibration import brier_score
from research.training.discrimination import at_threshold, roc_auc

INTERVAL = "95 %, DeLong et al. (1988)"
"""What the intervals of ROC-AUC are."""


def headline(outcome: BoolArray, risk: FloatArray, threshold: float) -> dict[str, Any]:
    """Their number, the share with the outcome, the mean risk, and how well the risks tell who has it."""
    auc = roc_auc(outcome, risk)
    return {
        "n": len(outcome),
        "prevalence": float(outcome.mean()),
        "mean_risk": float(risk.mean()),
        "roc_auc": asdict(auc) if auc else None,
        **at_threshold(outcome, risk, threshold),
        "brier": brier_score(outcome, risk),
    }


def of_group(outcome: BoolArray, risk: FloatArray, threshold: float, fewest: int) -> dict[str, Any]:
    """The same of a part of the people, without what would be chance in a small one.

    ROC-AUC and shares at the threshold are None where fewer than `fewest` have, or have not, the outcome.
    """
    figures, with_it = headline(outcome, risk, threshold), int(outcome.sum())
    if min(with_it, len(outcome) - with_it) >= fewest:
        return figures
    return figures | dict.fromkeys(("roc_auc", *at_threshold(outcome, risk, threshold)))
