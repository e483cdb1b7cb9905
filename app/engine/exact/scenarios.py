"""What a counterfactual is tried in: the classifier as it is, its refits, noise draws, adherence draws.

Chance-constrained programming calls these scenarios (Calafiore and Campi, 2006). Each is one model of the
forest beside one version of the patient: what that model gets to see at every level of every lever.
"""

from typing import NamedTuple

import numpy as np

from app.classifiers.forest import Float32Array
from app.domain.levers import Levers
from app.domain.schema import FloatArray, IntArray
from app.engine.robustness import RobustnessEvaluator


class Scenarios(NamedTuple):
    """All scenarios of one question, in groups: classifier, refits, noise, adherence.

    Scenario s asks model `model[s]` about version `version[s]`; group g is `group[g]:group[g + 1]`. In
    version v, a column that no lever moves holds `still[v, column]`, one that lever `lever_of[column]`
    moves holds `moved[v, slot_of[column], level]`. A value never turns back as the level rises.
    """

    model: IntArray
    version: IntArray
    group: IntArray
    still: Float32Array
    moved: Float32Array
    lever_of: IntArray
    slot_of: IntArray
    top: IntArray

    @property
    def number(self) -> int:
        """How many there are."""
        return int(self.group[-1])


def classifier_alone(levers: Levers) -> Scenarios:
    """The one scenario in which nothing differs from what was measured and planned."""
    _, _, values = levers.moved
    return _scenarios(levers, levers.factual[None], values[None], np.empty(0, dtype=np.int64), sizes=[1])


def all_scenarios(levers: Levers, evaluator: RobustnessEvaluator) -> Scenarios:
    """The classifier, then every refit, noise draw and adherence draw that the evaluator will try.

    Refits come with those first that are hardest to convince, since they rule out candidates soonest.
    """
    columns, _, values = levers.moved
    start = levers.factual
    # The evaluator does the same to whole candidates: of each change a share is not carried out.
    unfollowed = (values - start[columns, None]) * (1 - evaluator.adherence[:, columns, None])
    unchanged = np.repeat(start[None], len(evaluator.adherence), axis=0)
    still = np.concatenate([start[None], start + evaluator.noise, unchanged])
    moved = np.concatenate([values[None], values + evaluator.noise[:, columns, None], values - unfollowed])
    hardest = np.argsort(-evaluator.committee.risk(start[None])[:, 0], kind="stable")
    sizes = [1, len(hardest), len(evaluator.noise), len(evaluator.adherence)]
    return _scenarios(levers, still, moved, hardest, sizes)


def _scenarios(
    levers: Levers, still: FloatArray, moved: FloatArray, members: IntArray, sizes: list[int]
) -> Scenarios:
    columns, owners, _ = levers.moved
    lever_of, slot_of = np.full((2, len(levers.factual)), -1, dtype=np.int64)
    lever_of[columns], slot_of[columns] = owners, np.arange(len(columns))
    models, versions = np.concatenate([[0], 1 + members]), np.arange(1, len(still))
    return Scenarios(
        model=np.concatenate([models, np.zeros_like(versions)]),
        version=np.concatenate([np.zeros_like(models), versions]),
        group=np.cumsum([0, *sizes]),
        still=np.ascontiguousarray(still, dtype=np.float32),
        moved=np.ascontiguousarray(moved, dtype=np.float32),
        lever_of=lever_of,
        slot_of=slot_of,
        top=np.array([lever.top for lever in levers], dtype=np.int64),
    )
