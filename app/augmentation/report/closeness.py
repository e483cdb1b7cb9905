"""How near rows come to the people a model learned from, beside people it did not."""

import numpy as np
from sklearn.neighbors import NearestNeighbors

from app.augmentation.report.figures import Closeness
from app.augmentation.report.material import Material
from app.domain.schema import FloatArray
from app.engine.plausibility import crowd_of

_MOST = 4_000


def closeness(material: Material, seed: int) -> Closeness:
    """Distances as plausibility has them (`engine.plausibility`), an unknown value at the median of all."""
    training, held_out = material.training.rows, material.held_out.rows
    if not len(material.synthetic):
        return Closeness(
            to_training=None, held_out_to_training=None, nearest_ratio=None, nearer_to_training=None, copies=0
        )
    rng = np.random.default_rng(seed)
    synthetic = material.synthetic[rng.permutation(len(material.synthetic))[:_MOST]]
    scaled = _Scale(material)
    among = NearestNeighbors(n_neighbors=2).fit(scaled(training))
    near = among.kneighbors(scaled(synthetic))[0]
    equal = min(len(training), len(held_out))
    sides = [rows[rng.permutation(len(rows))[:equal]] for rows in (training, held_out)]
    apart = [_nearest(scaled(side), scaled(synthetic)) for side in sides]
    known = near[:, 1] > 0
    ratio = float(np.median(near[known, 0] / near[known, 1])) if known.any() else None
    return Closeness(
        to_training=float(np.median(near[:, 0])),
        held_out_to_training=float(np.median(among.kneighbors(scaled(held_out), 1)[0])),
        nearest_ratio=ratio,
        nearer_to_training=float((apart[0] < apart[1]).mean() + (apart[0] == apart[1]).mean() / 2),
        copies=_copies(training, material.synthetic),
    )


class _Scale:
    """Rows in units of each column's usual spread, without unknown values."""

    def __init__(self, material: Material) -> None:
        crowd = crowd_of(material.model.schema, material.training.rows)
        self._columns, self._weight = crowd.columns, crowd.weight
        self._middle = np.nan_to_num(np.nanmedian(material.training.rows[:, crowd.columns], axis=0))

    def __call__(self, rows: FloatArray) -> FloatArray:
        known = rows[:, self._columns]
        scaled: FloatArray = np.where(np.isnan(known), self._middle, known) * self._weight
        return scaled


def _nearest(people: FloatArray, rows: FloatArray) -> FloatArray:
    found: FloatArray = NearestNeighbors(n_neighbors=1).fit(people).kneighbors(rows)[0][:, 0]
    return found


def _copies(people: FloatArray, rows: FloatArray) -> int:
    real = {row.tobytes() for row in np.nan_to_num(people, nan=-1e9)}
    return sum(row.tobytes() in real for row in np.nan_to_num(rows, nan=-1e9))
