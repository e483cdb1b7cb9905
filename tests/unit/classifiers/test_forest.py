"""Classifier, forest and committee read the same of an XGBoost file: the trees that count, and no others."""

import tempfile
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xgboost
from hypothesis import given, settings
from hypothesis import strategies as st

from app.classifiers.base import ClassifierError
from app.classifiers.forest import margins
from app.classifiers.ubjson import is_whole
from app.classifiers.xgboost_committee import XGBoostCommittee
from app.classifiers.xgboost_local import XGBoostClassifier
from app.domain.schema import FloatArray

COLUMNS = ["age", "sex=female", "bmi"]


def people(seed: int) -> tuple[FloatArray, FloatArray]:
    """Rows with unknown values, and an outcome that has little to do with them: stopping comes early."""
    rng = np.random.default_rng(seed)
    rows = rng.normal(size=(120, len(COLUMNS)))
    outcome = (rows[:, 0] + 2 * rng.normal(size=len(rows)) > 0.5).astype(float)
    rows[rng.random(rows.shape) < 0.1] = np.nan
    return rows, outcome


def trained(seed: int, rounds: int, stop_after: int | None, **parameters: Any) -> xgboost.Booster:
    rows, outcome = people(seed)
    data = xgboost.DMatrix(rows[:60], outcome[:60], feature_names=COLUMNS)
    watched = [(xgboost.DMatrix(rows[60:], outcome[60:], feature_names=COLUMNS), "watched")]
    given = {"objective": "binary:logistic", "nthread": 1, "eta": 0.8, "seed": seed} | parameters
    return xgboost.train(
        given, data, rounds, evals=watched, early_stopping_rounds=stop_after, verbose_eval=False
    )


def written(booster: xgboost.Booster, folder: str) -> Path:
    path = Path(folder) / "classifier.ubj"
    booster.save_model(path)
    return path


def refusal(booster: xgboost.Booster, folder: Path) -> str:
    path = written(booster, str(folder))
    with pytest.raises(ClassifierError) as caught:
        XGBoostClassifier.load(path, COLUMNS)
    (sentence,) = str(caught.value).splitlines()
    return sentence.removeprefix(f"{path} ")


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


@pytest.mark.parametrize("told", ["9", "-1", "two", "1_0", "1e300"])
def test_a_best_round_that_is_not_there_is_told(tmp_path: Path, told: str) -> None:
    booster = trained(1, 9, None)
    booster.set_attr(best_iteration=told)
    said = "has a best_iteration that is none of its 9 rounds, from 0 on"
    assert refusal(booster, tmp_path) == said


def test_a_booster_without_trees_is_told(tmp_path: Path) -> None:
    assert refusal(trained(1, 0, None), tmp_path) == "has no trees"


@pytest.mark.parametrize("outcome", [0.0, 1.0])
def test_a_start_at_certainty_is_told(tmp_path: Path, outcome: float) -> None:
    """As XGBoost estimates it from people who all have the outcome, or of whom nobody has."""
    rows, _ = people(1)
    data = xgboost.DMatrix(rows, np.full(len(rows), outcome), feature_names=COLUMNS)
    booster = xgboost.train({"objective": "binary:logistic", "nthread": 1}, data, 2)
    assert refusal(booster, tmp_path) == "starts from a base_score that is not between 0 and 1"


def test_trees_that_are_dropped_at_random_are_refused_even_if_stopped_early(tmp_path: Path) -> None:
    booster = trained(1, 20, 2, booster="dart", rate_drop=0.3)
    assert refusal(booster, tmp_path) == "is a dart model, not gbtree"


@pytest.mark.parametrize(
    "objective", ["reg:logistic", "binary:logitraw", "count:poisson", "rank:pairwise", "reg:absoluteerror"]
)
def test_another_objective_is_told(tmp_path: Path, objective: str) -> None:
    booster = trained(1, 3, None, objective=objective)
    assert refusal(booster, tmp_path) == f"has the objective {objective}, not binary:logistic"


def test_a_file_that_breaks_off_anywhere_is_not_whole() -> None:
    whole = bytes(trained(1, 2, None, max_depth=1).save_raw("ubj"))
    assert is_whole(whole)
    assert not any(is_whole(whole[:length]) for length in range(len(whole)))
    assert not is_whole(whole + b"\0")


def test_every_beginning_of_a_file_is_refused_and_harms_nobody(tmp_path: Path) -> None:
    whole = bytes(trained(1, 2, None).save_raw("ubj"))
    path = tmp_path / "classifier.ubj"
    for length in range(0, len(whole), 11):
        path.write_bytes(whole[:length])
        with pytest.raises(ClassifierError, match="is not an XGBoost model"):
            XGBoostClassifier.load(path, COLUMNS)


_NESTED = b"{U\x01a" + 500 * b"[" + 500 * b"]" + b"}"
_BROKEN = [
    b"[]",
    b"{",
    b"{U",
    b"{U\x01a",
    b"{U\xffa}",
    b"{U\x01a[$d#L",
    b"{U\x01a[$d}",
    b"{U\x01ax}",
    b"{}{}",
    b"{i\xffa}",
    b"{U\x01a[#i\xff}",
    b"{U\x01a[$L#L\x20" + bytes(7) + b"}",  # eight times that many are none, where a number has 64 bits
]


@pytest.mark.parametrize("content", [*_BROKEN, _NESTED], ids=count())
def test_what_is_not_one_object_is_not_whole(content: bytes) -> None:
    assert not is_whole(content)


def test_an_object_of_every_type_is_whole() -> None:
    values = [b"Z", b"T", b"i\x01", b"U\x01", b"I\x00\x01", b"l" + bytes(4), b"L" + bytes(8), b"d" + bytes(4)]
    values += [
        b"D" + bytes(8),
        b"Cc",
        b"SU\x01s",
        b"HU\x011",
        b"[TF]",
        b"[#U\x02TF",
        b"[$U#U\x02\x00\x01",
        b"{#U\x01U\x01aT",
    ]
    values += [b"{$S#U\x01U\x01aU\x02bc"]
    assert is_whole(b"{" + b"".join(b"U\x01k" + value for value in values) + b"}")
