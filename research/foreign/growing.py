"""Trees written node by node, and thresholds in single precision."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from app.classifiers.forest import Float32Array, Forest, no_slope
from app.domain.schema import FloatArray


def just_above(threshold: npt.ArrayLike) -> Float32Array:
    """The lowest single-precision numbers above these: what is at or below one is below the other.

    Holds of every single-precision value, which is what the gateway asks trees about: none falls on the
    other side of a split that reads `value <= threshold`.
    """
    wanted = np.asarray(threshold, dtype=np.float64)
    with np.errstate(over="ignore"):
        near = wanted.astype(np.float32)
        above = np.nextafter(near, np.float32(np.inf))
    return np.where(near > wanted, near, above).astype(np.float32)


class Tree:
    """The nodes of one tree; children are written after their parent."""

    def __init__(self) -> None:
        self.column: list[int] = []
        self.threshold: list[float] = []
        self.left: list[int] = []
        self.right: list[int] = []
        self.default_left: list[bool] = []
        self.value: list[float] = []

    def leaf(self, value: float) -> int:
        """Write a leaf; return its number."""
        return self._node(0, 0.0, False, value)

    def split(self, column: int, threshold: float, default_left: bool) -> int:
        """Write a node that sends what is below a threshold left; return its number."""
        return self._node(column, threshold, default_left, 0.0)

    def join(self, parent: int, left: int, right: int) -> None:
        """Say where a split leads."""
        self.left[parent], self.right[parent] = left, right

    def _node(self, column: int, threshold: float, default_left: bool, value: float) -> int:
        self.column.append(column)
        self.threshold.append(threshold)
        self.left.append(-1)
        self.right.append(-1)
        self.default_left.append(default_left)
        self.value.append(value)
        return len(self.left) - 1


def forest_from(trees: Sequence[Tree], prior: float, slope: FloatArray | None = None) -> Forest:
    """One model of these trees; `slope` has one number for each column, if anything is linear."""
    sizes = [len(tree.left) for tree in trees]
    root = np.cumsum([0, *sizes])[:-1]
    offset = np.repeat(root, sizes)

    def flat(name: str, kind: type) -> Any:
        return np.array([one for tree in trees for one in getattr(tree, name)], dtype=kind)

    left, right = flat("left", np.int64), flat("right", np.int64)
    return Forest(
        column=flat("column", np.int32),
        threshold=flat("threshold", np.float32),
        left=np.where(left >= 0, left + offset, -1).astype(np.int32),
        right=np.where(left >= 0, right + offset, -1).astype(np.int32),
        default_left=flat("default_left", np.bool_),
        value=flat("value", np.float64),
        root=root.astype(np.int32),
        first=np.array([0, len(trees)], dtype=np.int32),
        prior=np.array([prior], dtype=np.float64),
        slope=no_slope() if slope is None else np.array([slope], dtype=np.float64),
    )
