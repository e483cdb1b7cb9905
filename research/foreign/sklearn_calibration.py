"""scikit-learn's CalibratedClassifierCV: of one classifier and one map of its risks, the map is a link."""

from typing import Any

import numpy as np
from sklearn.calibration import CalibratedClassifierCV
from sklearn.isotonic import IsotonicRegression

from app.classifiers.link import Link, LinkKind
from research.training.errors import TrainingError


def calibrated_one(model: CalibratedClassifierCV, name: str) -> Any:
    """The one classifier whose risks are calibrated.

    Raises:
        TrainingError: there are several, each with a map of its own: their mean is no map of one's risks.
    """
    members = getattr(model, "calibrated_classifiers_", ())
    if not members:
        raise TrainingError(f"{name} holds a CalibratedClassifierCV that was not fitted")
    if len(members) > 1:
        raise TrainingError(
            f"{name} is the mean of {len(members)} classifiers, each calibrated by itself, which cannot be "
            "read as one: fit CalibratedClassifierCV with ensemble=False, or save it as ONNX, which is "
            "hosted without proofs"
        )
    return members[0].estimator


def link_after(model: CalibratedClassifierCV, before: Link, per_margin: float, name: str) -> Link:
    """The link of a classifier after its calibration.

    scikit-learn calibrates `per_margin` times the margin: the decision function, or the probability of a
    classifier that has none; `before` is the link without calibration.

    Raises:
        TrainingError: the map falls, or is of another kind than links are.
    """
    calibrator, method = model.calibrated_classifiers_[0].calibrators[0], model.method
    try:
        if method == "sigmoid":  # 1 / (1 + exp(a x + b)), as Platt writes it
            return Link(LinkKind.PLATT, -float(calibrator.a_) * per_margin, -float(calibrator.b_))
        if method == "isotonic":
            return _isotonic(calibrator, per_margin)
        if method == "temperature" and before.kind is LinkKind.LOGISTIC:  # a softmax of -x and x
            return Link(LinkKind.PLATT, 2 * float(calibrator.beta_) * per_margin)
    except ValueError as error:
        raise TrainingError(
            f"{name} has a calibration whose risks do not rise with the classifier's ({error}): it tells no "
            "more than chance of the people whom it was calibrated on"
        ) from error
    raise TrainingError(
        f"{name} is calibrated by {method}, which of this classifier gives no map that can be read: "
        "calibrate by sigmoid or isotonic, or save it as ONNX, which is hosted without proofs"
    )


def _isotonic(calibrator: IsotonicRegression, per_margin: float) -> Link:
    margins = np.asarray(calibrator.X_thresholds_, dtype=np.float64) / per_margin
    risks = np.clip(np.asarray(calibrator.y_thresholds_, dtype=np.float64), 0.0, 1.0)
    if len(margins) == 1:  # everybody has one risk
        margins, risks = np.array([margins[0], margins[0] + 1.0]), np.repeat(risks, 2)
    return Link(LinkKind.ISOTONIC, margins=tuple(margins.tolist()), risks=tuple(risks.tolist()))
