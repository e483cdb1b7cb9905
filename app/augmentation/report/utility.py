"""What rows are worth to the model's own learner."""

import numpy as np
from sklearn.metrics import balanced_accuracy_score, f1_score, roc_auc_score

from app.augmentation.report.figures import Scores, Utility
from app.augmentation.report.material import Material
from app.classifiers.fitting import Sample, fit, risk_of
from app.domain.schema import BoolArray, FloatArray

_RESAMPLES = 500


def utility(material: Material, seed: int) -> Utility | None:
    """Fit as the model was, on its training people, with and without the rows; None without rows."""
    if not len(material.synthetic):
        return None
    schema, training = material.model.schema, material.training
    rows = np.concatenate([training.rows, material.synthetic])
    labels = np.full(len(material.synthetic), material.label)
    with_rows = Sample(rows, np.concatenate([training.outcome, labels]))
    tested = material.held_out
    risks = [risk_of(fit(schema, sample), tested.rows) for sample in (training, with_rows)]
    said = [risk > schema.model.threshold for risk in risks]
    drawn = np.random.default_rng(seed).integers(len(tested), size=(_RESAMPLES, len(tested)))
    differences = [_f1(tested.outcome[d], said[1][d]) - _f1(tested.outcome[d], said[0][d]) for d in drawn]
    low, high = np.percentile(differences, [2.5, 97.5])
    return Utility(
        real=_scores(tested.outcome, risks[0], said[0]),
        augmented=_scores(tested.outcome, risks[1], said[1]),
        f1_difference=_f1(tested.outcome, said[1]) - _f1(tested.outcome, said[0]),
        f1_low=float(low),
        f1_high=float(high),
    )


def _scores(outcome: BoolArray, risk: FloatArray, said: BoolArray) -> Scores:
    return Scores(
        f1=_f1(outcome, said),
        balanced_accuracy=float(balanced_accuracy_score(outcome, said)),
        auc=float(roc_auc_score(outcome, risk)),
    )


def _f1(outcome: BoolArray, said: BoolArray) -> float:
    return float(f1_score(outcome, said, average="macro", zero_division=0.0))
