"""What is read of a classifier says what its own library says, of unknown values and at thresholds too."""

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import lightgbm
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import (
    ExtraTreesClassifier,
    GradientBoostingClassifier,
    HistGradientBoostingClassifier,
    RandomForestClassifier,
)
from sklearn.frozen import FrozenEstimator
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, RobustScaler, StandardScaler
from sklearn.tree import DecisionTreeClassifier

from app.classifiers.forest_file import ForestClassifier, write_forest
from research.foreign.agreement import TOLERANCE
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

SOME = settings(max_examples=8, deadline=None)
SEEDS = st.integers(0, 1000)
Maker = Callable[[str, int, bool], Path]


def made(of: Callable[..., Path], **settings_: Any) -> Maker:
    return lambda folder, seed, has_unknown: of(folder, seed, has_unknown, **settings_)


def estimator(of: Callable[[int], Any]) -> Maker:
    return lambda folder, seed, has_unknown: skops_file(folder, seed, has_unknown, of(seed))


def boosted(seed: int, **settings_: Any) -> GradientBoostingClassifier:
    return GradientBoostingClassifier(n_estimators=6, random_state=seed, **settings_)


def calibrated(classifier: Any, method: str) -> CalibratedClassifierCV:
    return CalibratedClassifierCV(classifier, method=method, ensemble=False, cv=3)


def frozen(classifier: Any, seed: int, has_unknown: bool) -> FrozenEstimator:
    """Fitted to other people than those whom it is calibrated on."""
    rows, outcome = table(seed + 7, has_unknown)
    return FrozenEstimator(classifier.fit(framed(rows), outcome.astype(int)))


def histogram() -> HistGradientBoostingClassifier:
    return HistGradientBoostingClassifier(max_iter=6)


TAKE_UNKNOWN: dict[str, Maker] = {
    "xgboost": made(xgboost_file),
    "xgboost as JSON": made(xgboost_file, form="json"),
    "xgboost, reg:logistic": made(xgboost_file, objective="reg:logistic"),
    "xgboost, logitraw": made(xgboost_file, objective="binary:logitraw"),
    "lightgbm": made(lightgbm_file),
    "lightgbm, sigmoid": made(lightgbm_file, sigmoid=1.7),
    "lightgbm, cross entropy": made(lightgbm_file, objective="cross_entropy"),
    "lightgbm, random forest": made(lightgbm_file, boosting="rf", bagging_freq=1, bagging_fraction=0.6),
    "lightgbm, unknown as zero": made(lightgbm_file, use_missing=False),
    "catboost": made(catboost_file),
    "catboost as JSON": made(catboost_file, form="json"),
    "catboost, unknown highest": made(catboost_file, nan_mode="Max"),
    "catboost, lossguide": made(catboost_file, grow_policy="Lossguide"),
    "catboost, depthwise": made(catboost_file, grow_policy="Depthwise", boost_from_average=True),
    "random forest": estimator(lambda seed: RandomForestClassifier(7, random_state=seed)),
    "extra trees": estimator(lambda seed: ExtraTreesClassifier(7, random_state=seed)),
    "tree": estimator(lambda seed: DecisionTreeClassifier(max_depth=5, random_state=seed)),
    "histogram boosting": estimator(lambda seed: HistGradientBoostingClassifier(max_iter=6)),
    "imputed boosting": estimator(lambda seed: make_pipeline(SimpleImputer(), boosted(seed))),
    "imputed forest": estimator(
        lambda seed: make_pipeline(SimpleImputer(strategy="median"), RandomForestClassifier(5))
    ),
    "imputed, scaled regression": estimator(
        lambda seed: make_pipeline(SimpleImputer(), StandardScaler(), LogisticRegression())
    ),
    "scaled, imputed, scaled regression": estimator(
        lambda seed: make_pipeline(RobustScaler(), SimpleImputer(), MinMaxScaler(), LogisticRegression())
    ),
    "sigmoid of histogram boosting": estimator(lambda seed: calibrated(histogram(), "sigmoid")),
    "isotonic of histogram boosting": estimator(lambda seed: calibrated(histogram(), "isotonic")),
    "temperature of histogram boosting": estimator(lambda seed: calibrated(histogram(), "temperature")),
    "sigmoid of a random forest": estimator(
        lambda seed: calibrated(RandomForestClassifier(7, random_state=seed), "sigmoid")
    ),
    "isotonic of a random forest": estimator(
        lambda seed: calibrated(RandomForestClassifier(7, random_state=seed), "isotonic")
    ),
    "isotonic of a tree": estimator(
        lambda seed: calibrated(DecisionTreeClassifier(max_depth=4, random_state=seed), "isotonic")
    ),
    "isotonic of a frozen forest": estimator(
        lambda seed: calibrated(
            frozen(ExtraTreesClassifier(5, max_depth=5, random_state=seed), seed, True), "isotonic"
        )
    ),
    "sigmoid of imputed regression": estimator(
        lambda seed: calibrated(
            make_pipeline(SimpleImputer(), StandardScaler(), LogisticRegression()), "sigmoid"
        )
    ),
    "imputed, then isotonic": estimator(
        lambda seed: make_pipeline(
            SimpleImputer(), calibrated(make_pipeline(StandardScaler(), LogisticRegression()), "isotonic")
        )
    ),
}
TAKE_NONE: dict[str, Maker] = {
    "boosting": estimator(boosted),
    "boosting, exponential": estimator(lambda seed: boosted(seed, loss="exponential")),
    "boosting from zero": estimator(lambda seed: boosted(seed, init="zero")),
    "regression": estimator(lambda seed: make_pipeline(StandardScaler(), LogisticRegression())),
    "sigmoid of exponential boosting": estimator(
        lambda seed: calibrated(boosted(seed, loss="exponential"), "sigmoid")
    ),
    "isotonic of exponential boosting": estimator(
        lambda seed: calibrated(boosted(seed, loss="exponential"), "isotonic")
    ),
    "temperature of exponential boosting": estimator(
        lambda seed: calibrated(boosted(seed, loss="exponential"), "temperature")
    ),
    "sigmoid of frozen boosting": estimator(
        lambda seed: calibrated(frozen(boosted(seed), seed, False), "sigmoid")
    ),
}


@given(seed=SEEDS)
@SOME
@pytest.mark.parametrize("kind", [*TAKE_UNKNOWN, *TAKE_NONE])
def test_hosted_and_library_agree(kind: str, seed: int) -> None:
    takes_unknown = kind in TAKE_UNKNOWN
    with tempfile.TemporaryDirectory() as folder:
        given_ = read_classifier((TAKE_UNKNOWN | TAKE_NONE)[kind](folder, seed, takes_unknown), COLUMNS)
        path = Path(folder) / "classifier.forest"
        write_forest(path, given_.forest, given_.link, given_.column_names, given_.made_by)
        hosted = ForestClassifier.load(path, COLUMNS)
    rows = table(seed + 1, has_unknown=takes_unknown, people=400)[0]
    rows = rows.astype(np.float32).astype(np.float64)
    np.testing.assert_allclose(hosted.risk(rows), given_.reference(rows), atol=TOLERANCE)
    assert given_.takes_unknown == takes_unknown
    assert hosted.made_by == given_.made_by


@pytest.mark.parametrize(
    "kind",
    [
        *("lightgbm", "lightgbm, random forest", "catboost", "random forest", "boosting", "regression"),
        *("isotonic of a random forest", "sigmoid of frozen boosting", "imputed, then isotonic"),
    ],
)
def test_a_refit_is_of_its_own_kind(kind: str, tmp_path: Path) -> None:
    takes_unknown = kind in TAKE_UNKNOWN
    given_ = read_classifier((TAKE_UNKNOWN | TAKE_NONE)[kind](str(tmp_path), 3, takes_unknown), COLUMNS)
    assert given_.refit is not None
    rows, outcome = table(3, takes_unknown)
    drawn = np.random.default_rng(5).integers(len(rows), size=len(rows))
    refits = [given_.refit(rows[drawn], outcome[drawn], seed) for seed in (1, 1, 2)]
    assert len(refits[0].root) == len(given_.forest.root)
    risks = [ForestClassifier(refit, given_.link).risk(rows) for refit in refits]
    np.testing.assert_array_equal(risks[0], risks[1])
    # As good a classifier as the one given, of other people.
    assert risks[0][outcome].mean() > risks[0][~outcome].mean() + 0.2
    assert np.abs(risks[0] - given_.hosted().risk(rows)).max() > 0.001


@pytest.mark.parametrize(
    "settings_",
    [
        {"min_data_in_leaf": 200},
        {"min_data_in_bin": 80},
        {"data_sample_strategy": "goss", "learning_rate": 0.5},
    ],
    ids=lambda settings_: next(iter(settings_)),
)
def test_a_refit_of_lightgbm_is_grown_as_the_one_given_was(settings_: dict[str, Any], tmp_path: Path) -> None:
    given_ = read_classifier(lightgbm_file(str(tmp_path), 3, False, **settings_), COLUMNS)
    assert given_.refit is not None
    rows, outcome = table(4, False, people=600)
    rows = rows.astype(np.float32).astype(np.float64)
    alike = {"objective": "binary", "verbosity": -1, "num_threads": 1, "deterministic": True, "seed": 1}
    data = lightgbm.Dataset(rows, outcome.astype(float))
    expected = lightgbm.train(alike | settings_, data, len(given_.forest.root)).predict(rows)
    told = ForestClassifier(given_.refit(rows, outcome, 1), given_.link).risk(rows)
    np.testing.assert_allclose(told, expected, atol=TOLERANCE)


def test_an_xgboost_file_does_not_say_how_it_was_fitted(tmp_path: Path) -> None:
    assert read_classifier(xgboost_file(str(tmp_path), 1, True), COLUMNS).refit is None


def test_a_calibration_that_gives_everybody_one_risk_is_read(tmp_path: Path) -> None:
    """Isotonic regression of a classifier that tells the opposite is level."""
    rows, outcome = table(2, False, people=400)
    opposite = FrozenEstimator(DecisionTreeClassifier(max_depth=1).fit(framed(rows), ~outcome))
    path = skops_file(str(tmp_path), 2, False, calibrated(opposite, "isotonic"))
    given_ = read_classifier(path, COLUMNS)
    told = given_.hosted().risk(rows)
    assert np.ptp(told) == 0
    np.testing.assert_allclose(told, given_.reference(rows), atol=TOLERANCE)
    assert given_.kind == "DecisionTreeClassifier, calibrated (isotonic)"


def test_spaces_that_lightgbm_cannot_write_are_those_of_the_schema(tmp_path: Path) -> None:
    columns = [f"food=fast food {name}" for name in COLUMNS]
    path = lightgbm_file(str(tmp_path), 3, False, names=[name.replace(" ", "_") for name in columns])
    assert read_classifier(path, columns).column_names == tuple(columns)
    with pytest.raises(TrainingError, match="in another order"):
        read_classifier(path, columns[::-1])
