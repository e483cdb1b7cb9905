"""How much a changed person resembles real people of the target class.

Distance is Euclidean over the known numeric and yes/no features, each divided by a robust scale (half
the width of the middle 68 % of people, or their standard deviation where that is zero), averaged over
the features both people have known: scikit-learn's `nan_euclidean` idea. The neighbour distance is the
mean over the five nearest people, the y-NN measure of CARLA (Pawelczyk et al., 2021); its percentile is
taken among the target class's own leave-one-out distances.
"""

from dataclasses import dataclass

import numpy as np

from app.domain.counterfactual import Plausibility
from app.domain.schema import BoolArray, FeatureSchema, FloatArray, IntArray

NEIGHBOURS = 5
_BLOCK = 512


@dataclass(frozen=True, slots=True)
class Crowd:
    """Real people of the target class, scaled, with their own neighbour distances (sorted)."""

    columns: IntArray
    """The columns compared: all but those of categories."""
    weight: FloatArray
    """One over the robust scale of each compared column; zero for one that does not vary."""
    people: FloatArray
    """Shape (people, compared columns), scaled, NaN where unknown."""
    own: FloatArray
    """Shape (people,), sorted."""

    def distances(self, rows: FloatArray) -> FloatArray:
        """Mean distance of each row to its nearest people, shape (n,)."""
        return _neighbour_mean(rows[:, self.columns] * self.weight, self.people, skip_self=False)

    def percentiles(self, distances: FloatArray) -> FloatArray:
        """Share (0-100) of the crowd that lies closer to its own neighbours, shape (n,)."""
        below = np.searchsorted(self.own, distances, side="left")
        return 100.0 * below / len(self.own)


def crowd_of(schema: FeatureSchema, rows: FloatArray) -> Crowd:
    """The crowd of real people with these encoded rows."""
    columns = np.array(list(schema.column_of.values()), dtype=np.int64)
    known = rows[:, columns]
    low, high = np.nanpercentile(known, [16, 84], axis=0)
    spread = np.where(high > low, (high - low) / 2, np.nanstd(known, axis=0))
    weight = np.divide(1.0, spread, out=np.zeros_like(spread), where=spread > 0)
    people = known * weight
    own = np.concatenate(
        [_neighbour_mean(people[i : i + _BLOCK], people, True) for i in range(0, len(people), _BLOCK)]
    )
    return Crowd(columns=columns, weight=weight, people=people, own=np.sort(own))


def plausibility(
    schema: FeatureSchema, crowd: Crowd, factual: FloatArray, rows: FloatArray
) -> list[Plausibility]:
    """The plausibility of each changed row."""
    distances = crowd.distances(rows)
    percentiles = crowd.percentiles(distances)
    inside = _in_observed_range(schema, factual, rows)
    return [
        Plausibility(in_range=bool(i), neighbour_distance=round(float(d), 4), percentile=round(float(p), 1))
        for i, d, p in zip(inside, distances, percentiles, strict=True)
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


def _neighbour_mean(rows: FloatArray, people: FloatArray, skip_self: bool) -> FloatArray:
    """Mean of the smallest distances from each scaled row to the people.

    Squared distances over shared known features come from three matrix products, with unknown values
    put to zero and masked.
    """
    known_r, known_p = ~np.isnan(rows), ~np.isnan(people)
    r, p = np.nan_to_num(rows), np.nan_to_num(people)
    mask_r, mask_p = known_r.astype(float), known_p.astype(float)
    squared = (r**2) @ mask_p.T + mask_r @ (p**2).T - 2 * r @ p.T
    shared = np.maximum(mask_r @ mask_p.T, 1.0)
    distance = np.sqrt(np.maximum(squared, 0.0) / shared)
    nearest = np.partition(distance, NEIGHBOURS, axis=1)
    first = 1 if skip_self else 0
    nearest = np.sort(nearest[:, : NEIGHBOURS + 1], axis=1)[:, first : first + NEIGHBOURS]
    return nearest.mean(axis=1)
