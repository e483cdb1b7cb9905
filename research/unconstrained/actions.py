"""Levers over every known feature of a patient, as where nothing is fixed (`research.unconstrained.schema`).

A lever goes one way. So of each feature the way is taken that lowers the classifier's risk most by itself,
and of each category the value; what is proved is proved over these levers.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from app.classifiers.base import Classifier
from app.domain.constraints import Constraints
from app.domain.feature import Direction, Feature, Kind
from app.domain.lever import Lever
from app.domain.levers import Levers, levers_of
from app.domain.patient import Patient
from app.domain.schema import FeatureSchema, FloatArray, IntArray
from research.unconstrained.schema import CATEGORY_EFFORT, unconstrained


@dataclass(frozen=True)
class UnconstrainedActions:
    """A schema without constraints, both ways."""

    schema: FeatureSchema
    ways: tuple[FeatureSchema, FeatureSchema]

    def levers(self, patient: Patient, classifier: Classifier, categories: bool = True) -> Levers:
        """The levers that are open to a patient; `categories` whether those may change too."""
        open_to_all = Constraints(max_changes=self.schema.model.max_changes)
        both = [levers_of(way, patient, open_to_all) for way in self.ways]
        by_name = {lever.feature.name: lever for lever in self._best_ways(both, classifier)}
        if categories:
            by_name |= {one.feature.name: one for one in self._categories(patient, classifier)}
        ordered = tuple(by_name[feature.name] for feature in self.schema.features if feature.name in by_name)
        start = both[0]
        return Levers(
            start.factual,
            items=ordered,
            relation_terms=start.relation_terms,
            relation_bounds=start.relation_bounds,
            max_changes=start.max_changes,
        )

    def _best_ways(self, both: Iterable[Levers], classifier: Classifier) -> Iterator[Lever]:
        best: dict[str, tuple[float, Lever]] = {}
        for levers in both:
            for lever in levers:
                risk = float(classifier.risk(_alone(levers.factual, lever)).min())
                if lever.feature.name not in best or risk < best[lever.feature.name][0]:
                    best[lever.feature.name] = (risk, lever)
        return (lever for _, lever in best.values())

    def _categories(self, patient: Patient, classifier: Classifier) -> Iterator[Lever]:
        for feature in self.schema.features:
            if feature.kind is not Kind.CATEGORY:
                continue
            columns = np.array([self.schema.columns.index(name) for name in feature.columns], dtype=np.int64)
            now = patient.factual[columns]
            if not np.isnan(now).any():
                levers = [self._category(feature, columns, now, value) for value in _others(now)]
                risks = [classifier.risk(_alone(patient.factual, lever))[1] for lever in levers]
                yield levers[int(np.argmin(risks))]

    def _category(self, feature: Feature, columns: IntArray, now: FloatArray, value: int) -> Lever:
        other = np.zeros(len(now))
        other[value] = 1.0
        effort = np.array([0.0, self.schema.model.effort_per_change + CATEGORY_EFFORT])
        return Lever(
            feature,
            columns=columns,
            rows=np.stack([now, other]),
            values=np.array([now.argmax(), value], dtype=np.float64),
            effort=effort,
            steps=np.array([0, 1]),
        )


def unconstrained_actions(schema: FeatureSchema, sd: FloatArray) -> UnconstrainedActions:
    """`sd` has shape (columns,)."""
    down, up = (unconstrained(schema, sd, way) for way in (Direction.DECREASE, Direction.INCREASE))
    return UnconstrainedActions(down, (down, up))


def _others(now: FloatArray) -> list[int]:
    """The values that a category does not have."""
    others: list[int] = np.flatnonzero(now == 0).tolist()
    return others


def _alone(factual: FloatArray, lever: Lever) -> FloatArray:
    """What the classifier sees at each level of one lever."""
    rows = np.repeat(factual[None], len(lever.effort), axis=0)
    rows[:, lever.columns] = lever.rows
    return rows
