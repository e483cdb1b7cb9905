"""How near a row is to real rows of other people: the usual distance is measured between people.

Days of one person are alike. Whoever counts a person's own days among the neighbours calls nearly every day
of a stranger far away. So the limit is what 95 % of training rows keep to rows of other training people.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from app.domain.counterfactual import TYPICAL_PERCENTILE
from app.domain.schema import BoolArray, FeatureSchema, FloatArray
from app.engine.plausibility import ReferencePopulation, reference_population_of


@dataclass(frozen=True, slots=True)
class Nearness:
    """Real training rows of the wanted class, and how far a row may be from its five nearest."""

    population: ReferencePopulation
    limit: float

    def near(self, rows: FloatArray) -> BoolArray:
        """Whether each row is as near as 95 % of real rows are to those of other people."""
        return self.population.distances(rows) <= self.limit


def nearness_of(schema: FeatureSchema, rows: FloatArray, whose: Sequence[int]) -> Nearness:
    """Of training rows of the wanted class, shape (rows, columns), and whose each is."""
    population, person = reference_population_of(schema, rows), np.array(whose)
    apart = np.full(len(rows), np.nan)
    for one in np.unique(person):
        own = person == one
        if not own.all():
            apart[own] = _among(population, rows[~own]).distances(rows[own])
    return Nearness(population, float(np.nanpercentile(apart, TYPICAL_PERCENTILE)))


def _among(population: ReferencePopulation, rows: FloatArray) -> ReferencePopulation:
    """The same scales with these rows alone."""
    people = np.ascontiguousarray(rows[:, population.columns] * population.weight)
    return ReferencePopulation(
        columns=population.columns,
        weight=population.weight,
        people=people,
        by_column=np.ascontiguousarray(people.T),
        self_distances=population.self_distances,
    )
