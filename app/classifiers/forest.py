"""The trees of models as flat arrays, open to exact search and quick to walk."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt
import xgboost
from pydantic_core import from_json

from app.classifiers.base import ClassifierError
from app.classifiers.link import Link
from app.compiled import compiled
from app.domain.schema import BoolArray, FloatArray, IntArray

Int32Array = npt.NDArray[np.int32]
Float32Array = npt.NDArray[np.float32]


class Forest(NamedTuple):
    """Trees of one or several models over the same columns, node by node, and what is linear beside them.

    The margin of model m is `prior[m]` plus a leaf value from each of its trees, whose roots are
    `root[first[m]:first[m + 1]]`, plus `slope[m] @ row`, where a value that is not known adds nothing. At a
    node, a value below `threshold` goes left, one that is not known goes left where `default_left`. A leaf
    has `left == -1` and its value in `value`. `slope` has shape (models, columns), or (models, 0) where
    nothing is linear.
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
    slope: FloatArray


@runtime_checkable
class TreeEnsemble(Protocol):
    """A classifier or committee whose trees can be seen, and how their margin becomes a risk."""

    @property
    def forest(self) -> Forest: ...

    @property
    def link(self) -> Link: ...


def forest_of(boosters: Iterable[xgboost.Booster]) -> Forest:
    """The trees of binary XGBoost models, each of which may be let go once it is read.

    Raises:
        ClassifierError: a model is not made of plain numeric trees for one binary outcome.
    """
    return joined([_forest(booster) for booster in boosters])


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
            slope=_widened(forest.slope, max(forest.slope.shape[1] for forest in forests)),
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


def no_slope(models: int = 1) -> FloatArray:
    """The slopes of models that are trees alone."""
    return np.zeros((models, 0))


def _widened(slope: FloatArray, columns: int) -> FloatArray:
    """Slopes of so many columns, of none or all of them."""
    return slope if slope.shape[1] == columns else np.zeros((len(slope), columns))


@compiled
def margins(forest: Forest, rows: Float32Array) -> FloatArray:
    """The margin of every model for every row: shape (n, columns) to (models, n).

    A tree at a time over all rows: its nodes stay in the processor's cache. Values meet thresholds in single
    precision, as in XGBoost, so that nobody falls on the other side of a split.
    """
    models = len(forest.first) - 1
    result = np.empty((models, len(rows)))
    for model in range(models):
        result[model] = forest.prior[model]
        for tree in range(forest.first[model], forest.first[model + 1]):
            for index in range(len(rows)):
                node = forest.root[tree]
                while forest.left[node] >= 0:
                    value = rows[index, forest.column[node]]
                    left = forest.default_left[node] if np.isnan(value) else value < forest.threshold[node]
                    node = forest.left[node] if left else forest.right[node]
                result[model, index] += forest.value[node]
        for column in range(forest.slope.shape[1]):
            for index in range(len(rows)):
                value = rows[index, column]
                if not np.isnan(value):
                    result[model, index] += forest.slope[model, column] * value
    return result


def _forest(booster: xgboost.Booster) -> Forest:
    learner = from_json(bytes(booster.save_raw("json")))["learner"]
    trees = learner["gradient_booster"]["model"]["trees"]
    if any(any(tree.get("split_type", ())) for tree in trees):
        raise ClassifierError("the model splits on categories; only numeric splits can be read")
    sizes = [len(tree["left_children"]) for tree in trees]
    root = np.cumsum([0, *sizes])
    offset = np.repeat(root[:-1], sizes)
    left, right = (_joint(trees, side, np.int32) for side in ("left_children", "right_children"))
    column = _joint(trees, "split_indices", np.int32)
    check_walkable(left, right, np.repeat(sizes, sizes), offset)
    if ((column < 0) | (column >= booster.num_features()))[left != -1].any():
        raise ClassifierError("a tree splits on a column that the model does not have")
    # XGBoost keeps a leaf's value where a split has its threshold, and numbers nodes within their tree.
    condition = _joint(trees, "split_conditions", np.float32)
    return Forest(
        column=column,
        threshold=condition,
        left=np.where(left >= 0, left + offset, -1).astype(np.int32),
        right=np.where(left >= 0, right + offset, -1).astype(np.int32),
        default_left=_joint(trees, "default_left", np.bool_),
        value=np.where(left >= 0, 0.0, condition.astype(np.float64)),
        root=root[:-1].astype(np.int32),
        first=np.array([0, len(trees)], dtype=np.int32),
        prior=np.array([_prior(learner)]),
        slope=no_slope(),
    )


def check_walkable(left: Int32Array, right: Int32Array, size: IntArray, offset: IntArray) -> None:
    """Each way from a root ends in a leaf of its tree: whoever walks goes on without a look where it leads.

    Children are numbered within their tree, which has `size` nodes from `offset` on, both for each node.

    Raises:
        ClassifierError: a way leads elsewhere, or nowhere.
    """
    splits = left != -1
    inside = all(((side >= 0) & (side < size))[splits].all() for side in (left, right))
    if not inside or not np.array_equal(splits, right != -1):
        raise ClassifierError("a tree's nodes have children that are not there")
    children = np.concatenate([(side + offset)[splits] for side in (left, right)])
    parents = np.bincount(children, minlength=len(left))
    if (parents > 1).any() or parents[offset].any():
        raise ClassifierError("a tree's nodes lead back to others before them")


def _joint(trees: list[dict[str, Any]], name: str, kind: type) -> Any:
    """One array of every tree, end to end."""
    return np.concatenate([np.array(tree[name], dtype=kind) for tree in trees])


def base_score_of(parameters: Mapping[str, str]) -> float:
    """The probability that a model starts from, before any tree, as its `learner_model_param` says."""
    return float(from_json(parameters["base_score"])[0])


def _prior(learner: dict[str, Any]) -> float:
    """The same as log-odds."""
    share = base_score_of(learner["learner_model_param"])
    return float(np.log(share / (1 - share)))
