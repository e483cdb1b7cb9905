"""How near rows come to the people a model learned from, beside people it did not."""

import numpy as np
from sklearn.metrics import pairwise_distances_chunked

from app.domain.certainty import wilson_interval
from app.domain.schema import FloatArray
from app.engine.plausibility import reference_population_of
from app.usecases.augmentation.report.figures import Closeness
from app.usecases.augmentation.report.inputs import ReportInputs

_MOST = 4_000
MEBIBYTES = 8
DECIMALS = 6
"""Equal rows come out at a distance of about 1e-7."""


def closeness(inputs: ReportInputs, seed: int) -> Closeness:
    """Distances as plausibility has them: over the numbers and yes/no features that both know."""
    training, held_out = inputs.training.rows, inputs.held_out.rows
    if not len(inputs.synthetic):
        return Closeness(
            to_training=None, held_out_to_training=None, nearest_ratio=None, nearer_to_training=None, copies=0
        )
    rng = np.random.default_rng(seed)
    synthetic = inputs.synthetic[rng.permutation(len(inputs.synthetic))[:_MOST]]
    scale = Scale(inputs)
    near = _nearest(scale(synthetic), scale(training), 2)
    known = (near[:, 1] > 0) & np.isfinite(near[:, 1])
    equal = min(len(training), len(held_out))
    sides = [rows[rng.permutation(len(rows))[:equal]] for rows in (training, held_out)]
    apart = [_nearest(scale(synthetic), scale(side), 1)[:, 0] for side in sides]
    nearer = share_nearer(*apart) if equal else None
    return Closeness(
        to_training=median_known(near[:, 0]),
        held_out_to_training=median_known(_nearest(scale(held_out), scale(training), 1)[:, 0]),
        nearest_ratio=median_known(near[known, 0] / near[known, 1]),
        nearer_to_training=nearer,
        nearer_interval=None if nearer is None else _interval(nearer, len(synthetic)),
        copies=_copies(training, inputs.synthetic),
    )


def _interval(share: float, rows: int) -> tuple[float, float]:
    return wilson_interval(round(share * rows), rows)


class Scale:
    """Rows in units of each compared column's usual spread, NaN where unknown."""

    def __init__(self, inputs: ReportInputs) -> None:
        population = reference_population_of(inputs.schema, inputs.training.rows)
        self._columns = population.columns
        # scikit-learn scales the sum up to all columns, where plausibility takes the mean.
        self._weight = population.weight / np.sqrt(max(len(population.columns), 1))

    def __call__(self, rows: FloatArray) -> FloatArray:
        scaled: FloatArray = rows[:, self._columns] * self._weight
        return scaled


def _nearest(rows: FloatArray, people: FloatArray, count: int) -> FloatArray:
    """Distances of each row to its nearest people, rising, (rows, count); inf where nothing is shared."""
    if not len(rows) or not len(people):
        return np.full((len(rows), count), np.inf)
    chunks = pairwise_distances_chunked(
        rows,
        people,
        metric="nan_euclidean",
        working_memory=MEBIBYTES,
        reduce_func=lambda block, _: np.sort(
            np.partition(np.nan_to_num(block, nan=np.inf), count - 1)[:, :count]
        ),
    )
    distances: FloatArray = np.round(np.concatenate(list(chunks)), DECIMALS)
    return distances


def median_known(values: FloatArray) -> float | None:
    """The median of what is finite; None where nothing is."""
    known = values[np.isfinite(values)]
    return float(np.median(known)) if len(known) else None


def share_nearer(one: FloatArray, other: FloatArray) -> float:
    """The share of rows whose distance to the one is smaller; equal ones count by half."""
    return float((one < other).mean() + (one == other).mean() / 2)


def row_keys(rows: FloatArray) -> list[bytes]:
    """A key of each row; rows that are equal, with the same values unknown, have the same."""
    return [row.tobytes() for row in np.nan_to_num(rows, nan=-1e9)]


def _copies(people: FloatArray, rows: FloatArray) -> int:
    real = set(row_keys(people))
    return sum(key in real for key in row_keys(rows))
