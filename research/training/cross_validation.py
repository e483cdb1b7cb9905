"""ROC-AUC among training people by cross-validation: with all features, and without some."""

from collections.abc import Set as AbstractSet
from typing import Any

import numpy as np

from app.classifiers.training_procedure import Sample
from app.domain.feature import Kind
from app.domain.schema import FeatureSchema
from research.training.discrimination import roc_auc
from research.training.fitted import Fit
from research.training.folds import Folds

MOVING = "everything that can change"
_MOST_LEFT_OUT = 10
"""So many categories are hidden in turn: each takes as many fits as there are folds."""


def cross_validated(
    schema: FeatureSchema, sample: Sample, folds: Folds, fit: Fit, alone: bool = False
) -> dict[str, Any]:
    """ROC-AUC of refits on four fifths of the training people, each judged on the remaining fifth.

    `without` repeats it with features hidden: each categorical one, and all that behaviour can move. With
    `alone`, `moving_alone` has the reverse: all hidden that nobody can move.
    """
    moving = {f.name for f in schema.features if f.action or f.treatment} | set(schema.consequence_order)
    categories = [f for f in schema.features if f.kind is Kind.CATEGORY][:_MOST_LEFT_OUT]
    left_out = {f.label.lower(): {f.name} for f in categories}
    left_out[MOVING] = moving
    fixed = {f.name for f in schema.features} - moving
    by_moving = _fold_aucs(hide(schema, sample, fixed), folds, fit) if alone and moving else None
    return {
        "folds": len(folds),
        "n": len(sample),
        **_fold_aucs(sample, folds, fit),
        "without": {
            label: _fold_aucs(hide(schema, sample, names), folds, fit) for label, names in left_out.items()
        },
        **({"moving_alone": by_moving} if by_moving else {}),
    }


def _fold_aucs(sample: Sample, folds: Folds, fit: Fit) -> dict[str, float]:
    values = []
    for seen, unseen in folds:
        risk = fit(sample.take(seen))
        auc = roc_auc(sample.outcome[unseen], risk(sample.rows[unseen]))
        values.append(auc.value if auc else np.nan)
    return {"mean": float(np.mean(values)), "sd": float(np.std(values, ddof=1))}


def hide(schema: FeatureSchema, sample: Sample, names: AbstractSet[str]) -> Sample:
    """The same people with these features unknown to everybody, so that nothing can be learned from them."""
    hidden = {column for name in names for column in schema[name].columns}
    keep = np.array([column not in hidden for column in schema.columns])
    return Sample(np.where(keep, sample.rows, np.nan), sample.outcome)
