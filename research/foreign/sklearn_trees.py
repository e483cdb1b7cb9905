"""The trees of scikit-learn's estimators, from the arrays that it keeps them in."""

from typing import Any

import numpy as np

from app.domain.schema import FloatArray
from research.foreign.growing import Tree, just_above

_LEAF = -1


def tree_of(kept: Any, fill: FloatArray | None) -> Tree:
    """A tree of a classifier: its leaves hold the share of the outcome.

    `fill`: what an imputer puts in for unknown values, by column; None where there is none.
    """
    counts = kept.value[:, 0, :]
    return _tree(kept, counts[:, 1] / counts.sum(axis=1), fill)


def boosted_trees(model: Any, fill: FloatArray | None, scale: float) -> list[Tree]:
    """The trees of gradient boosting, their leaves times the learning rate and `scale`."""
    factor = scale * model.learning_rate
    kept = [member.tree_ for member in model.estimators_[:, 0]]
    return [_tree(one, factor * one.value[:, 0, 0], fill) for one in kept]


def histogram_tree(nodes: Any, fill: FloatArray | None) -> Tree:
    """A tree of histogram-based gradient boosting."""
    tree = Tree()
    threshold = just_above(nodes["num_threshold"])
    for node, above in zip(nodes, threshold.tolist(), strict=True):
        if node["is_leaf"]:
            tree.leaf(float(node["value"]))
            continue
        column = int(node["feature_idx"])
        goes_left = _filled(fill, column, above, bool(node["missing_go_to_left"]))
        tree.join(tree.split(column, above, goes_left), int(node["left"]), int(node["right"]))
    return tree


def _tree(kept: Any, value: FloatArray, fill: FloatArray | None) -> Tree:
    tree, threshold = Tree(), just_above(kept.threshold)
    unknown_left = np.asarray(kept.missing_go_to_left, dtype=bool)
    for place in range(kept.node_count):
        if kept.children_left[place] == _LEAF:
            tree.leaf(float(value[place]))
            continue
        column, above = int(kept.feature[place]), float(threshold[place])
        node = tree.split(column, above, _filled(fill, column, above, bool(unknown_left[place])))
        tree.join(node, int(kept.children_left[place]), int(kept.children_right[place]))
    return tree


def _filled(fill: FloatArray | None, column: int, above: float, otherwise: bool) -> bool:
    """Whether an unknown value goes left: where its stand-in goes, or else where the tree sends it."""
    return otherwise if fill is None else bool(np.float32(fill[column]) < above)
