"""Classifiers of scikit-learn: trees, forests, gradient boosting, logistic regression."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import sklearn
from sklearn.base import clone
from sklearn.ensemble import (
    ExtraTreesClassifier,
    GradientBoostingClassifier,
    HistGradientBoostingClassifier,
    RandomForestClassifier,
)
from sklearn.linear_model import LogisticRegression, LogisticRegressionCV
from sklearn.pipeline import Pipeline
from sklearn.tree import DecisionTreeClassifier

from app.classifiers.forest import Forest, margins
from app.classifiers.link import LOGISTIC, Link, LinkKind
from app.domain.schema import BoolArray, FloatArray
from research.foreign.given import GivenClassifier
from research.foreign.growing import Tree, forest_from
from research.foreign.sklearn_steps import Affine, affine_of
from research.foreign.sklearn_trees import boosted_trees, histogram_tree, tree_of
from research.training.errors import TrainingError

_FORESTS = (RandomForestClassifier, ExtraTreesClassifier)
_READ = "RandomForest-, ExtraTrees-, DecisionTree-, GradientBoosting- and HistGradientBoostingClassifier"


@dataclass(frozen=True, slots=True)
class _Read:
    """What an estimator came to."""

    forest: Forest
    link: Link
    takes_unknown: bool


def read_estimator(model: Any, name: str) -> GivenClassifier:
    """A fitted estimator, or a pipeline that ends in one.

    Raises:
        TrainingError: it is of a kind that is not read, or does not tell 0 and 1 apart.
    """
    read = _read(model, name)
    columns = tuple(str(one) for one in getattr(model, "feature_names_in_", ()))
    return GivenClassifier(
        library="scikit-learn",
        library_version=sklearn.__version__,
        kind=type(_last(model)).__name__,
        column_names=columns,
        forest=read.forest,
        link=read.link,
        reference=_reference(model, columns),
        refit=_refit(model, name, columns),
        takes_unknown=read.takes_unknown,
    )


def _read(model: Any, name: str) -> _Read:
    steps = affine_of([step for _, step in model.steps[:-1]] if isinstance(model, Pipeline) else [], name)
    last = _last(model)
    if not hasattr(last, "classes_"):
        raise TrainingError(f"{name} holds {type(last).__name__}, which is no classifier that was fitted")
    if list(last.classes_) != [0, 1]:  # False and True are equal to them
        raise TrainingError(f"{name} tells {len(last.classes_)} outcomes apart that are not 0 and 1")
    if isinstance(last, LogisticRegression | LogisticRegressionCV):
        return _linear(last, steps)
    return _trees(last, steps, name)


def _last(model: Any) -> Any:
    return model.steps[-1][1] if isinstance(model, Pipeline) else model


def _linear(model: LogisticRegression, steps: Affine) -> _Read:
    """The log-odds are linear; what an imputer puts in for an unknown value is a split of its own."""
    weights = np.asarray(model.coef_[0], dtype=np.float64)
    prior = float(model.intercept_[0])
    slope = weights if steps.scale is None else weights * steps.scale
    if steps.shift is not None:
        prior += float(weights @ steps.shift)
    trees = [] if steps.fill is None else _filling(slope, steps.fill)
    return _Read(forest_from(trees, prior, slope), LOGISTIC, takes_unknown=steps.fill is not None)


def _filling(slope: FloatArray, fill: FloatArray) -> list[Tree]:
    trees = []
    for column, value in enumerate(slope * fill):
        tree = Tree()
        root = tree.split(column, -np.inf, default_left=True)  # nothing that is known is below
        tree.join(root, tree.leaf(float(value)), tree.leaf(0.0))
        trees.append(tree)
    return trees


def _trees(model: Any, steps: Affine, name: str) -> _Read:
    if not steps.keeps_values:
        raise TrainingError(
            f"{name} scales its columns before it asks trees, which moves their thresholds: "
            "fit the trees without (they do not need it)"
        )
    if isinstance(model, _FORESTS):
        trees = [tree_of(member.tree_, steps.fill) for member in model.estimators_]
        # Shares add up first and are divided then, as scikit-learn does: ties stay ties.
        link = Link(LinkKind.IDENTITY, slope=1 / len(trees)) if len(trees) > 1 else Link(LinkKind.IDENTITY)
        return _Read(forest_from(trees, 0.0), link, takes_unknown=True)
    if isinstance(model, DecisionTreeClassifier):
        tree = tree_of(model.tree_, steps.fill)
        return _Read(forest_from([tree], 0.0), Link(LinkKind.IDENTITY), takes_unknown=True)
    if isinstance(model, GradientBoostingClassifier):
        return _boosted(model, steps)
    if isinstance(model, HistGradientBoostingClassifier):
        if model.is_categorical_ is not None and model.is_categorical_.any():
            raise TrainingError(f"{name} takes columns of categories, not only of numbers")
        trees = [histogram_tree(round_[0].nodes, steps.fill) for round_ in model._predictors]
        prior = float(np.ravel(model._baseline_prediction)[0])
        return _Read(forest_from(trees, prior), LOGISTIC, takes_unknown=True)
    raise TrainingError(
        f"{name} holds {type(model).__name__}; of scikit-learn, {_READ} and LogisticRegression can be read"
    )


def _boosted(model: GradientBoostingClassifier, steps: Affine) -> _Read:
    # Half of the log-odds is what the exponential loss fits.
    scale = 2.0 if model.loss == "exponential" else 1.0
    trees = boosted_trees(model, steps.fill, scale)
    forest = forest_from(trees, 0.0)
    someone = np.zeros((1, model.n_features_in_))
    named = _framed(someone, tuple(getattr(model, "feature_names_in_", ())))
    start = scale * float(model.decision_function(named)[0])
    start -= float(margins(forest, someone.astype(np.float32))[0, 0])
    return _Read(forest._replace(prior=np.array([start])), LOGISTIC, takes_unknown=steps.fill is not None)


def _framed(rows: FloatArray, columns: tuple[str, ...]) -> Any:
    return pd.DataFrame(rows, columns=list(columns)) if columns else rows


def _reference(model: Any, columns: tuple[str, ...]) -> Callable[[FloatArray], FloatArray]:
    def risk(rows: FloatArray) -> FloatArray:
        return np.asarray(model.predict_proba(_framed(rows, columns))[:, 1], dtype=np.float64)

    return risk


def _refit(model: Any, name: str, columns: tuple[str, ...]) -> Callable[[FloatArray, BoolArray, int], Forest]:
    def refit(rows: FloatArray, outcomes: BoolArray, seed: int) -> Forest:
        fresh = clone(model)
        if "random_state" in _last(fresh).get_params():
            _last(fresh).set_params(random_state=seed)
        fresh.fit(_framed(rows, columns), outcomes.astype(int))
        return _read(fresh, name).forest

    return refit
