"""Classifiers of CatBoost, from its own format, its JSON or a saved estimator."""

import json
import tempfile
from pathlib import Path
from typing import Any

import catboost
import numpy as np

from app.classifiers.forest import Forest
from app.classifiers.link import LOGISTIC
from app.domain.schema import BoolArray, FloatArray
from research.foreign.given import GivenClassifier, Refit
from research.foreign.growing import Tree, forest_from, just_above
from research.training.errors import TrainingError

_LOSSES = ("Logloss", "CrossEntropy")
_GROWN_BY = (
    "learning_rate", "depth", "l2_leaf_reg", "grow_policy", "border_count", "nan_mode", "random_strength",
    "bootstrap_type", "subsample", "bagging_temperature", "leaf_estimation_method",
    "leaf_estimation_iterations", "leaf_estimation_backtracking", "min_data_in_leaf", "max_leaves", "rsm",
    "boosting_type", "score_function", "feature_border_type", "class_weights", "auto_class_weights",
    "monotone_constraints", "boost_from_average", "model_shrink_rate", "model_shrink_mode", "loss_function",
)  # fmt: skip
"""Settings that a refit shares with what was given."""


def read_model(model: catboost.CatBoost, name: str) -> GivenClassifier:
    """A fitted model, up to its best round where CatBoost cut it there.

    Raises:
        TrainingError: it does not end in the probability of one outcome, or takes other columns than numbers.
    """
    _check_columns(model, name)
    document = _document(model)
    settings = model.get_all_params()
    loss = str(settings.get("loss_function", "unknown to its file"))
    scale, bias = document["scale_and_bias"]
    if loss.partition(":")[0] not in _LOSSES or len(bias) != 1:
        raise TrainingError(
            f"{name} has the loss {loss}, which does not end in the probability of one outcome: "
            "fit it with Logloss"
        )
    names = tuple(model.feature_names_)
    return GivenClassifier(
        library="catboost",
        library_version=catboost.__version__,
        kind=loss,
        column_names=() if names == tuple(str(place) for place in range(len(names))) else names,
        forest=_forest(document, float(scale), float(bias[0])),
        link=LOGISTIC,
        reference=lambda rows: _risk(model, rows),
        refit=_refit(name, names, settings, model.tree_count_),
    )


def _check_columns(model: catboost.CatBoost, name: str) -> None:
    of_other_kinds = {
        "categories": model.get_cat_feature_indices(),
        "texts": model.get_text_feature_indices(),
        "embeddings": model.get_embedding_feature_indices(),
    }
    for kind, places in of_other_kinds.items():
        if places:
            column = model.feature_names_[places[0]]
            raise TrainingError(
                f"{name} takes {kind}, such as '{column}', from which CatBoost makes numbers of its own: "
                "give it one column for each category instead"
            )


def _document(model: catboost.CatBoost) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.json"
        model.save_model(str(path), format="json")
        document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return document


def _risk(model: catboost.CatBoost, rows: FloatArray) -> FloatArray:
    predicted = model.predict(rows.astype(np.float32), prediction_type="Probability", thread_count=1)
    return np.asarray(predicted, dtype=np.float64)[:, 1]


def _forest(document: dict[str, Any], scale: float, bias: float) -> Forest:
    features = document["features_info"]["float_features"]
    columns = {feature["feature_index"]: int(feature["flat_feature_index"]) for feature in features}
    unknown_is_high = {
        feature["feature_index"]: feature["nan_value_treatment"] == "AsTrue" for feature in features
    }

    def split(tree: Tree, of: dict[str, Any]) -> int:
        """A node; what is above its border goes right."""
        index = of["float_feature_index"]
        border = np.float32(of["border"])
        return tree.split(columns[index], float(just_above(float(border))), not unknown_is_high[index])

    if "oblivious_trees" in document:
        trees = [_oblivious(tree, split, scale) for tree in document["oblivious_trees"]]
    else:
        trees = [_branching(tree, split, scale) for tree in document["trees"]]
    return forest_from(trees, prior=bias)


def _oblivious(document: dict[str, Any], split: Any, scale: float) -> Tree:
    """A tree that asks the same of everybody at each depth: the answers are the bits of the leaf's number."""
    tree, splits, values = Tree(), document.get("splits") or [], document["leaf_values"]
    waiting = [(_oblivious_node(tree, splits, values, split, scale, 0, 0), 0, 0)]
    while waiting:
        place, depth, bits = waiting.pop()
        if depth == len(splits):
            continue
        children = []
        for answer in (0, 1):
            own = bits | answer << depth
            child = _oblivious_node(tree, splits, values, split, scale, depth + 1, own)
            children.append(child)
            waiting.append((child, depth + 1, own))
        tree.join(place, *children)
    return tree


def _oblivious_node(
    tree: Tree,
    splits: list[dict[str, Any]],
    values: list[float],
    split: Any,
    scale: float,
    depth: int,
    bits: int,
) -> int:
    if depth == len(splits):
        return tree.leaf(scale * float(values[bits]))
    return int(split(tree, splits[depth]))


def _branching(document: dict[str, Any], split: Any, scale: float) -> Tree:
    """A tree with questions of its own on either side."""
    tree = Tree()

    def write(node: dict[str, Any]) -> int:
        return tree.leaf(scale * float(node["value"])) if "split" not in node else split(tree, node["split"])

    waiting = [(write(document), document)]
    while waiting:
        place, node = waiting.pop()
        if "split" not in node:
            continue
        left, right = write(node["left"]), write(node["right"])
        tree.join(place, left, right)
        waiting += [(left, node["left"]), (right, node["right"])]
    return tree


def _refit(name: str, columns: tuple[str, ...], settings: dict[str, Any], rounds: int) -> Refit | None:
    kept = {key: settings[key] for key in _GROWN_BY if key in settings}
    if "learning_rate" not in kept:
        return None

    def refit(rows: FloatArray, outcomes: BoolArray, seed: int) -> Forest:
        fitted = catboost.CatBoost(
            {
                **kept,
                "iterations": rounds,
                "random_seed": seed,
                "thread_count": 1,
                "allow_writing_files": False,
                "logging_level": "Silent",
            }
        )
        fitted.fit(catboost.Pool(rows, outcomes.astype(int), feature_names=list(columns)))
        return read_model(fitted, name).forest

    return refit
