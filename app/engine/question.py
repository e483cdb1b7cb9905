"""One recourse question: a patient, their levers, the classifier, and the target."""

from dataclasses import dataclass

import numpy as np

from app.classifiers.base import Classifier
from app.domain.levers import Levers
from app.domain.patient import Patient
from app.domain.schema import BoolArray, FeatureSchema, FloatArray, IntArray


@dataclass(frozen=True, slots=True)
class Question:
    """Which candidate brings this patient's risk to `target` or below?

    A candidate is one row of levels, as in `Levers`.
    """

    schema: FeatureSchema
    patient: Patient
    levers: Levers
    classifier: Classifier
    target: float

    def risk(self, levels: IntArray) -> FloatArray:
        """Risk of each candidate in one batch call, shape (n,)."""
        if len(levels) == 0:
            return np.empty(0)
        return self.classifier.risk(self.levers.rows(levels))

    def reached(self, risk: FloatArray) -> BoolArray:
        return risk <= self.target

    @property
    def unchanged(self) -> IntArray:
        """The candidate that changes nothing, shape (1, levers)."""
        return np.zeros((1, len(self.levers)), dtype=np.int64)
