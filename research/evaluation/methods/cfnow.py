"""CFNOW: greedy or random change and fine-tuning by calls of the model alone.

It takes no fixed features and no ranges. So its model sees the patient's own value in every frozen column,
whatever CFNOW writes there, and what it wrote there is undone in the answer.
"""

import random
import sys
from types import ModuleType

import nltk
import numpy as np
import pandas as pd

from app.domain.feature import Feature
from app.domain.schema import FloatArray
from research.evaluation.benchmark_setup.people import BenchmarkPerson, BenchmarkSetup
from research.evaluation.methods.reply import Ending, MethodReply

SEED = 7

# It asks for a word list over the network when imported, and for a package of plots; tables need neither.
nltk.download = lambda *_, **__: False
sys.modules.setdefault("counterplots", ModuleType("counterplots"))

from cfnow import find_tabular  # noqa: E402


class Cfnow:
    """`find_tabular(...)`, its first answer: that of least distance by its own measure."""

    def __init__(self, setup: BenchmarkSetup, strategy: str, limit_s: float, seed: int = SEED) -> None:
        self._setup, self._strategy, self._limit_s, self._seed = setup, strategy, limit_s, seed
        features = list(enumerate(setup.schema.features))
        self._names = [name for place, feature in features for name in _names(place, feature)]
        numbers = {f"x{place}" for place, feature in features if feature.is_numeric}
        self._types = {name: "num" if name in numbers else "cat" for name in self._names}

    def __call__(self, person: BenchmarkPerson) -> MethodReply:
        random.seed(self._seed)
        np.random.seed(self._seed)
        own, free = self._setup.filled(person.row), self._setup.free_columns(person)

        def with_frozen(rows: FloatArray) -> FloatArray:
            full = np.repeat(own[None, :], len(rows), axis=0)
            full[:, free] = np.asarray(rows, dtype=float)[:, free]
            return full

        result = find_tabular(
            factual=pd.Series(own, index=self._names),
            model_predict_proba=lambda rows: self._setup.both_classes(person, with_frozen(np.asarray(rows))),
            feat_types=self._types,
            cf_strategy=self._strategy,
            limit_seconds=self._limit_s,
            has_ohe=self._setup.setting.categories,
        )
        if len(result.cfs) == 0:
            return MethodReply(Ending.NONE)
        answer = with_frozen(np.asarray(result.cfs[:1], dtype=float))
        return MethodReply(Ending.FOUND, tuple(self._setup.answer(person, row) for row in answer))


def _names(place: int, feature: Feature) -> list[str]:
    """Its columns' names; CFNOW takes those alike up to the first "_" for one category."""
    if not feature.categories:
        return [f"x{place}"]
    return [f"k{place}_{value}" for value in range(len(feature.categories))]
