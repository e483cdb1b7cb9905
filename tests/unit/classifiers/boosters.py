"""Small XGBoost models of invented people."""

from pathlib import Path
from typing import Any

import numpy as np
import xgboost

from app.domain.schema import FloatArray

COLUMNS = ["age", "sex=female", "bmi"]


def people(seed: int) -> tuple[FloatArray, FloatArray]:
    """Rows with unknown values, and an outcome that has little to do with them: stopping comes early."""
    rng = np.random.default_rng(seed)
    rows = rng.normal(size=(120, len(COLUMNS)))
    outcome = (rows[:, 0] + 2 * rng.normal(size=len(rows)) > 0.5).astype(float)
    rows[rng.random(rows.shape) < 0.1] = np.nan
    return rows, outcome


def trained(seed: int, rounds: int, stop_after: int | None, **parameters: Any) -> xgboost.Booster:
    rows, outcome = people(seed)
    data = xgboost.DMatrix(rows[:60], outcome[:60], feature_names=COLUMNS)
    watched = [(xgboost.DMatrix(rows[60:], outcome[60:], feature_names=COLUMNS), "watched")]
    given = {"objective": "binary:logistic", "nthread": 1, "eta": 0.8, "seed": seed} | parameters
    return xgboost.train(
        given, data, rounds, evals=watched, early_stopping_rounds=stop_after, verbose_eval=False
    )


def written(booster: xgboost.Booster, folder: str) -> Path:
    path = Path(folder) / "classifier.ubj"
    booster.save_model(path)
    return path
