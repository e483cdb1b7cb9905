"""How well risks order people, and what a threshold makes of them."""

from dataclasses import dataclass

import numpy as np
from sklearn.metrics import confusion_matrix, roc_auc_score, roc_curve

from app.domain.certainty import Z95
from app.domain.schema import BoolArray, FloatArray

FEWEST_OF_EACH = 10
"""With the outcome, and without it: of a group with fewer it is not told how well risks tell who has it."""


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate with its 95 % confidence interval."""

    value: float
    low: float
    high: float


def roc_auc(outcome: BoolArray, risk: FloatArray) -> Interval | None:
    """Area under the ROC curve with the interval of DeLong et al. (1988), normal approximation.

    None where fewer than two people have, or have not, the outcome. The variance uses the mid-rank form
    of Sun and Xu (2014): each person's placement is the share of the other class ranked on the right side.
    """
    cases, controls = risk[outcome], np.sort(risk[~outcome])
    if min(len(cases), len(controls)) < 2:
        return None
    of_cases = share_below(controls, cases)
    of_controls = 1.0 - share_below(np.sort(cases), controls)
    value = float(roc_auc_score(outcome, risk))
    error = np.sqrt(of_cases.var(ddof=1) / len(cases) + of_controls.var(ddof=1) / len(controls))
    return Interval(
        value, low=max(0.0, value - Z95 * float(error)), high=min(1.0, value + Z95 * float(error))
    )


def share_below(ordered: FloatArray, values: FloatArray) -> FloatArray:
    """Share of `ordered` below each value; ties count half."""
    below = np.searchsorted(ordered, values, side="left")
    up_to = np.searchsorted(ordered, values, side="right")
    share: FloatArray = (below + up_to) / (2.0 * len(ordered))
    return share


def at_threshold(outcome: BoolArray, risk: FloatArray, threshold: float) -> dict[str, float | None]:
    """Accuracy, F1, sensitivity, specificity, PPV and NPV when risks above `threshold` are called high.

    A share of nobody is None.
    """
    cells = confusion_matrix(outcome, risk > threshold, labels=[False, True]).ravel()
    tn, fp, fn, tp = (int(n) for n in cells)
    return {
        "accuracy": _share(tp + tn, tp + tn + fp + fn),
        "f1": _share(2 * tp, 2 * tp + fp + fn),
        "sensitivity": _share(tp, tp + fn),
        "specificity": _share(tn, tn + fp),
        "ppv": _share(tp, tp + fp),
        "npv": _share(tn, tn + fn),
    }


def roc_points(outcome: BoolArray, risk: FloatArray) -> list[tuple[float, float]]:
    """The ROC curve's corners as (1 - specificity, sensitivity)."""
    false_positive, true_positive, _ = roc_curve(outcome, risk)
    return list(zip(false_positive.tolist(), true_positive.tolist(), strict=True))


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
