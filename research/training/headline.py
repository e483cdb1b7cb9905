"""The figures of one group of people, the same for every group that the card tells of."""

from dataclasses import asdict
from typing import Any

import numpy as np

from app.domain.schema import BoolArray, FloatArray, IntArray
from research.training.calibration import brier_score
from research.training.discrimination import at_threshold, roc_auc
from research.training.repeated import roc_auc_of_people

INTERVAL = "95 %, DeLong et al. (1988)"
"""What the intervals of ROC-AUC are."""
INTERVAL_OF_PEOPLE = "95 %, of 1000 bootstrap samples of people, each with all their rows"
"""What they are where people have several rows, which tell less than as many people would."""


def headline(
    outcome: BoolArray, risk: FloatArray, threshold: float, person: IntArray | None = None
) -> dict[str, Any]:
    """Their number, the share with the outcome, the mean risk, and how well the risks tell who has it.

    `person` says whose row each is, where people have several.
    """
    auc = roc_auc(outcome, risk) if person is None else roc_auc_of_people(outcome, risk, person)
    return {
        "n": len(outcome),
        **({} if person is None else {"people": len(np.unique(person))}),
        "prevalence": float(outcome.mean()),
        "mean_risk": float(risk.mean()),
        "roc_auc": asdict(auc) if auc else None,
        **at_threshold(outcome, risk, threshold),
        "brier": brier_score(outcome, risk),
    }


def of_group(
    outcome: BoolArray, risk: FloatArray, threshold: float, fewest: int, person: IntArray | None = None
) -> dict[str, Any]:
    """The same of a part of the people, without what would be chance in a small one.

    ROC-AUC and shares at the threshold are None where fewer than `fewest` have, or have not, the outcome.
    """
    figures, with_it = headline(outcome, risk, threshold, person), int(outcome.sum())
    if min(with_it, len(outcome) - with_it) >= fewest:
        return figures
    return figures | dict.fromkeys(("roc_auc", *at_threshold(outcome, risk, threshold)))
