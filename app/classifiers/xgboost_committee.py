"""The committee in process: all bootstrap refits scored by one call.

Calling twenty small boosters costs twenty times XGBoost's overhead for a call, several times the scoring
itself. So the refits are joined into one booster with a class for each member: its margin for class k is
the sum of member k's trees.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
import xgboost
from scipy.special import expit, logit

from app.classifiers.base import ClassifierError
from app.classifiers.xgboost_local import load_booster
from app.domain.schema import FloatArray


class XGBoostCommittee:
    """Bootstrap refits of the hosted classifier: the judges of whether a counterfactual holds."""

    def __init__(self, boosters: Sequence[xgboost.Booster]) -> None:
        documents = [json.loads(booster.save_raw("json").decode()) for booster in boosters]
        self.size = len(documents)
        self._prior = logit([_base_score(document) for document in documents])
        self._joined = xgboost.Booster({"nthread": 1})
        self._joined.load_model(bytearray(json.dumps(_joined(documents)).encode()))

    @classmethod
    def load(cls, paths: Sequence[Path], columns: Sequence[str]) -> Self:
        """Read the refits and check that each takes exactly these columns.

        Raises:
            ClassifierError: there is none, a file is not a model, or its columns differ.
        """
        if not paths:
            raise ClassifierError("the committee has no members")
        return cls([load_booster(path, columns) for path in paths])

    def risk(self, rows: FloatArray) -> FloatArray:
        """Every member's risk, shape (members, n)."""
        margin = self._joined.inplace_predict(
            rows.astype(np.float32), predict_type="margin", validate_features=False
        )
        return expit(np.asarray(margin, dtype=np.float64).reshape(len(rows), self.size) + self._prior).T


def _base_score(document: dict[str, Any]) -> float:
    """The prior probability a member starts from; XGBoost writes it as a list of one in text."""
    return float(json.loads(document["learner"]["learner_model_param"]["base_score"])[0])


def _joined(documents: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """One multi-class model whose class k has the trees of document k, starting from a margin of zero."""
    members = [document["learner"]["gradient_booster"]["model"]["trees"] for document in documents]
    rounds = {len(trees) for trees in members}
    if len(rounds) != 1:
        raise ClassifierError("the members of the committee have different numbers of trees")
    size, joined = len(members), documents[0]
    model = joined["learner"]["gradient_booster"]["model"]
    model["trees"] = [tree for turn in zip(*members, strict=True) for tree in turn]
    for number, tree in enumerate(model["trees"]):
        tree["id"] = number
    model["tree_info"] = [number % size for number in range(len(model["trees"]))]
    model["iteration_indptr"] = list(range(0, len(model["trees"]) + 1, size))
    model["gbtree_model_param"]["num_trees"] = str(len(model["trees"]))
    joined["learner"]["learner_model_param"] |= {
        "num_class": str(size),
        "base_score": json.dumps([0.0] * size),
    }
    joined["learner"]["objective"] = {
        "name": "multi:softprob",
        "softmax_multiclass_param": {"num_class": str(size)},
    }
    return joined
