"""DiCE (dice-ml): features to vary and permitted ranges as it takes them."""

import random
import threading

import dice_ml
import numpy as np
import pandas as pd
from raiutils.exceptions import UserConfigValidationException
from tqdm import tqdm

from app.domain.feature import Kind
from app.domain.schema import FloatArray
from research.evaluation.benchmark_setup.compact import Compact
from research.evaluation.benchmark_setup.people import BenchmarkPerson, BenchmarkSetup
from research.evaluation.methods.reply import Ending, MethodReply

SEED = 7
_OUTCOME = "outcome"  # a feature cannot be called that: a version's people have it as a column

tqdm.set_lock(threading.RLock())  # its own is shared among processes, and stays behind when one is killed


class Dice:
    """`Dice(...).generate_counterfactuals`, by its method `random`, `genetic` or `kdtree`.

    Yes/no columns are integers 0 and 1: as categories it answers alike, only slower. So are categories where
    they are fixed; where they may change they are the categories that they are.
    """

    def __init__(self, setup: BenchmarkSetup, method: str, count: int, seed: int = SEED) -> None:
        self._setup, self._method, self._count, self._seed = setup, method, count, seed
        self._compact = Compact(setup.schema)
        self._model = _Model(setup, self._compact)
        frame = self._frame(setup.training.rows)
        words = self._words()
        frame[_OUTCOME] = setup.training.outcome.astype(int)
        numbers = [name for name in self._compact.names if name not in words]
        data = dice_ml.Data(dataframe=frame, continuous_features=numbers, outcome_name=_OUTCOME)
        model = dice_ml.Model(model=self._model, backend="sklearn", model_type="classifier")
        self._dice = dice_ml.Dice(data, model, method=method)

    def __call__(self, person: BenchmarkPerson) -> MethodReply:
        random.seed(self._seed)  # the genetic method takes no seed; it draws from these two
        np.random.seed(self._seed)
        self._model.person = person
        unknown = {name for name in self._compact.names if person.values[name] is None}
        free = self._compact.free(set(person.ranges), self._setup.setting.categories, unknown)
        try:
            explanation = self._dice.generate_counterfactuals(
                self._frame(self._setup.filled(person.row)[None, :]),
                total_CFs=self._count,
                desired_class="opposite",
                features_to_vary=[self._compact.names[index] for index in free],
                permitted_range={name: list(bounds) for name, bounds in person.ranges.items()},
                **({"random_seed": self._seed} if self._method == "random" else {}),
            )
        except UserConfigValidationException as error:
            return MethodReply(Ending.NONE, detail=str(error)[:200])
        answers = explanation.cf_examples_list[0].final_cfs_df_sparse
        if answers is None or len(answers) == 0:
            return MethodReply(Ending.NONE)
        rows = self._compact.rows(numbers_of(answers[self._compact.names]))
        return MethodReply(Ending.FOUND, tuple(self._setup.answer(person, row) for row in rows))

    def _frame(self, rows: FloatArray) -> pd.DataFrame:
        """A data frame whose whole numbers are integers, from which DiCE reads their precision."""
        frame = pd.DataFrame(self._compact.of(rows), columns=self._compact.names)
        decimals = {f.name for f in self._setup.schema.features if f.kind is Kind.NUMBER}
        frame = frame.astype({name: int for name in frame.columns if name not in decimals})
        return frame.astype(dict.fromkeys(self._words(), str))

    def _words(self) -> list[str]:
        """The categories that may change."""
        free = self._setup.setting.categories
        return [self._compact.names[index] for index in self._compact.categorical] if free else []


class _Model:
    """What DiCE asks of a scikit-learn classifier; it knows which person is being asked about."""

    def __init__(self, setup: BenchmarkSetup, compact: Compact) -> None:
        self._setup, self._compact = setup, compact
        self.person: BenchmarkPerson | None = None

    def predict_proba(self, frame: pd.DataFrame) -> FloatArray:
        rows = self._compact.rows(numbers_of(frame[self._compact.names]))
        return self._setup.both_classes(self.person, rows)

    def predict(self, frame: pd.DataFrame) -> "np.typing.NDArray[np.int64]":
        return self.predict_proba(frame).argmax(axis=1)


def numbers_of(frame: pd.DataFrame) -> FloatArray:
    return np.asarray(frame.astype(float).to_numpy(), dtype=np.float64)
