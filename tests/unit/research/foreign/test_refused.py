"""Classifiers that cannot be hosted are refused in a sentence for their owner."""

import json
import os
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import joblib
import lightgbm
import numpy as np
import pytest
import skops.io as sio
import xgboost
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import GradientBoostingClassifier, RandomForestClassifier
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import PolynomialFeatures, StandardScaler

from research.foreign.agreement import check_agreement
from research.foreign.reading import read_classifier
from research.training.errors import TrainingError
from tests.unit.research.foreign.tables import (
    COLUMNS,
    catboost_file,
    framed,
    lightgbm_file,
    skops_file,
    table,
    xgboost_file,
)

Made = Callable[[str], Path]
OTHERS = ("age", "sex=female", "weight", "steps")


def with_categories(folder: str) -> Path:
    rows, outcome = table(1, False)
    data = lightgbm.Dataset(rows, outcome.astype(float), feature_name=[*COLUMNS], categorical_feature=[1])
    path = Path(folder) / "model.txt"
    settings = {"objective": "binary", "verbosity": -1, "num_threads": 1}
    lightgbm.train(settings, data, 8).save_model(path)
    return path


def of_words(folder: str) -> Path:
    rows, outcome = table(1, False)
    path = Path(folder) / "model.skops"
    words = np.where(outcome, "yes", "no")
    sio.dump(RandomForestClassifier(3).fit(framed(rows), words), path)
    return path


def unnamed(folder: str) -> Path:
    rows, outcome = table(1, False)
    path = Path(folder) / "model.skops"
    sio.dump(RandomForestClassifier(3).fit(rows, outcome), path)
    return path


def of_the_opposite() -> FrozenEstimator:
    rows, outcome = table(2, False)
    return FrozenEstimator(
        GradientBoostingClassifier(n_estimators=9).fit(framed(rows), (~outcome).astype(int))
    )


def calibrated_of_words(folder: str) -> Path:
    rows, outcome = table(1, False)
    path = Path(folder) / "model.skops"
    calibrated = CalibratedClassifierCV(RandomForestClassifier(3), ensemble=False)
    sio.dump(calibrated.fit(framed(rows), np.where(outcome, "yes", "no")), path)
    return path


REFUSED: dict[str, tuple[Made, str]] = {
    "dart": (lambda f: xgboost_file(f, 1, True, booster="dart"), "DART"),
    "gblinear": (lambda f: xgboost_file(f, 1, False, booster="gblinear"), "linear"),
    "hinge": (lambda f: xgboost_file(f, 1, True, objective="binary:hinge"), "binary:hinge, which does not"),
    "several classes": (
        lambda f: xgboost_file(f, 1, True, objective="multi:softprob", num_class=2),
        "multi:softprob, which does not end in the probability of one outcome",
    ),
    "xgboost without names": (lambda f: xgboost_file(f, 1, True, names=None), "does not name its columns"),
    "xgboost, other names": (
        lambda f: xgboost_file(f, 1, True, names=OTHERS),
        "it lacks 'bmi' and task.toml lacks 'weight'",
    ),
    "lightgbm, other order": (
        lambda f: lightgbm_file(f, 1, True, names=COLUMNS[::-1]),
        "another order than task.toml: position 1 is 'steps', not 'age'",
    ),
    "lightgbm without names": (
        lambda f: lightgbm_file(f, 1, True, names=[f"Column_{place}" for place in range(4)]),
        "does not name its columns",
    ),
    "lightgbm, regression": (lambda f: lightgbm_file(f, 1, True, objective="regression"), "regression"),
    "lightgbm, linear": (lambda f: lightgbm_file(f, 1, False, linear_tree=True), "linear functions"),
    "lightgbm, zeros": (lambda f: lightgbm_file(f, 1, True, zero_as_missing=True), "zero_as_missing"),
    "lightgbm, categories": (with_categories, "the categories of 'sex=female'"),
    "catboost, several classes": (
        lambda f: catboost_file(f, 1, True, loss_function="MultiClass"),
        "MultiClass, which does not",
    ),
    "catboost without names": (
        lambda f: catboost_file(f, 1, True, names="0123"),
        "does not name its columns",
    ),
    "of words": (of_words, "that are not 0 and 1"),
    "without names": (unnamed, "does not name its columns"),
    "naive Bayes": (lambda f: skops_file(f, 1, False, GaussianNB()), "holds GaussianNB"),
    "calibrated naive Bayes": (
        lambda f: skops_file(f, 1, False, CalibratedClassifierCV(GaussianNB(), ensemble=False)),
        "holds GaussianNB",
    ),
    "a mean of calibrated ones": (
        lambda f: skops_file(f, 1, False, CalibratedClassifierCV(RandomForestClassifier(3), cv=4)),
        "is the mean of 4 classifiers, each calibrated by itself, which cannot be read as one: fit "
        "CalibratedClassifierCV with ensemble=False, or save it as ONNX",
    ),
    "temperature of shares": (
        lambda f: skops_file(
            f,
            1,
            False,
            CalibratedClassifierCV(RandomForestClassifier(3), method="temperature", ensemble=False),
        ),
        "is calibrated by temperature, which of this classifier gives no map that can be read",
    ),
    "calibrated to fall": (
        lambda f: skops_file(f, 1, False, CalibratedClassifierCV(of_the_opposite(), method="sigmoid")),
        "has a calibration whose risks do not rise with the classifier's",
    ),
    "calibrated twice": (
        lambda f: skops_file(
            f,
            1,
            False,
            CalibratedClassifierCV(
                CalibratedClassifierCV(RandomForestClassifier(3), ensemble=False), ensemble=False
            ),
        ),
        "holds CalibratedClassifierCV; of scikit-learn",
    ),
    "calibrated words": (
        calibrated_of_words,
        "tells 2 outcomes apart that are not 0 and 1: fit it to one outcome, as 1",
    ),
    "scaled trees": (
        lambda f: skops_file(f, 1, False, make_pipeline(StandardScaler(), RandomForestClassifier(3))),
        "scales its columns",
    ),
    "polynomials": (
        lambda f: skops_file(f, 1, False, make_pipeline(PolynomialFeatures(), GaussianNB())),
        "the step PolynomialFeatures",
    ),
    "boosting from a regression": (
        lambda f: skops_file(f, 1, False, GradientBoostingClassifier(init=LogisticRegression(max_iter=2000))),
        "give other risks than scikit-learn does",
    ),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_it_is_said_why(kind: str, tmp_path: Path) -> None:
    make, said = REFUSED[kind]
    path = make(str(tmp_path))
    with pytest.raises(TrainingError, match=said) as caught:
        read_classifier(path, COLUMNS)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("make", [xgboost_file, lightgbm_file, catboost_file], ids=["xgb", "lgb", "cat"])
@pytest.mark.parametrize("share", [0.05, 0.5])
def test_a_file_that_is_cut_off_is_refused(
    make: Callable[[str, int, bool], Path], share: float, tmp_path: Path
) -> None:
    path = make(str(tmp_path), 1, True)
    content = path.read_bytes()
    path.write_bytes(content[: int(share * len(content))])
    with pytest.raises(TrainingError):
        read_classifier(path, COLUMNS)


@pytest.mark.parametrize("content", [b"", b"hello", b"{}", b"[1]", b"PK\x03\x04", b"CBM1", b"tree\n", b"{L"])
def test_what_is_no_classifier_is_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "people"
    path.write_bytes(content)
    with pytest.raises(TrainingError, match=r"^people "):
        read_classifier(path, COLUMNS)


class Runs:
    """An object whose pickle makes a folder when it is loaded."""

    def __init__(self, folder: Path) -> None:
        self._folder = str(folder)

    def __reduce__(self) -> tuple[Callable[[str], None], tuple[str]]:
        return os.mkdir, (self._folder,)


@pytest.mark.parametrize("name", ["model.pkl", "model.joblib", "model"])
def test_a_pickle_is_not_loaded_unasked(name: str, tmp_path: Path) -> None:
    path, folder = tmp_path / name, tmp_path / "made"
    path.write_bytes(pickle.dumps(Runs(folder)))
    with pytest.raises(TrainingError, match="runs whatever code is in it"):
        read_classifier(path, COLUMNS)
    assert not folder.exists()


def test_a_pickle_that_its_owner_trusts_is_read(tmp_path: Path) -> None:
    rows, outcome = table(1, False)
    path = tmp_path / "model.joblib"
    joblib.dump(RandomForestClassifier(3).fit(framed(rows), outcome), path)
    assert read_classifier(path, COLUMNS, trusts_pickle=True).kind == "RandomForestClassifier"
    wrapped = xgboost.XGBClassifier(n_estimators=3, n_jobs=1).fit(framed(rows), outcome)
    joblib.dump(wrapped, path)
    assert read_classifier(path, COLUMNS, trusts_pickle=True).library == "xgboost"
    booster = lightgbm.LGBMClassifier(n_estimators=3, n_jobs=1, verbose=-1).fit(framed(rows), outcome)
    joblib.dump(booster, path)
    assert read_classifier(path, COLUMNS, trusts_pickle=True).library == "lightgbm"


def test_unknown_values_that_a_classifier_does_not_take_are_told_by_column(tmp_path: Path) -> None:
    given = read_classifier(skops_file(str(tmp_path), 1, False, LogisticRegression(max_iter=5000)), COLUMNS)
    rows = table(2, False)[0]
    check_agreement(given, rows)
    rows[3, 2] = np.nan
    with pytest.raises(TrainingError, match=r"takes no unknown values, but some people have none for 'bmi'"):
        check_agreement(given, rows)


def as_document(path: Path, edit: Callable[[dict[str, Any]], None]) -> None:
    """Spoil an XGBoost model in JSON."""
    document = json.loads(path.read_text())
    edit(document["learner"])
    path.write_text(json.dumps(document))


@pytest.mark.parametrize("start", ["2", "[2]", "-1", "[5E0]"])
def test_a_base_score_that_is_no_probability_is_told(start: str, tmp_path: Path) -> None:
    path = xgboost_file(str(tmp_path), 1, True, form="json")
    as_document(path, lambda learner: learner["learner_model_param"].update(base_score=start))
    with pytest.raises(TrainingError, match="has a base_score that is not between 0 and 1"):
        read_classifier(path, COLUMNS)


def test_leaves_too_large_for_a_sum_are_told(tmp_path: Path) -> None:
    path = xgboost_file(str(tmp_path), 1, True, form="json")

    def enlarge(learner: dict[str, Any]) -> None:
        for tree in learner["gradient_booster"]["model"]["trees"]:
            leaves = [place for place, left in enumerate(tree["left_children"]) if left == -1]
            for place in leaves:
                tree["split_conditions"][place] = 3e38

    as_document(path, enlarge)
    with pytest.raises(TrainingError, match="leaves that add up to more than a single-precision number"):
        read_classifier(path, COLUMNS)


@pytest.mark.parametrize("make", [xgboost_file, lightgbm_file, catboost_file], ids=["xgb", "lgb", "cat"])
def test_a_file_with_a_damaged_beginning_is_not_called_unknown(
    make: Callable[[str, int, bool], Path], tmp_path: Path
) -> None:
    path = make(str(tmp_path), 1, True)
    path.write_bytes(b"\x00\x00" + path.read_bytes()[2:])
    with pytest.raises(TrainingError, match=r"is damaged, or not the model of .* that its ending says"):
        read_classifier(path, COLUMNS)
