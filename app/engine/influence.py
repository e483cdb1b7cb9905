"""How much each feature moves a model's estimates: what is asked first of whoever enters values by hand."""

from collections.abc import Mapping

import numpy as np

from app.classifiers.base import ClassifierError
from app.classifiers.model_version import ModelVersion
from app.domain.schema import FloatArray

_PEOPLE = 300
_MOST = 0.9
"""Of all influence, features that are asked first have so much together."""
_kept: dict[str, Mapping[str, float]] = {}


def influence_of(model: ModelVersion) -> Mapping[str, float]:
    """By feature the mean change (0-1) of the estimate where people have another one's value of it instead.

    Permutation importance (Breiman 2001), of what the classifier says in place of what it gets right. It is
    worked out once a version, and takes some hundredths of a second. Nothing where the classifier is away.
    """
    if model.digest not in _kept:
        try:
            _kept[model.digest] = _permuted(model)
        except ClassifierError:
            return {}
    return _kept[model.digest]


def most_influential(influence: Mapping[str, float]) -> frozenset[str]:
    """The fewest features that have nine tenths of all influence."""
    wanted, total, chosen = _MOST * sum(influence.values()), 0.0, []
    for name in sorted(influence, key=lambda one: (-influence[one], one)):
        if total >= wanted:
            break
        chosen.append(name)
        total += influence[name]
    return frozenset(chosen)


def _permuted(model: ModelVersion) -> Mapping[str, float]:
    rows = model.population.rows
    rng = np.random.default_rng(0)
    rows = rows[rng.permutation(len(rows))[:_PEOPLE]]
    others = np.roll(rows, 1, axis=0)
    told = model.classifier.risk(np.concatenate([rows, *_with_others(model, rows, others)]))
    own, *moved = told.reshape(-1, len(rows))
    return {
        feature.name: float(np.abs(risks - own).mean())
        for feature, risks in zip(model.schema.features, moved, strict=True)
    }


def _with_others(model: ModelVersion, rows: FloatArray, others: FloatArray) -> list[FloatArray]:
    """The people with each feature in turn, all its columns, from somebody else."""
    place = {column: index for index, column in enumerate(model.schema.columns)}
    moved = []
    for feature in model.schema.features:
        columns = [place[column] for column in feature.columns]
        copy = rows.copy()
        copy[:, columns] = others[:, columns]
        moved.append(copy)
    return moved
