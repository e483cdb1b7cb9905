"""CFNOW: greedy change and fine-tuning by calls of the model alone.

It takes no fixed features and no ranges. So its model sees the patient's own value in every frozen column,
whatever CFNOW writes there, and what it wrote there is undone in the answer.
"""

import random
import sys
from types import ModuleType

import nltk
import numpy as np
import pandas as pd

from app.domain.schema import FloatArray
from bench.peers.answers import Ending, Reply
from bench.peers.people import Person, Scene

SEED = 7

# It asks for a word list over the network when imported, and for a package of plots; tables need neither.
nltk.download = lambda *_, **__: False
sys.modules.setdefault("counterplots", ModuleType("counterplots"))

from cfnow import find_tabular  # noqa: E402


class Cfnow:
    """`find_tabular(...)`, its first answer: that of least distance by its own measure."""

    def __init__(self, scene: Scene, strategy: str, limit_s: float) -> None:
        self._scene, self._strategy, self._limit_s = scene, strategy, limit_s
        numbers = {feature.name for feature in scene.schema.features if feature.is_numeric}
        self._types = {c: "num" if c in numbers else "cat" for c in scene.schema.columns}

    def __call__(self, person: Person) -> Reply:
        random.seed(SEED)
        np.random.seed(SEED)
        free = [self._scene.schema.column_of[name] for name in person.reach]

        def with_frozen(rows: FloatArray) -> FloatArray:
            full = np.repeat(person.row[None, :], len(rows), axis=0)
            full[:, free] = np.asarray(rows, dtype=float)[:, free]
            return full

        found = find_tabular(
            factual=pd.Series(person.row, index=list(self._scene.schema.columns)),
            model_predict_proba=lambda rows: self._scene.both_classes(with_frozen(np.asarray(rows))),
            feat_types=self._types,
            cf_strategy=self._strategy,
            limit_seconds=self._limit_s,
        )
        if len(found.cfs) == 0:
            return Reply(Ending.NONE)
        answer = with_frozen(np.asarray(found.cfs[:1], dtype=float))
        return Reply(Ending.FOUND, tuple(map(tuple, answer.tolist())))
