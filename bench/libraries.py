"""`make bench ARGS=libraries`: the exact search in classifiers of several libraries, beside XGBoost's.

Classifiers and 40 refits each are fitted to the training people of *dysglycaemia*; boosted ones have 150
trees of depth 3. Everybody is asked about with the same levers; processor time of the search alone counts.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import catboost
import lightgbm
import numpy as np
import xgboost
from rich.console import Console
from sklearn.ensemble import RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from app.classifiers.forest import Forest, forest_of, joined
from app.classifiers.forest_file import ForestClassifier, ForestCommittee
from app.classifiers.link import LOGISTIC, Link
from app.classifiers.model_version import ModelVersion
from app.classifiers.partitions import Side, people_of
from app.classifiers.store import load_version
from app.domain.counterfactual import Generator
from app.domain.schema import BoolArray, FloatArray
from app.engine.budget import Budget
from app.engine.preferences import Preferences
from app.engine.problem import problem_about
from app.engine.references import reference_data_of
from app.engine.search import search
from app.paths import MODEL_STORE
from bench.measurement import Measurement, summed
from research.foreign.catboost_models import read_model
from research.foreign.lightgbm_models import read_booster
from research.foreign.sklearn_models import read_estimator
from tests.asking import Person

TREES, DEPTH, RATE, REFITS, SHARE = 150, 3, 0.06, 40, 0.9
PROMISED = 1.5
"""Of the median, for equal trees, beside XGBoost's."""
Fit = Callable[[FloatArray, BoolArray, int], tuple[Forest, Link]]


def measure_libraries(_: Path, people: int, console: Console) -> list[Measurement]:
    """Milliseconds of the search, and how many times XGBoost's median they are."""
    model = load_version(MODEL_STORE, "dysglycaemia")
    asked = [one.features for one in people_of(model, Side.HELD_OUT) if one.risk > 0.5][:people]
    measures: list[Measurement] = []
    for name, fit in _FITS.items():
        console.print(f"{name}: fitting, then asking about {len(asked)} people")
        taken, proved = _taken(_with(model, fit), asked)
        measures.append(summed(f"{name}: exact search, {proved} of {len(taken)} proved", taken, "ms"))
        if name in _EQUAL:
            ratio = measures[-1].median / measures[0].median
            measures.append(Measurement(f"{name} beside XGBoost", ratio, unit="times", promised=PROMISED))
    return measures


def _taken(model: ModelVersion, people: Sequence[Person]) -> tuple[list[float], int]:
    """Processor milliseconds for each person whose risk is over the threshold, and how many are proved."""
    references, taken, proved = reference_data_of(model), [], 0
    preferences = Preferences(3, SHARE, Generator.SEARCH)
    for place, person in enumerate([people[0], *people]):  # the first compiles
        problem = replace(problem_about(model, person), budget=Budget())
        if problem.risk(problem.unchanged)[0] <= problem.target:
            continue
        started = time.process_time()
        result = search(problem, references, preferences)
        if place > 0:
            taken.append(1000 * (time.process_time() - started))
            proved += result.proved
    return taken, proved


def _with(model: ModelVersion, fit: Fit) -> ModelVersion:
    rows, outcome = model.population.rows, model.population.outcome
    forest, link = fit(rows, outcome, 0)
    refits = []
    for seed in range(1, REFITS + 1):
        drawn = np.random.default_rng(seed).integers(len(rows), size=len(rows))
        refits.append(fit(rows[drawn], outcome[drawn], seed)[0])
    committee = ForestCommittee(joined(refits), link)
    return replace(model, classifier=ForestClassifier(forest, link), committee=committee)


def _xgboost(rows: FloatArray, outcome: BoolArray, seed: int) -> tuple[Forest, Link]:
    settings = {"objective": "binary:logistic", "max_depth": DEPTH, "eta": RATE, "subsample": 0.7}
    settings |= {"colsample_bytree": 0.5, "min_child_weight": 10, "nthread": 1, "seed": seed}
    return forest_of([xgboost.train(settings, xgboost.DMatrix(rows, outcome), TREES)]), LOGISTIC


def _lightgbm(rows: FloatArray, outcome: BoolArray, seed: int) -> tuple[Forest, Link]:
    settings = {"objective": "binary", "max_depth": DEPTH, "num_leaves": 2**DEPTH, "learning_rate": RATE}
    settings |= {"bagging_fraction": 0.7, "bagging_freq": 1, "feature_fraction": 0.5, "verbosity": -1}
    settings |= {"min_sum_hessian_in_leaf": 10, "num_threads": 1, "seed": seed}
    data = lightgbm.Dataset(rows, outcome.astype(float))
    given = read_booster(lightgbm.train(settings, data, TREES), "lightgbm")
    return given.forest, given.link


def _catboost(rows: FloatArray, outcome: BoolArray, seed: int) -> tuple[Forest, Link]:
    settings = {"loss_function": "Logloss", "depth": DEPTH, "learning_rate": RATE, "iterations": TREES}
    settings |= {"bootstrap_type": "Bernoulli", "subsample": 0.7, "rsm": 0.5, "random_seed": seed}
    settings |= {"thread_count": 1, "allow_writing_files": False, "logging_level": "Silent"}
    model = catboost.CatBoost(settings)
    model.fit(catboost.Pool(rows, outcome.astype(int)))
    given = read_model(model, "catboost")
    return given.forest, given.link


def _sklearn(of: Callable[[int], Any]) -> Fit:
    def fit(rows: FloatArray, outcome: BoolArray, seed: int) -> tuple[Forest, Link]:
        given = read_estimator(of(seed).fit(rows, outcome.astype(int)), "scikit-learn")
        return given.forest, given.link

    return fit


_FITS: dict[str, Fit] = {
    "XGBoost": _xgboost,
    "LightGBM": _lightgbm,
    "CatBoost": _catboost,
    "random forest of 100 trees of depth 5": _sklearn(
        lambda seed: RandomForestClassifier(100, max_depth=5, min_samples_leaf=10, random_state=seed)
    ),
    "logistic regression": _sklearn(
        lambda seed: make_pipeline(SimpleImputer(), StandardScaler(), LogisticRegression(max_iter=1000))
    ),
}
_EQUAL = ("LightGBM", "CatBoost")
"""Boosted trees of one number and depth."""
