"""XGBoost in process: one batch call scores all candidates."""

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Self

import numpy as np
import xgboost

from app.classifiers.base import ClassifierError
from app.classifiers.column_diff import difference
from app.classifiers.forest import base_score_of, forest_of
from app.classifiers.link import LOGISTIC
from app.classifiers.ubjson import is_whole
from app.domain.schema import FloatArray


class XGBoostClassifier:
    """A binary XGBoost model read from UBJSON.

    One thread a call: candidates come in small batches, where starting threads costs more than it gains,
    and the gateway answers several requests at once.
    """

    link = LOGISTIC

    def __init__(self, booster: xgboost.Booster) -> None:
        self._booster = booster
        self._booster.set_param({"nthread": 1})
        self.forest = forest_of([booster])

    @classmethod
    def load(cls, path: Path, columns: Sequence[str]) -> Self:
        """Read a model and check that it takes exactly these columns in this order.

        Raises:
            ClassifierError: the file is not a model, or its columns differ.
        """
        return cls(load_booster(path, columns))

    def risk(self, rows: FloatArray) -> FloatArray:
        predicted = self._booster.inplace_predict(rows.astype(np.float32), validate_features=False)
        risk = np.asarray(predicted, dtype=np.float64).reshape(len(rows))
        if not np.isfinite(risk).all():
            raise ClassifierError("the classifier returned something that is not a number")
        return risk


def load_booster(path: Path, columns: Sequence[str]) -> xgboost.Booster:
    """Read a booster and check that it is boosted trees for one yes-or-no outcome over these columns.

    Of one whose training was stopped early, the trees after its best round are left out, as by XGBoost's own
    scikit-learn interface: they were grown to find out that they do not help.

    Raises:
        ClassifierError: the file is not a model, it predicts something else, or its columns differ.
    """
    booster = xgboost.Booster({"nthread": 1})  # threads would take longer to start than to read so few trees
    try:
        if not is_whole(path.read_bytes()):
            raise ClassifierError(f"{path} is not an XGBoost model")
        booster.load_model(str(path))
    except (xgboost.core.XGBoostError, UnicodeDecodeError) as error:
        # XGBoost quotes what it cannot read in its message, whether or not that is text.
        raise ClassifierError(f"{path} is not an XGBoost model") from error
    _check_kind(booster, path)
    if booster.feature_names is None:
        raise ClassifierError(
            f"{path} does not name its {booster.num_features()} columns, so that nobody can check their order"
        )
    if differing := difference(booster.feature_names, columns):
        raise ClassifierError(f"{path} takes {differing}")
    return up_to_its_best(booster, str(path))


def _check_kind(booster: xgboost.Booster, path: Path) -> None:
    learner = json.loads(booster.save_config())["learner"]
    parameters, objective = learner["learner_model_param"], learner["objective"]["name"]
    trees = learner["gradient_booster"]["name"]
    if objective != "binary:logistic":
        raise ClassifierError(f"{path} has the objective {objective}, not binary:logistic")
    if int(parameters["num_target"]) != 1:
        raise ClassifierError(f"{path} predicts several outcomes, not one")
    if trees != "gbtree":
        raise ClassifierError(f"{path} is a {trees} model, not gbtree")
    if "c" in (booster.feature_types or ()):
        raise ClassifierError(f"{path} takes columns of categories, not only of numbers")
    if booster.num_boosted_rounds() == 0:
        raise ClassifierError(f"{path} has no trees")
    if not 0 < base_score_of(parameters) < 1:
        raise ClassifierError(f"{path} starts from a base_score that is not between 0 and 1")


def up_to_its_best(booster: xgboost.Booster, name: str) -> xgboost.Booster:
    """The trees up to the best round of a training that was stopped early; `name` is for the message.

    Raises:
        ClassifierError: its best round is none of its rounds.
    """
    best_round, rounds = booster.attributes().get("best_iteration"), booster.num_boosted_rounds()
    if best_round is None:
        return booster
    if not re.fullmatch(r"[0-9]{1,9}", best_round) or int(best_round) >= rounds:
        raise ClassifierError(f"{name} has a best_iteration that is none of its {rounds} rounds, from 0 on")
    kept = int(best_round) + 1
    return booster if kept == rounds else booster[:kept]
