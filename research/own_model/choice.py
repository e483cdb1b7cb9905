"""How trees are grown on a table that nobody knows: a small grid, tried by cross-validation.

Each setting is tried on the same folds. Trees are added until the log loss of those left out has not fallen
for `PATIENCE` trees; how many there are is where the mean over folds is least. Of settings that are not told
apart, that with the fewest leaves is taken: the exact search runs over them.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
import xgboost

from app.classifiers.training_procedure import PARAMETERS, SEED, Growth, Sample, matrix_of, parameters_of
from app.cores import cores
from app.domain.schema import FeatureSchema, FloatArray
from research.training.folds import Folds
from research.training.masking import with_masked_copies

DEPTHS, RATES, LEAST_WEIGHTS = (2, 3, 4), (0.05, 0.1), (2, 10)
"""Depth of a tree, learning rate, and least sum of p(1 - p) in a leaf."""
MOST_TREES, PATIENCE = 300, 30

Told = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class Tried:
    """One setting: its parameters, its number of trees, and each fold's log loss with them."""

    growth: Growth
    losses: FloatArray

    @property
    def leaves(self) -> int:
        return self.growth.trees * 2 ** int(self.growth.parameters["max_depth"])


@dataclass(frozen=True, slots=True)
class Choice:
    """The setting taken, and all that were tried."""

    growth: Growth
    tried: Sequence[Tried]

    def as_data(self) -> list[dict[str, Any]]:
        """What was tried, for the record: parameters, trees, and the mean log loss of those left out."""
        return [
            {
                **{name: one.growth.parameters[name] for name in ("max_depth", "eta", "min_child_weight")},
                "trees": one.growth.trees,
                "log_loss": round(float(one.losses.mean()), 5),
            }
            for one in self.tried
        ]


def grid() -> list[Growth]:
    """All settings that are tried, each with as many trees as there may be."""
    return [
        Growth(MOST_TREES, {**PARAMETERS, "max_depth": depth, "eta": rate, "min_child_weight": least})
        for depth, rate, least in product(DEPTHS, RATES, LEAST_WEIGHTS)
    ]


def choose(
    schema: FeatureSchema, people: Sample, folds: Folds, settings: Sequence[Growth], told: Told
) -> Choice:
    """Try each setting on each fold, some at once, and take one; the same people give the same choice."""
    data = [_fold(schema, people, fold) for fold in folds]
    _index(schema, settings[0], data)
    tried: list[Tried] = []
    with ThreadPoolExecutor(max_workers=cores()) as threads:
        for one in threads.map(lambda growth: _try(schema, growth, data), settings):
            tried.append(one)
            told(len(tried) / len(settings))
    return Choice(_taken(tried).growth, tried)


_Fold = tuple[xgboost.DMatrix, xgboost.DMatrix]


def _fold(schema: FeatureSchema, people: Sample, fold: tuple[Any, Any]) -> _Fold:
    seen, left_out = fold
    taught = with_masked_copies(schema, people.take(seen), SEED)
    return matrix_of(schema, taught), matrix_of(schema, people.take(left_out))


def _index(schema: FeatureSchema, growth: Growth, folds: Sequence[_Fold]) -> None:
    """Have XGBoost sort each fold's values into bins, which all settings share.

    It does so when a matrix is first trained on, and threads must not meet in that.
    """
    for seen, _ in folds:
        xgboost.train(parameters_of(schema, SEED, growth), seen, num_boost_round=1)


def _try(schema: FeatureSchema, growth: Growth, folds: Sequence[_Fold]) -> Tried:
    curves = [_curve(schema, growth, fold) for fold in folds]
    # A fold that needs no further trees counts with its last loss where others go on.
    longest = max(len(curve) for curve in curves)
    by_trees = np.stack([np.pad(curve, (0, longest - len(curve)), mode="edge") for curve in curves])
    best = int(by_trees.mean(axis=0).argmin())
    return Tried(Growth(best + 1, growth.parameters), by_trees[:, best])


def _curve(schema: FeatureSchema, growth: Growth, fold: _Fold) -> FloatArray:
    """Log loss of those left out after each tree."""
    losses: dict[str, dict[str, list[float]]] = {}
    seen, left_out = fold
    xgboost.train(
        {**parameters_of(schema, SEED, growth), "eval_metric": "logloss"},
        seen,
        num_boost_round=growth.trees,
        evals=[(left_out, "left_out")],
        evals_result=losses,
        early_stopping_rounds=PATIENCE,
        verbose_eval=False,
    )
    return np.array(losses["left_out"]["logloss"])


def _taken(tried: Sequence[Tried]) -> Tried:
    """Of settings whose loss is within one standard error of the best's, fold by fold, the smallest."""
    best = min(tried, key=lambda one: float(one.losses.mean()))
    return min((one for one in tried if _is_level(one, best)), key=lambda one: one.leaves)


def _is_level(one: Tried, best: Tried) -> bool:
    behind = one.losses - best.losses
    return bool(behind.mean() <= behind.std(ddof=1) / np.sqrt(len(behind)))
