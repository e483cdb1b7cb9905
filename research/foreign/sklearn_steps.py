"""What a pipeline of scikit-learn does to each column before a classifier sees it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from sklearn.frozen import FrozenEstimator
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import MaxAbsScaler, MinMaxScaler, RobustScaler, StandardScaler

from app.domain.schema import FloatArray
from research.training.errors import TrainingError


@dataclass(frozen=True, slots=True)
class Affine:
    """A value x becomes `scale * x + shift`, an unknown one stands for `fill`; None where nothing is done."""

    scale: FloatArray | None = None
    shift: FloatArray | None = None
    fill: FloatArray | None = None

    @property
    def keeps_values(self) -> bool:
        """Whether known values stay as they are."""
        return self.scale is None and self.shift is None


def unwrapped(model: Any) -> tuple[list[Any], Any]:
    """The steps before a classifier, and the classifier itself, out of pipelines and frozen estimators."""
    steps: list[Any] = []
    while True:
        if isinstance(model, Pipeline):
            steps += [step for _, step in model.steps[:-1] if step is not None and step != "passthrough"]
            model = model.steps[-1][1]
        elif isinstance(model, FrozenEstimator):
            model = model.estimator
        else:
            return steps, model


def affine_of(steps: Sequence[Any], name: str) -> Affine:
    """What these fitted steps do, one after another.

    Raises:
        TrainingError: a step does something else, or columns go in another number out of it.
    """
    done = Affine()
    for step in steps:
        if isinstance(step, SimpleImputer):
            done = _imputed(step, done, name)
        elif isinstance(step, StandardScaler | MinMaxScaler | MaxAbsScaler | RobustScaler):
            done = _scaled(step, done, name)
        else:
            raise TrainingError(
                f"{name} has the step {type(step).__name__} before its classifier; SimpleImputer and scalers "
                "can be read"
            )
    return done


def _imputed(step: SimpleImputer, done: Affine, name: str) -> Affine:
    if step.add_indicator or len(step.statistics_) != step.n_features_in_ or done.fill is not None:
        raise TrainingError(f"{name} has an imputer that adds columns, or two of them: these cannot be read")
    if not (isinstance(step.missing_values, float) and np.isnan(step.missing_values)):
        raise TrainingError(f"{name} has an imputer for another value than NaN")
    fill = np.asarray(step.statistics_, dtype=np.float64)
    if not np.isfinite(fill).all():
        raise TrainingError(f"{name} has an imputer for a column of which it saw no value")
    if done.scale is not None and done.shift is not None:  # what it puts in is on the scale after
        fill = (fill - done.shift) / done.scale
    return Affine(done.scale, done.shift, fill)


def _scaled(step: Any, done: Affine, name: str) -> Affine:
    if getattr(step, "clip", False):
        raise TrainingError(f"{name} has a scaler that clips, which cannot be read")
    # Asked rather than read: each scaler keeps its numbers under names of its own.
    ends = np.vstack([np.zeros(step.n_features_in_), np.ones(step.n_features_in_)])
    columns = getattr(step, "feature_names_in_", None)
    shift, top = _transformed(step, ends, columns)
    scale = top - shift
    if done.scale is not None and done.shift is not None:
        shift, scale = scale * done.shift + shift, scale * done.scale
    return Affine(scale, shift, done.fill)


def _transformed(step: Any, rows: FloatArray, columns: Any) -> FloatArray:
    given = rows if columns is None else pd.DataFrame(rows, columns=columns)
    return np.asarray(step.transform(given), dtype=np.float64)
