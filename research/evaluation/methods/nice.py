"""NICE (NICEx): the nearest real person of the other class, approached feature by feature.

It takes no fixed features. So for each patient it is built anew on training people whose frozen columns
are overwritten by the patient's values: whoever is nearest then differs in free columns only.
"""

import numpy as np
from nice import NICE

from research.evaluation.benchmark_setup.compact import Compact
from research.evaluation.benchmark_setup.people import BenchmarkPerson, BenchmarkSetup
from research.evaluation.methods.reply import Ending, MethodReply


class Nice:
    """`NICE(...).explain`, optimised for `sparsity` or `proximity`; `none` is the nearest person as is."""

    def __init__(self, setup: BenchmarkSetup, optimization: str) -> None:
        self._setup, self._optimization = setup, optimization
        self._compact = Compact(setup.schema)
        yes_no = [i for i, f in enumerate(setup.schema.features) if not f.is_numeric]
        self._categorical = sorted({*yes_no, *self._compact.categorical})
        self._training = self._compact.of(setup.training.rows)
        self._outcome = setup.training.outcome.astype(int)

    def __call__(self, person: BenchmarkPerson) -> MethodReply:
        own = self._compact.of(self._setup.filled(person.row)[None, :])
        unknown = {name for name in self._compact.names if person.values[name] is None}
        free = self._compact.free(set(person.ranges), self._setup.setting.categories, unknown)
        rows = np.repeat(own, len(self._outcome), axis=0)
        rows[:, free] = self._training[:, free]
        nice = NICE(
            predict_fn=lambda asked: self._setup.both_classes(person, self._compact.rows(np.asarray(asked))),
            X_train=rows,
            cat_feat=self._categorical,
            y_train=self._outcome,
            optimization=self._optimization,
            justified_cf=True,
        )
        if not nice.data.candidates_mask[nice.data.X_train_class == 0].any():
            return MethodReply(Ending.NONE, detail="no training person of the low class is left")
        answer = self._compact.rows(np.asarray(nice.explain(own.copy()), dtype=np.float64))
        return MethodReply(Ending.FOUND, (self._setup.answer(person, answer[0]),))
