"""What an XGBoost file says that cannot be a risk of one outcome is told in a sentence about it."""

from pathlib import Path

import numpy as np
import pytest
import xgboost

from app.classifiers.base import ClassifierError
from app.classifiers.xgboost_local import XGBoostClassifier
from tests.unit.classifiers.boosters import COLUMNS, people, trained, written


def refusal(booster: xgboost.Booster, folder: Path) -> str:
    path = written(booster, str(folder))
    with pytest.raises(ClassifierError) as caught:
        XGBoostClassifier.load(path, COLUMNS)
    (sentence,) = str(caught.value).splitlines()
    return sentence.removeprefix(f"{path} ")


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


def test_every_beginning_of_a_file_is_refused_and_harms_nobody(tmp_path: Path) -> None:
    whole = bytes(trained(1, 2, None).save_raw("ubj"))
    path = tmp_path / "classifier.ubj"
    for length in range(0, len(whole), 11):
        path.write_bytes(whole[:length])
        with pytest.raises(ClassifierError, match="is not an XGBoost model"):
            XGBoostClassifier.load(path, COLUMNS)
