"""Whether a forest that somebody gave can be walked: compiled loops go where its numbers lead."""

import numpy as np

from app.classifiers.base import ClassifierError
from app.classifiers.forest import Forest, check_walkable

MOST_LEAVES = 1 << 12
"""Of one tree: the search compares leaves with one another. A tree of depth 12 has as many."""


def check_forest(forest: Forest, columns: int) -> None:
    """Every way from every root ends in a leaf, and every number is one.

    Raises:
        ClassifierError: half a sentence that says what is wrong.
    """
    nodes, trees = len(forest.left), len(forest.root)
    by_node = (forest.column, forest.threshold, forest.right, forest.default_left, forest.value)
    if any(len(array) != nodes for array in by_node):
        raise ClassifierError("its arrays are of several lengths")
    if len(forest.first) != len(forest.prior) + 1 or len(forest.slope) != len(forest.prior):
        raise ClassifierError("its arrays are of several lengths")
    if forest.slope.shape[1] not in (0, columns):
        raise ClassifierError("its slopes are of other columns")
    if forest.first[0] != 0 or forest.first[-1] != trees or not _rises(forest.first, least=0):
        raise ClassifierError("its trees do not follow one another")
    if trees and (forest.root[0] != 0 or not _rises(forest.root, least=1) or forest.root[-1] >= nodes):
        raise ClassifierError("its trees do not follow one another")
    if not trees and nodes:
        raise ClassifierError("it has nodes without a tree")
    _check_trees(forest, columns)
    for array in (forest.prior, forest.slope, forest.value):
        if not np.isfinite(array).all():
            raise ClassifierError("a number of it is not finite")
    if np.isnan(forest.threshold[forest.left != -1]).any():
        raise ClassifierError("a threshold of it is not a number")


def _check_trees(forest: Forest, columns: int) -> None:
    ends = np.append(forest.root, len(forest.left)).astype(np.int64)
    sizes = np.diff(ends)
    offset, size = np.repeat(ends[:-1], sizes), np.repeat(sizes, sizes)
    splits = forest.left != -1
    left = np.where(splits, forest.left.astype(np.int64) - offset, -1)
    right = np.where(forest.right != -1, forest.right.astype(np.int64) - offset, -1)
    if len(left):
        check_walkable(left, right, size, offset)
    if ((forest.column < 0) | (forest.column >= columns))[splits].any():
        raise ClassifierError("a tree splits on a column that the model does not have")
    # Leaves before each root, and in all: their differences are the leaves of each tree.
    largest = int(np.diff(np.append(0, np.cumsum(~splits))[ends]).max(initial=0))
    if largest > MOST_LEAVES:
        raise ClassifierError(f"a tree has {largest} leaves, of which {MOST_LEAVES} can be searched")


def _rises(numbers: "np.typing.NDArray[np.int32]", least: int) -> bool:
    return bool((np.diff(numbers.astype(np.int64)) >= least).all())
