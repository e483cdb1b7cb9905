"""The strange model with its classifier as ONNX: a logistic regression in place of trees."""

from pathlib import Path

import numpy as np

from app.classifiers.task import read_version_schema
from app.domain.schema import FloatArray
from tests.onnx_models import Asked, logistic_onnx
from tests.strange import NAME, write_strange_model
from tests.unit.classifiers.spoilt import sealed

WEIGHTS = np.array([0.08, 0.06, 0.04])
"""As the outcomes of the strange model were drawn."""


def write_onnx_model(
    store: Path, threshold: float, asked: Asked = Asked.MATRIX, fills: float | None = None, people: int = 600
) -> tuple[str, float]:
    """Write version 1 of a model; return its name, and the intercept of its log-odds."""
    name = write_strange_model(store, threshold, people)
    home = store / name / "1"
    (home / "classifier.ubj").unlink()
    intercept = float(np.log(threshold / (1 - threshold)) - 22 * WEIGHTS.sum())
    columns = read_version_schema(home).columns
    content = logistic_onnx(columns, WEIGHTS, intercept, asked, fills=fills)
    (home / "classifier.onnx").write_bytes(content)
    sealed(store / name)
    return NAME, intercept


def told_risk(rows: FloatArray, intercept: float) -> FloatArray:
    """What the classifier says of rows in the schema's order."""
    return 1 / (1 + np.exp(-(rows @ WEIGHTS + intercept)))
