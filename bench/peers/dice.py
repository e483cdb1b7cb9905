"""DiCE (dice-ml), its random and genetic methods: features to vary and permitted ranges as it takes them."""

import random
import threading

import dice_ml
import numpy as np
import pandas as pd
from raiutils.exceptions import UserConfigValidationException
from tqdm import tqdm

from app.domain.feature import Kind
from app.domain.schema import FeatureSchema, FloatArray
from bench.peers.answers import Ending, Reply
from bench.peers.people import Person, Scene

SEED = 7

tqdm.set_lock(threading.RLock())  # its own is shared among processes, and stays behind when one is killed


class Dice:
    """`Dice(...).generate_counterfactuals`.

    Yes/no columns are given as integers 0 and 1: as categories it answers alike, only slower.
    """

    def __init__(self, scene: Scene, method: str, count: int) -> None:
        self._schema, self._method, self._count = scene.schema, method, count
        frame = _frame(scene.schema, scene.training.rows)
        continuous = list(frame.columns)
        frame["outcome"] = scene.training.outcome.astype(int)
        data = dice_ml.Data(dataframe=frame, continuous_features=continuous, outcome_name="outcome")
        model = dice_ml.Model(model=_Model(scene), backend="sklearn", model_type="classifier")
        self._dice = dice_ml.Dice(data, model, method=method)

    def __call__(self, person: Person) -> Reply:
        random.seed(SEED)  # the genetic method takes no seed; it draws from these two
        np.random.seed(SEED)
        try:
            found = self._dice.generate_counterfactuals(
                _frame(self._schema, person.row[None, :]),
                total_CFs=self._count,
                desired_class="opposite",
                features_to_vary=list(person.reach),
                permitted_range={name: list(reach) for name, reach in person.reach.items()},
                **({"random_seed": SEED} if self._method == "random" else {}),
            )
        except UserConfigValidationException as error:
            return Reply(Ending.NONE, detail=str(error)[:200])
        answers = found.cf_examples_list[0].final_cfs_df_sparse
        if answers is None or len(answers) == 0:
            return Reply(Ending.NONE)
        rows = answers[list(self._schema.columns)].astype(float).to_numpy()
        return Reply(Ending.FOUND, tuple(map(tuple, rows.tolist())))


class _Model:
    """What DiCE asks of a scikit-learn classifier."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene

    def predict_proba(self, frame: pd.DataFrame) -> FloatArray:
        return self._scene.both_classes(frame.astype(float).to_numpy())

    def predict(self, frame: pd.DataFrame) -> "np.typing.NDArray[np.int64]":
        return self.predict_proba(frame).argmax(axis=1)


def _frame(schema: FeatureSchema, rows: FloatArray) -> pd.DataFrame:
    """Rows as a data frame whose whole numbers are integers, from which DiCE reads their precision."""
    frame = pd.DataFrame(rows, columns=list(schema.columns))
    numbers = {feature.name for feature in schema.features if feature.kind is Kind.NUMBER}
    return frame.astype({column: int for column in frame.columns if column not in numbers})
