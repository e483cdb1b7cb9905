"""How much a changed person resembles real people of the target class.

Distance is Euclidean over the known numeric and yes/no features, each divided by a robust scale (half
the width of the middle 68 % of people, or their standard deviation where that is zero), averaged over
the features both people have known: scikit-learn's `nan_euclidean` idea. The neighbour distance is the
mean over the five nearest people, the y-NN measure of CARLA (Pawelczyk et al., 2021); its percentile is
taken among the target class's own leave-one-out distances. Odd combinations of usual values are the matter
of `app.engine.density`.
"""

from dataclasses import dataclass

import numpy as np

from app.compiled import compiled
from app.domain.counterfactual import TYPICAL_PERCENTILE, Plausibility
from app.domain.schema import BoolArray, FeatureSchema, FloatArray, IntArray
from app.engine.density import JointDensity

NEIGHBOURS = 5


@dataclass(frozen=True, slots=True)
class ReferencePopulation:
    """Real people of the target class, scaled, with their own neighbour distances (sorted)."""

    columns: IntArray
    """The columns compared: all but those of categories."""
    weight: FloatArray
    """One over the robust scale of each compared column; zero for one that does not vary."""
    people: FloatArray
    """Shape (people, compared columns), scaled, NaN where unknown."""
    by_column: FloatArray
    """The same as `people`, of shape (compared columns, people)."""
    self_distances: FloatArray
    """Shape (people,), sorted."""

    @property
    def limit(self) -> float:
        """The largest distance that is usual: of the percentile `TYPICAL_PERCENTILE`."""
        # Sorted, the distance at place i has i people below it: its percentile is 100 i / n at the most.
        last = len(self.self_distances) - 1
        return float(self.self_distances[min(int((last + 1) * TYPICAL_PERCENTILE / 100), last)])

    def distances(self, rows: FloatArray) -> FloatArray:
        """Mean distance of each row to its nearest people, shape (n,)."""
        scaled = np.ascontiguousarray(rows[:, self.columns] * self.weight)
        return _neighbour_mean(scaled, self.by_column, leave_out_self=False)

    def percentiles(self, distances: FloatArray) -> FloatArray:
        """Share (0-100) of the population that lies closer to its own neighbours, shape (n,)."""
        below = np.searchsorted(self.self_distances, distances, side="left")
        return 100.0 * below / len(self.self_distances)


def reference_population_of(schema: FeatureSchema, rows: FloatArray) -> ReferencePopulation:
    """The reference population: real people with these encoded rows."""
    columns = np.array(list(schema.column_of.values()), dtype=np.int64)
    known = rows[:, columns]
    low, high = np.nanpercentile(known, [16, 84], axis=0)
    spread = np.where(high > low, (high - low) / 2, np.nanstd(known, axis=0))
    weight = np.divide(1.0, spread, out=np.zeros_like(spread), where=spread > 0)
    people = np.ascontiguousarray(known * weight)
    by_column = np.ascontiguousarray(people.T)
    self_distances = _neighbour_mean(people, by_column, leave_out_self=True)
    return ReferencePopulation(
        columns=columns,
        weight=weight,
        people=people,
        by_column=by_column,
        self_distances=np.sort(self_distances),
    )


def plausibility(
    schema: FeatureSchema,
    population: ReferencePopulation,
    density: JointDensity,
    factual: FloatArray,
    rows: FloatArray,
) -> list[Plausibility]:
    """The plausibility of each changed row."""
    distances = population.distances(rows)
    percentiles = population.percentiles(distances)
    joint = density.percentiles(rows)
    inside = _in_observed_range(schema, factual, rows)
    return [
        Plausibility(
            in_range=bool(i),
            neighbour_distance=round(float(d), 4),
            percentile=round(float(p), 1),
            joint_percentile=round(float(j), 1),
        )
        for i, d, p, j in zip(inside, distances, percentiles, joint, strict=True)
    ]


def _in_observed_range(schema: FeatureSchema, factual: FloatArray, rows: FloatArray) -> BoolArray:
    inside = np.ones(len(rows), dtype=bool)
    for feature in schema.features:
        if feature.observed is not None:
            column = schema.column_of[feature.name]
            low, high = feature.observed
            value = rows[:, column]
            inside &= np.isnan(value) | (value == factual[column]) | ((value >= low) & (value <= high))
    return inside


@compiled
def _neighbour_mean(rows: FloatArray, people: FloatArray, leave_out_self: bool) -> FloatArray:
    """Mean of the smallest distances from each scaled row to the people, over the features both know.

    `people` has shape (columns, people). With `leave_out_self` the rows are the people
    themselves, each of whom is left out of their own neighbours.
    """
    result = np.empty(len(rows))
    squared, shared = np.empty(people.shape[1]), np.empty(people.shape[1])
    for index in range(len(rows)):
        squared[:] = 0
        shared[:] = 0
        # People innermost and no branch there: the loop runs along memory, and becomes vector instructions.
        for column in range(len(people)):
            value = rows[index, column]
            if np.isnan(value):
                continue
            for other in range(people.shape[1]):
                apart = value - people[column, other]
                known = apart == apart  # not NaN
                squared[other] += apart * apart if known else 0.0
                shared[other] += 1.0 if known else 0.0
        nearest = np.full(NEIGHBOURS, np.inf)
        for other in range(people.shape[1]):
            if not (leave_out_self and other == index):
                add_nearest(nearest, squared[other] / max(shared[other], 1.0))
        result[index] = np.sqrt(nearest).mean()
    return result


@compiled
def add_nearest(nearest: FloatArray, distance: float) -> None:
    """Put a distance among the smallest ones met so far, which are kept falling: the first is the largest."""
    if distance >= nearest[0]:
        return
    place = 0
    while place + 1 < len(nearest) and nearest[place + 1] > distance:
        nearest[place] = nearest[place + 1]
        place += 1
    nearest[place] = distance
