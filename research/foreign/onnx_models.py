"""ONNX models: run as they are, and asked. Nothing is read out of them, so nothing is proved of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np

from app.classifiers.base import ClassifierError
from app.classifiers.onnx_checks import check_repeatable, not_taken
from app.classifiers.onnx_local import OnnxClassifier, read_onnx
from app.domain.feature import MissingPolicy
from app.domain.schema import FeatureSchema, FloatArray
from research.training.errors import TrainingError

_MOST_ASKED = 2000


@dataclass(frozen=True, slots=True)
class GivenOnnx:
    """A model as its file has it."""

    content: bytes
    classifier: OnnxClassifier
    takes_unknown: bool
    """Whether it gives a risk to rows with NaN where the schema lets values be unknown."""
    refit: ClassVar[None] = None
    """The file does not say how to fit it again."""

    @property
    def made_by(self) -> str:
        """For the manifest: the format, and what wrote the file where it says so."""
        return f"onnx {self.classifier.made_by}".rstrip()

    @property
    def names_columns(self) -> bool:
        """Whether the file says which column is which."""
        return self.classifier.signature.names_columns

    def hosted(self) -> OnnxClassifier:
        """The classifier as the gateway would host it."""
        return self.classifier

    def write(self, home: Path, _: Sequence[str]) -> None:
        """Write the file that is hosted into a version's folder, byte for byte."""
        (home / "classifier.onnx").write_bytes(self.content)


def read_given_onnx(path: Path, schema: FeatureSchema, rows: FloatArray) -> GivenOnnx:
    """The model of a file, tried out on people: rows of shape (n, columns).

    Raises:
        TrainingError: it cannot be run here, does not fit the schema, or what it gives are no risks.
    """
    some = rows[:_MOST_ASKED]
    is_known = ~np.isnan(some).any(axis=1)
    known = some[is_known] if is_known.any() else np.nan_to_num(some)
    try:
        content = read_onnx(path)
        classifier = OnnxClassifier.of_bytes(content, schema.columns, path.name)
    except ClassifierError as error:
        raise TrainingError(str(error)) from error
    try:
        check_repeatable(classifier, known)
    except ClassifierError as error:
        raise TrainingError(f"{path.name}: {error}") from error
    may_be = [one for one in schema.features if one.missing is MissingPolicy.UNKNOWN] or schema.features
    return GivenOnnx(content, classifier, not not_taken(classifier, schema, known, may_be))
