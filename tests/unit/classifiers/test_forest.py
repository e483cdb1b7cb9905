"""Classifier, forest and committee read the same of an XGBoost file: the trees that count, and no others."""

import json
import tempfile
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import xgboost
from hypothesis import given, settings
from hypothesis import strategies as st

from app.classifiers.base import ClassifierError
from app.classifiers.forest import forest_of, margins
from app.classifiers.xgboost_committee import XGBoostCommittee
from app.classifiers.xgboost_local import XGBoostClassifier
from tests.unit.classifiers.boosters import COLUMNS, people, trained, written


@given(
    seed=st.integers(0, 10_000),
    rounds=st.integers(1, 25),
    stop_after=st.sampled_from([None, 1, 3]),
    parameters=st.fixed_dictionaries(
        {},
        optional={
            "num_parallel_tree": st.integers(2, 4),
            "max_depth": st.integers(1, 6),
            "base_score": st.sampled_from([1e-4, 0.03, 0.7, 0.999]),
            "tree_method": st.sampled_from(["exact", "approx", "hist"]),
            "grow_policy": st.just("lossguide"),
            "scale_pos_weight": st.just(7.0),
            "subsample": st.just(0.5),
            "gamma": st.sampled_from([0.5, 1e6]),
        },
    ),
)
@settings(max_examples=25, deadline=None)
def test_classifier_forest_and_committee_use_the_trees_up_to_the_best_round(
    seed: int, rounds: int, stop_after: int | None, parameters: dict[str, Any]
) -> None:
    if parameters.get("tree_method") == "exact":
        parameters = {key: value for key, value in parameters.items() if key != "grow_policy"}
    booster = trained(seed, rounds, stop_after, **parameters)
    rows, _ = people(seed + 1)
    last = booster.num_boosted_rounds() if stop_after is None else booster.best_iteration + 1
    expected = booster.inplace_predict(rows.astype(np.float32), iteration_range=(0, last))
    with tempfile.TemporaryDirectory() as folder:
        path = written(booster, folder)
        classifier = XGBoostClassifier.load(path, COLUMNS)
        committee = XGBoostCommittee.load([path, path], COLUMNS)
    np.testing.assert_allclose(classifier.risk(rows), expected, atol=1e-6)
    walked = margins(classifier.forest, np.ascontiguousarray(rows, dtype=np.float32))
    np.testing.assert_allclose(1 / (1 + np.exp(-walked[0])), expected, atol=1e-6)
    np.testing.assert_allclose(committee.risk(rows), np.stack([expected, expected]), atol=1e-6)


ABSURD = st.sampled_from([-7, -2, 10**6, 2**31 - 1])


@given(
    seed=st.integers(0, 50),
    name=st.sampled_from(["left_children", "right_children", "split_indices"]),
    absurd=ABSURD,
    data=st.data(),
)
@settings(max_examples=30, deadline=None)
def test_a_tree_that_leads_out_of_itself_is_refused_before_anybody_walks_it(
    seed: int, name: str, absurd: int, data: st.DataObject
) -> None:
    def spoil(tree: dict[str, Any]) -> None:
        splits = [place for place, child in enumerate(tree["left_children"]) if child != -1]
        tree[name][data.draw(st.sampled_from(splits))] = absurd

    with pytest.raises((ClassifierError, xgboost.core.XGBoostError)):  # of some XGBoost knows by itself
        forest_of([rewritten(trained(seed, 3, None, max_depth=2), spoil)])


@given(seed=st.integers(0, 50), side=st.sampled_from(["left_children", "right_children"]), data=st.data())
@settings(max_examples=30, deadline=None)
def test_a_tree_that_leads_back_to_itself_is_refused(seed: int, side: str, data: st.DataObject) -> None:
    def spoil(tree: dict[str, Any]) -> None:
        splits = [place for place, child in enumerate(tree["left_children"]) if child != -1]
        place = data.draw(st.sampled_from(splits))
        others = [node for node in range(len(tree[side])) if node != tree[side][place]]
        tree[side][place] = data.draw(st.sampled_from(others))

    with pytest.raises(ClassifierError, match=r"^a tree's nodes lead back"):
        forest_of([rewritten(trained(seed, 3, None, max_depth=2), spoil)])


def rewritten(booster: xgboost.Booster, spoil: Callable[[dict[str, Any]], None]) -> xgboost.Booster:
    """The same model with something else in its first tree that splits; XGBoost itself takes it."""
    document = json.loads(bytes(booster.save_raw("json")))
    trees = document["learner"]["gradient_booster"]["model"]["trees"]
    spoil(next(tree for tree in trees if len(tree["left_children"]) > 1))
    spoilt = xgboost.Booster()
    spoilt.load_model(bytearray(json.dumps(document).encode()))
    return spoilt
