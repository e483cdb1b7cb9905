"""Classifiers of scikit-learn: trees, forests, gradient boosting, logistic regression, calibrated or not."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import sklearn
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import (
    ExtraTreesClassifier,
    GradientBoostingClassifier,
    HistGradientBoostingClassifier,
    RandomForestClassifier,
)
from sklearn.linear_model import LogisticRegression, LogisticRegressionCV
from sklearn.pipeline import make_pipeline
from sklearn.tree import DecisionTreeClassifier

from app.classifiers.forest import Forest, margins
from app.classifiers.link import LOGISTIC, Link, LinkKind
from app.domain.schema import BoolArray, FloatArray
from research.foreign.given import GivenClassifier
from research.foreign.growing import Tree, forest_from
from research.foreign.sklearn_calibration import calibrated_one, link_after
from research.foreign.sklearn_steps import Affine, affine_of, unwrapped
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
    decided_per_margin: float = 1.0
    """What the decision function, or else the probability, grows by with the margin."""


def read_estimator(model: Any, name: str) -> GivenClassifier:
    """A fitted estimator, or a pipeline that ends in one; its risks may be calibrated.

    Raises:
        TrainingError: it is of a kind that is not read, or does not tell 0 and 1 apart.
    """
    steps, last = unwrapped(model)
    calibration = last if isinstance(last, CalibratedClassifierCV) else None
    if calibration is not None:
        _check_outcomes(calibration, name)
        inner, last = unwrapped(calibrated_one(calibration, name))
        steps += inner
    read, kind = _read(steps, last, name), type(last).__name__
    link = read.link
    if calibration is not None:
        kind = f"{kind}, calibrated ({calibration.method})"
        link = link_after(calibration, read.link, read.decided_per_margin, name)
    columns = tuple(str(one) for one in getattr(model, "feature_names_in_", ()))
    return GivenClassifier(
        library="scikit-learn",
        library_version=sklearn.__version__,
        kind=kind,
        column_names=columns,
        forest=read.forest,
        link=link,
        reference=_reference(model, columns),
        refit=_refit(steps, last, name, columns),
        takes_unknown=read.takes_unknown,
    )


def _read(steps: Sequence[Any], last: Any, name: str) -> _Read:
    """A fitted classifier behind fitted steps."""
    affine = affine_of(steps, name)
    _check_outcomes(last, name)
    if isinstance(last, LogisticRegression | LogisticRegressionCV):
        return _linear(last, affine)
    return _trees(last, affine, name)


def _check_outcomes(model: Any, name: str) -> None:
    if not hasattr(model, "classes_"):
        raise TrainingError(f"{name} holds {type(model).__name__}, which is no classifier that was fitted")
    if list(model.classes_) != [0, 1]:  # False and True are equal to them
        raise TrainingError(
            f"{name} tells {len(model.classes_)} outcomes apart that are not 0 and 1: fit it to one outcome, "
            "as 1 for whoever has it and 0 for all others"
        )


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
        return _Read(forest_from(trees, 0.0), link, True, decided_per_margin=link.slope)
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
    whole = forest._replace(prior=np.array([start]))
    return _Read(whole, LOGISTIC, takes_unknown=steps.fill is not None, decided_per_margin=1 / scale)


def _framed(rows: FloatArray, columns: tuple[str, ...]) -> Any:
    return pd.DataFrame(rows, columns=list(columns)) if columns else rows


def _reference(model: Any, columns: tuple[str, ...]) -> Callable[[FloatArray], FloatArray]:
    def risk(rows: FloatArray) -> FloatArray:
        return np.asarray(model.predict_proba(_framed(rows, columns))[:, 1], dtype=np.float64)

    return risk


def _refit(
    steps: Sequence[Any], last: Any, name: str, columns: tuple[str, ...]
) -> Callable[[FloatArray, BoolArray, int], Forest]:
    """Refits share the classifier's calibration: what differs is what they learn, not how it is told."""

    def refit(rows: FloatArray, outcomes: BoolArray, seed: int) -> Forest:
        fresh = clone(last)
        if "random_state" in fresh.get_params():
            fresh.set_params(random_state=seed)
        before = [clone(step) for step in steps]
        whole = make_pipeline(*before, fresh) if before else fresh
        whole.fit(_framed(rows, columns), outcomes.astype(int))
        return _read(before, fresh, name).forest

    return refit
