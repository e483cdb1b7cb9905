"""How trees are grown on an unknown table: what is tried, what is taken, and the same every time."""

import threading
from typing import Any

import numpy as np
import pytest
import xgboost

from app.classifiers.training_procedure import Growth, Sample
from app.domain.schema import FeatureSchema
from research.own_model.choice import MOST_TREES, Tried, _taken, choose, grid
from research.training.folds import folds_of
from tests.rare import rare_model

SETTINGS = grid()[::5]


@pytest.fixture(scope="module")
def schema() -> FeatureSchema:
    return rare_model().schema


@pytest.fixture(scope="module")
def people() -> Sample:
    population = rare_model().population
    return Sample(population.rows[:1500], population.outcome[:1500])


def tried(depth: int, trees: int, losses: list[float]) -> Tried:
    return Tried(Growth(trees, {**grid()[0].parameters, "max_depth": depth}), np.array(losses))


def test_each_setting_is_tried_and_trees_end_where_those_left_out_gain_no_more(
    schema: FeatureSchema, people: Sample
) -> None:
    folds = list(folds_of(people, [str(row) for row in range(len(people))]))
    told: list[float] = []
    choice = choose(schema, people, folds, SETTINGS, told.append)

    assert [one.growth.parameters for one in choice.tried] == [one.parameters for one in SETTINGS]
    assert all(1 <= one.growth.trees < MOST_TREES for one in choice.tried)
    assert choice.growth in [one.growth for one in choice.tried]
    assert told[-1] == 1.0
    again = choose(schema, people, folds, SETTINGS, told.append)
    assert [one.growth for one in again.tried] == [one.growth for one in choice.tried]
    assert again.growth == choice.growth


def test_no_matrix_is_first_trained_on_where_threads_may_meet(
    schema: FeatureSchema, people: Sample, monkeypatch: pytest.MonkeyPatch
) -> None:
    """XGBoost makes a matrix's bins when it is first trained on, and takes no care of other threads."""
    first: dict[int, int] = {}
    seen: list[xgboost.DMatrix] = []
    train = xgboost.train

    def watched(parameters: Any, matrix: xgboost.DMatrix, **more: Any) -> xgboost.Booster:
        seen.append(matrix)
        first.setdefault(id(matrix), threading.get_ident())
        return train(parameters, matrix, **more)

    monkeypatch.setattr(xgboost, "train", watched)
    folds = list(folds_of(people, [str(row) for row in range(len(people))]))
    few = [Growth(2, one.parameters) for one in SETTINGS]
    choose(schema, people, folds, few, lambda share: None)
    assert set(first.values()) == {threading.get_ident()}
    assert len(first) == len(folds)
    assert len(seen) > len(first)


def test_the_smallest_of_those_that_are_not_told_apart_is_taken() -> None:
    best = tried(4, 100, [0.400, 0.420, 0.410, 0.430, 0.415])
    level = tried(2, 90, [0.401, 0.419, 0.411, 0.429, 0.416])
    assert _taken([best, level]) is level


def test_a_smaller_one_that_is_worse_in_every_fold_is_not() -> None:
    best = tried(4, 100, [0.400, 0.420, 0.410, 0.430, 0.415])
    worse = tried(2, 20, [0.411, 0.431, 0.420, 0.441, 0.425])
    assert _taken([best, worse]) is best


def test_all_rows_of_a_person_are_in_one_fold() -> None:
    rng = np.random.default_rng(0)
    ids = [f"P{person}" for person in rng.integers(0, 120, 600)]
    people = Sample(rng.normal(size=(600, 2)), rng.random(600) < 0.3)
    seen_once = np.zeros(600, dtype=int)
    for seen, left_out in folds_of(people, ids):
        assert not {ids[row] for row in seen} & {ids[row] for row in left_out}
        seen_once[left_out] += 1
    assert (seen_once == 1).all()
