"""The committee in process: all bootstrap refits scored by one walk over their trees.

Calling many small boosters costs many times XGBoost's overhead for a call, several times the scoring itself.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Self

import numpy as np
import xgboost

from app.classifiers.base import ClassifierError
from app.classifiers.forest import forest_of, margins
from app.classifiers.link import LOGISTIC, Link
from app.classifiers.xgboost_local import load_booster
from app.domain.schema import FloatArray


class XGBoostCommittee:
    """Bootstrap refits of the hosted classifier: the judges of whether a counterfactual holds."""

    def __init__(self, boosters: Iterable[xgboost.Booster], link: Link = LOGISTIC) -> None:
        """`link`: what calibration makes of their margins, the same as of the classifier's."""
        self.forest = forest_of(boosters)
        self.link = link
        self.size = len(self.forest.prior)

    @classmethod
    def load(cls, paths: Sequence[Path], columns: Sequence[str], link: Link = LOGISTIC) -> Self:
        """Read the refits and check that each takes exactly these columns.

        Raises:
            ClassifierError: there is none, or one is no model or does not fit the schema.
        """
        if not paths:
            raise ClassifierError("the committee has no members")
        return cls((load_booster(path, columns) for path in paths), link)

    def risk(self, rows: FloatArray) -> FloatArray:
        """Every member's risk, shape (members, n); as XGBoost gives it, to the precision of its floats."""
        margin = margins(self.forest, np.ascontiguousarray(rows, dtype=np.float32))
        return self.link.risk(margin)
