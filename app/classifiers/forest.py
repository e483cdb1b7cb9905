"""The trees of XGBoost models as flat arrays, open to exact search and quick to walk."""

import json
from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt
import xgboost

from app.classifiers.base import ClassifierError
from app.compiled import compiled
from app.domain.schema import BoolArray, FloatArray

Int32Array = npt.NDArray[np.int32]
Float32Array = npt.NDArray[np.float32]


class Forest(NamedTuple):
    """Boosted trees of one or several models over the same columns, node by node.

    The margin (log-odds) of model m is `prior[m]` plus a leaf value from each of its trees, whose roots are
    `root[first[m]:first[m + 1]]`. At a node, a value below `threshold` goes left, one that is not known goes
    left where `default_left`. A leaf has `left == -1` and its value in `value`.
    """

    column: Int32Array
    threshold: Float32Array
    left: Int32Array
    right: Int32Array
    default_left: BoolArray
    value: FloatArray
    root: Int32Array
    first: Int32Array
    prior: FloatArray


@runtime_checkable
class TreeEnsemble(Protocol):
    """A classifier or committee whose trees can be seen."""

    @property
    def forest(self) -> Forest: ...


def forest_of(boosters: Sequence[xgboost.Booster]) -> Forest:
    """The trees of binary XGBoost models.

    Raises:
        ClassifierError: a model is not made of plain numeric trees for one binary outcome.
    """
    nodes: dict[str, list[Any]] = {name: [] for name in Forest._fields[:6]}
    roots, first, prior = [], [0], []
    for booster in boosters:
        learner = json.loads(booster.save_raw("json").decode())["learner"]
        prior.append(_prior(learner))
        for tree in learner["gradient_booster"]["model"]["trees"]:
            roots.append(len(nodes["left"]))
            _append(nodes, tree)
        first.append(len(roots))
    return Forest(
        column=np.array(nodes["column"], dtype=np.int32),
        threshold=np.array(nodes["threshold"], dtype=np.float32),
        left=np.array(nodes["left"], dtype=np.int32),
        right=np.array(nodes["right"], dtype=np.int32),
        default_left=np.array(nodes["default_left"], dtype=bool),
        value=np.array(nodes["value"], dtype=np.float32).astype(np.float64),
        root=np.array(roots, dtype=np.int32),
        first=np.array(first, dtype=np.int32),
        prior=np.array(prior),
    )


def joined(forests: Sequence[Forest]) -> Forest:
    """Several forests as one, their models one after another."""
    nodes = np.cumsum([0, *(len(forest.left) for forest in forests)])
    trees = np.cumsum([0, *(len(forest.root) for forest in forests)])
    moved = [
        forest._replace(
            left=np.where(forest.left >= 0, forest.left + node, -1).astype(np.int32),
            right=np.where(forest.right >= 0, forest.right + node, -1).astype(np.int32),
            root=(forest.root + node).astype(np.int32),
            first=(forest.first[1:] + tree).astype(np.int32),
        )
        for forest, node, tree in zip(forests, nodes, trees, strict=False)
    ]
    start = np.zeros(1, dtype=np.int32)
    return Forest(
        *(
            np.concatenate(([start] if name == "first" else []) + [getattr(forest, name) for forest in moved])
            for name in Forest._fields
        )
    )


@compiled
def margins(forest: Forest, rows: Float32Array) -> FloatArray:
    """The margin of every model for every row: shape (n, columns) to (models, n)."""
    models = len(forest.first) - 1
    result = np.empty((models, len(rows)))
    for model in range(models):
        for index in range(len(rows)):
            total = forest.prior[model]
            for tree in range(forest.first[model], forest.first[model + 1]):
                node = forest.root[tree]
                while forest.left[node] >= 0:
                    value = rows[index, forest.column[node]]
                    left = forest.default_left[node] if np.isnan(value) else value < forest.threshold[node]
                    node = forest.left[node] if left else forest.right[node]
                total += forest.value[node]
            result[model, index] = total
    return result


def _prior(learner: dict[str, Any]) -> float:
    if learner["objective"]["name"] != "binary:logistic" or learner["gradient_booster"]["name"] != "gbtree":
        raise ClassifierError("the model is not a boosted-tree classifier of one binary outcome")
    share = float(json.loads(learner["learner_model_param"]["base_score"])[0])
    return float(np.log(share / (1 - share)))


def _append(nodes: dict[str, list[Any]], tree: dict[str, Any]) -> None:
    if any(tree.get("split_type", ())):
        raise ClassifierError("the model splits on categories; only numeric splits can be read")
    offset = len(nodes["left"])
    leaf = [child < 0 for child in tree["left_children"]]
    nodes["column"] += tree["split_indices"]
    nodes["threshold"] += tree["split_conditions"]
    nodes["left"] += [child + offset if child >= 0 else -1 for child in tree["left_children"]]
    nodes["right"] += [child + offset if child >= 0 else -1 for child in tree["right_children"]]
    nodes["default_left"] += [bool(side) for side in tree["default_left"]]
    nodes["value"] += [
        value if ends else 0.0 for value, ends in zip(tree["split_conditions"], leaf, strict=True)
    ]
