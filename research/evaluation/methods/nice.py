"""NICE (NICEx): the nearest real person of the other class, approached feature by feature.

It takes no fixed features. So for each patient it is built anew on training people whose frozen columns
are overwritten by the patient's values: whoever is nearest then differs in free columns only.
"""

import numpy as np
from nice import NICE

from research.evaluation.methods.reply import Ending, Reply
from research.evaluation.scene.compact import Compact
from research.evaluation.scene.people import Person, Scene


class Nice:
    """`NICE(...).explain`, optimised for `sparsity` or `proximity`; `none` is the nearest person as is."""

    def __init__(self, scene: Scene, optimization: str) -> None:
        self._scene, self._optimization = scene, optimization
        self._compact = Compact(scene.schema)
        yes_no = [i for i, f in enumerate(scene.schema.features) if not f.is_numeric]
        self._categorical = sorted({*yes_no, *self._compact.categorical})
        self._training = self._compact.of(scene.training.rows)
        self._outcome = scene.training.outcome.astype(int)

    def __call__(self, person: Person) -> Reply:
        own = self._compact.of(self._scene.filled(person.row)[None, :])
        unknown = {name for name in self._compact.names if person.values[name] is None}
        free = self._compact.free(set(person.reach), self._scene.rules.categories, unknown)
        rows = np.repeat(own, len(self._outcome), axis=0)
        rows[:, free] = self._training[:, free]
        nice = NICE(
            predict_fn=lambda asked: self._scene.both_classes(person, self._compact.rows(np.asarray(asked))),
            X_train=rows,
            cat_feat=self._categorical,
            y_train=self._outcome,
            optimization=self._optimization,
            justified_cf=True,
        )
        if not nice.data.candidates_mask[nice.data.X_train_class == 0].any():
            return Reply(Ending.NONE, detail="no training person of the low class is left")
        answer = self._compact.rows(np.asarray(nice.explain(own.copy()), dtype=np.float64))
        return Reply(Ending.FOUND, (self._scene.answer(person, answer[0]),))
