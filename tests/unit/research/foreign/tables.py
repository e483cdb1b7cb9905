"""Small invented tables, and classifiers of other libraries that were fitted to them."""

from pathlib import Path
from typing import Any

import catboost
import lightgbm
import numpy as np
import pandas as pd
import skops.io as sio
import xgboost

from app.domain.schema import BoolArray, FloatArray

COLUMNS = ("age", "sex=female", "bmi", "steps")


def table(seed: int, has_unknown: bool, people: int = 200) -> tuple[FloatArray, BoolArray]:
    """Rows of few decimals, so that values lie on thresholds, and an outcome that follows two columns."""
    rng = np.random.default_rng(seed)
    rows = rng.normal(size=(people, len(COLUMNS))).round(1)
    rows[:, 1] = rng.random(people) < 0.5
    rows[:, 3] = rng.integers(0, 20_000, people)
    outcome = rows[:, 0] + rows[:, 1] + rng.normal(size=people) > 0.4
    if has_unknown:
        rows[rng.random(rows.shape) < 0.1] = np.nan
    return rows, outcome


def framed(rows: FloatArray) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=list(COLUMNS))


def lightgbm_file(folder: str, seed: int, has_unknown: bool, **settings: Any) -> Path:
    rows, outcome = table(seed, has_unknown)
    names = list(settings.pop("names", COLUMNS))
    given = {"objective": "binary", "verbosity": -1, "num_threads": 1, "seed": seed} | settings
    data = lightgbm.Dataset(rows, outcome.astype(float), feature_name=names)
    path = Path(folder) / "model.txt"
    lightgbm.train(given, data, 8).save_model(path)
    return path


def catboost_file(folder: str, seed: int, has_unknown: bool, form: str = "cbm", **settings: Any) -> Path:
    rows, outcome = table(seed, has_unknown)
    names = list(settings.pop("names", COLUMNS))
    given = {"iterations": 8, "depth": 3, "random_seed": seed, "thread_count": 1} | settings
    model = catboost.CatBoostClassifier(**given, allow_writing_files=False, logging_level="Silent")
    model.fit(catboost.Pool(rows, outcome.astype(int), feature_names=names))
    path = Path(folder) / f"model.{form}"
    model.save_model(str(path), format=form)
    return path


def xgboost_file(folder: str, seed: int, has_unknown: bool, form: str = "ubj", **settings: Any) -> Path:
    rows, outcome = table(seed, has_unknown)
    names = settings.pop("names", COLUMNS)
    data = xgboost.DMatrix(rows, outcome, feature_names=None if names is None else list(names))
    given = {"objective": "binary:logistic", "nthread": 1, "seed": seed} | settings
    path = Path(folder) / f"model.{form}"
    xgboost.train(given, data, 8).save_model(path)
    return path


def skops_file(folder: str, seed: int, has_unknown: bool, estimator: Any) -> Path:
    rows, outcome = table(seed, has_unknown)
    path = Path(folder) / "model.skops"
    sio.dump(estimator.fit(framed(rows), outcome.astype(int)), path)
    return path
