"""XGBoost in process: one batch call scores all candidates."""

from collections.abc import Sequence
from pathlib import Path
from typing import Self

import numpy as np
import xgboost

from app.classifiers.base import ClassifierError
from app.domain.schema import FloatArray


class XGBoostClassifier:
    """A binary XGBoost model read from UBJSON.

    One thread a call: candidates come in small batches, where starting threads costs more than it gains,
    and the gateway answers several requests at once.
    """

    def __init__(self, booster: xgboost.Booster) -> None:
        self._booster = booster
        self._booster.set_param({"nthread": 1})

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
    """Read a booster and check its columns.

    Raises:
        ClassifierError: the file is not a model, or its columns differ.
    """
    booster = xgboost.Booster()
    try:
        booster.load_model(str(path))
    except xgboost.core.XGBoostError as error:
        raise ClassifierError(f"{path} is not an XGBoost model") from error
    if tuple(booster.feature_names or ()) != tuple(columns):
        raise ClassifierError(f"{path} was trained on other columns than task.toml declares")
    return booster
