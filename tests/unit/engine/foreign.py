"""The schemas that laws are tested on, with classifiers of other libraries and other links."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import catboost
import lightgbm
import numpy as np
import xgboost
from sklearn.ensemble import GradientBoostingClassifier, RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from app.classifiers.forest import Forest, forest_of, joined
from app.classifiers.forest_file import ForestClassifier, ForestCommittee
from app.classifiers.link import Link, LinkKind
from app.classifiers.model_version import ModelVersion
from app.domain.schema import BoolArray, FloatArray
from app.engine.registry import served_model
from research.foreign import catboost_models, lightgbm_models, sklearn_models
from research.foreign.given import GivenClassifier
from tests.unit.engine.models import Cohort

REFITS, MOST_PEOPLE = 4, 800
FLATS = Link(
    LinkKind.ISOTONIC,
    margins=(-4.0, -2.5, -2.0, -1.0, -0.9, 0.5, 0.6, 2.0),
    risks=(0.0, 0.03, 0.1, 0.1, 0.25, 0.5, 0.5, 0.95),
)
"""Level just where some targets are, and steep beside."""
Fit = Callable[[FloatArray, BoolArray, tuple[str, ...], int], tuple[Forest, Link]]


def _lightgbm(rows: FloatArray, outcome: BoolArray, columns: tuple[str, ...], seed: int) -> GivenClassifier:
    names = [f"c{place}" for place in range(len(columns))]
    data = lightgbm.Dataset(rows, outcome.astype(float), feature_name=names)
    settings = {"objective": "binary", "num_leaves": 8, "verbosity": -1, "num_threads": 1, "seed": seed}
    return lightgbm_models.read_booster(lightgbm.train(settings, data, 25), "lightgbm")


def _catboost(rows: FloatArray, outcome: BoolArray, columns: tuple[str, ...], seed: int) -> GivenClassifier:
    settings = {"iterations": 25, "depth": 4, "loss_function": "Logloss", "random_seed": seed}
    beside = {"thread_count": 1, "allow_writing_files": False, "logging_level": "Silent"}
    model = catboost.CatBoost(settings | beside)
    model.fit(catboost.Pool(rows, outcome.astype(int)))
    return catboost_models.read_model(model, "catboost")


def _sklearn(of: Callable[[int], Any]) -> Fit:
    def fit(rows: FloatArray, outcome: BoolArray, _: tuple[str, ...], seed: int) -> tuple[Forest, Link]:
        given = sklearn_models.read_estimator(of(seed).fit(rows, outcome.astype(int)), "scikit-learn")
        return given.forest, given.link

    return fit


def _given(of: Callable[[FloatArray, BoolArray, tuple[str, ...], int], GivenClassifier]) -> Fit:
    def fit(rows: FloatArray, outcome: BoolArray, columns: tuple[str, ...], seed: int) -> tuple[Forest, Link]:
        given = of(rows, outcome, columns, seed)
        return given.forest, given.link

    return fit


def _xgboost(link: Link) -> Fit:
    def fit(rows: FloatArray, outcome: BoolArray, _: tuple[str, ...], seed: int) -> tuple[Forest, Link]:
        settings = {"objective": "binary:logistic", "max_depth": 3, "nthread": 1, "seed": seed}
        return forest_of([xgboost.train(settings, xgboost.DMatrix(rows, outcome), 25)]), link

    return fit


KINDS: dict[str, Fit] = {
    "lightgbm": _given(_lightgbm),
    "catboost": _given(_catboost),
    "random forest": _sklearn(lambda seed: RandomForestClassifier(20, min_samples_leaf=5, random_state=seed)),
    "grown forest": _sklearn(lambda seed: RandomForestClassifier(10, random_state=seed)),
    "gradient boosting": _sklearn(
        lambda seed: make_pipeline(
            SimpleImputer(), GradientBoostingClassifier(n_estimators=25, subsample=0.7, random_state=seed)
        )
    ),
    "regression": _sklearn(
        lambda seed: make_pipeline(SimpleImputer(), StandardScaler(), LogisticRegression(max_iter=500))
    ),
    "xgboost, isotonic": _xgboost(FLATS),
    "xgboost, Platt": _xgboost(Link(LinkKind.PLATT, slope=0.6, intercept=-0.4)),
}


def cohort_of(kind: str, original: Cohort) -> Cohort:
    """The same people and schema, and a classifier and refits of this kind that were fitted to them."""
    model = original.served.model
    return replace(original, served=served_model(_model(kind, model)))


def _model(kind: str, model: ModelVersion) -> ModelVersion:
    rng = np.random.default_rng(3)
    chosen = rng.permutation(len(model.population.rows))[:MOST_PEOPLE]
    rows, outcome = model.population.rows[chosen], model.population.outcome[chosen]
    forest, link = KINDS[kind](rows, outcome, model.schema.columns, 0)
    refits = []
    for seed in range(1, REFITS + 1):
        drawn = rng.integers(len(rows), size=len(rows))
        refits.append(KINDS[kind](rows[drawn], outcome[drawn], model.schema.columns, seed)[0])
    return replace(
        model,
        classifier=ForestClassifier(forest, link),
        committee=ForestCommittee(joined(refits), link),
    )
