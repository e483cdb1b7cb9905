"""NICE (NICEx): the nearest real person of the other class, approached feature by feature.

It takes no fixed features. So for each patient it is built anew on training people whose frozen columns
are overwritten by the patient's values: whoever is nearest then differs in free columns only.
"""

import numpy as np
from nice import NICE

from bench.peers.answers import Ending, Reply
from bench.peers.people import Person, Scene


class Nice:
    """`NICE(...).explain`, optimised for `sparsity` or `proximity`."""

    def __init__(self, scene: Scene, optimization: str) -> None:
        self._scene, self._optimization = scene, optimization
        numbers = {scene.schema.column_of[f.name] for f in scene.schema.features if f.is_numeric}
        self._categorical = [i for i in range(len(scene.schema.columns)) if i not in numbers]
        self._outcome = scene.training.outcome.astype(int)

    def __call__(self, person: Person) -> Reply:
        rows = np.repeat(person.row[None, :], len(self._outcome), axis=0)
        free = [self._scene.schema.column_of[name] for name in person.reach]
        rows[:, free] = self._scene.training.rows[:, free]
        nice = NICE(
            predict_fn=self._scene.both_classes,
            X_train=rows,
            cat_feat=self._categorical,
            y_train=self._outcome,
            optimization=self._optimization,
            justified_cf=True,
        )
        if not nice.data.candidates_mask[nice.data.X_train_class == 0].any():
            return Reply(Ending.NONE, detail="no training person of the low class is left")
        answer = nice.explain(person.row[None, :].copy())
        return Reply(Ending.FOUND, (tuple(answer[0].tolist()),))
