"""Classifiers of XGBoost: whatever ends in the probability of one outcome."""

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import xgboost

from app.classifiers.forest import Forest, base_score_of, forest_of
from app.classifiers.link import LOGISTIC
from app.classifiers.xgboost_local import up_to_its_best
from app.domain.schema import FloatArray
from research.foreign.given import GivenClassifier
from research.training.errors import TrainingError

_ENDS_IN_A_PROBABILITY = ("binary:logistic", "reg:logistic")
_ENDS_BEFORE = "binary:logitraw"
_BOOSTERS = {
    "dart": "drops trees while it learns (DART), each of which then counts for a part",
    "gblinear": "is linear (gblinear): give scikit-learn's LogisticRegression instead",
}


def read_booster(booster: xgboost.Booster, name: str) -> GivenClassifier:
    """A booster, up to its best round where its training was stopped early.

    Raises:
        TrainingError: it does not end in the probability of one outcome, or is not made of plain trees.
    """
    try:
        learner = json.loads(booster.save_config())["learner"]
    except xgboost.core.XGBoostError as error:  # it looks at some settings only now
        if "base_score" in str(error):
            raise TrainingError(f"{name} has a base_score that is not between 0 and 1") from error
        raise TrainingError(f"{name} is not an XGBoost model that can be read") from error
    objective, kind = learner["objective"]["name"], learner["gradient_booster"]["name"]
    if kind in _BOOSTERS:
        raise TrainingError(f"{name} {_BOOSTERS[kind]}: it cannot be hosted")
    if objective not in (*_ENDS_IN_A_PROBABILITY, _ENDS_BEFORE):
        raise TrainingError(
            f"{name} has the objective {objective}, which does not end in the probability of one outcome: "
            "fit it with binary:logistic"
        )
    if int(learner["learner_model_param"]["num_target"]) != 1:
        raise TrainingError(f"{name} predicts several outcomes, not one")
    if booster.num_boosted_rounds() == 0:
        raise TrainingError(f"{name} has no trees")
    if "c" in (booster.feature_types or ()):
        raise TrainingError(f"{name} takes columns of categories, not only of numbers")
    kept = up_to_its_best(booster, name)
    return GivenClassifier(
        library="xgboost",
        library_version=xgboost.__version__,
        kind=objective,
        column_names=tuple(booster.feature_names or ()),
        forest=_forest(kept, learner, name, is_raw=objective == _ENDS_BEFORE),
        link=LOGISTIC,
        reference=_reference(kept, is_raw=objective == _ENDS_BEFORE),
        refit=None,
    )


def _forest(booster: xgboost.Booster, learner: dict[str, Any], name: str, is_raw: bool) -> Forest:
    start = base_score_of(learner["learner_model_param"])
    if is_raw:  # it is of log-odds already, and may be any number
        with np.errstate(all="ignore"):
            return forest_of([booster])._replace(prior=np.array([start]))
    if not 0 < start < 1:
        raise TrainingError(f"{name} has a base_score that is not between 0 and 1")
    return forest_of([booster])


def _reference(booster: xgboost.Booster, is_raw: bool) -> Callable[[FloatArray], FloatArray]:
    def risk(rows: FloatArray) -> FloatArray:
        predicted = booster.inplace_predict(rows.astype(np.float32), validate_features=False)
        predicted = np.asarray(predicted, dtype=np.float64).reshape(len(rows))
        return LOGISTIC.risk(predicted) if is_raw else predicted

    return risk
