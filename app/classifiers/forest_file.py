"""Classifiers of any library in process, as the trees and slopes that were read from them.

The gateway needs no library for them: numbers are asked in single precision and added up in double.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Self

import numpy as np

from app.classifiers.base import ClassifierError
from app.classifiers.column_diff import difference
from app.classifiers.forest import Forest, joined, margins
from app.classifiers.forest_format import read_forest, write_forest
from app.classifiers.link import Link
from app.domain.schema import FloatArray

__all__ = ["ForestClassifier", "ForestCommittee", "write_forest"]


class ForestClassifier:
    """One model of a forest."""

    def __init__(self, forest: Forest, link: Link, made_by: str = "") -> None:
        self.forest = forest
        self.link = link
        self.made_by = made_by
        """The library that it comes from, with its version."""

    @classmethod
    def load(cls, path: Path, columns: Sequence[str]) -> Self:
        """Read a model and check that it takes exactly these columns in this order.

        Raises:
            ClassifierError: the file is not a model, or its columns differ.
        """
        return cls(*_one(path, columns))

    def risk(self, rows: FloatArray) -> FloatArray:
        risk = self.link.risk(_margins(self.forest, rows)[0])
        if not np.isfinite(risk).all():
            raise ClassifierError("the classifier returned something that is not a number")
        return risk


class ForestCommittee:
    """Refits of a classifier of any library, all with one link."""

    def __init__(self, forest: Forest, link: Link) -> None:
        self.forest = forest
        self.link = link
        self.size = len(forest.prior)

    @classmethod
    def load(cls, paths: Sequence[Path], columns: Sequence[str]) -> Self:
        """Read the refits and check that each takes exactly these columns.

        Raises:
            ClassifierError: there is none, one is no model or does not fit the schema, or links differ.
        """
        if not paths:
            raise ClassifierError("the committee has no members")
        forests, links = [], []
        for path in paths:
            forest, link, _ = _one(path, columns)
            forests.append(forest)
            links.append(link)
            if link != links[0]:
                raise ClassifierError(f"{path} has another link than {paths[0].name}")
        return cls(joined(forests), links[0])

    def risk(self, rows: FloatArray) -> FloatArray:
        """Every member's risk, shape (members, n)."""
        return self.link.risk(_margins(self.forest, rows))


def _margins(forest: Forest, rows: FloatArray) -> FloatArray:
    return margins(forest, np.ascontiguousarray(rows, dtype=np.float32))


def _one(path: Path, columns: Sequence[str]) -> tuple[Forest, Link, str]:
    forest, link, own, made_by = read_forest(path)
    if len(forest.prior) != 1:
        raise ClassifierError(f"{path} holds {len(forest.prior)} models, not one")
    if differing := difference(own, columns):
        raise ClassifierError(f"{path} takes {differing}")
    return forest, link, made_by
