"""What a counterfactual is tried in: the classifier as it is, its refits, noise draws, adherence draws.

Chance-constrained programming calls these scenarios (Calafiore and Campi, 2006). Each is one model of the
forest beside one version of the patient: what that model gets to see at every level of every lever.
"""

from typing import NamedTuple

import numpy as np

from app.classifiers.forest import Float32Array
from app.classifiers.link import Links
from app.domain.consequences import Consequences
from app.domain.levers import Levers
from app.domain.schema import BoolArray, FloatArray, IntArray
from app.engine.robustness import NOISE_DRAWS, Goal, RobustnessEvaluator


class Scenarios(NamedTuple):
    """All scenarios of one question, in groups: classifier, refits, noise, adherence.

    Scenario s asks model `model[s]` about version `version[s]`; group g is `group[g]:group[g + 1]`. In
    version v, a column that no lever moves holds `still[v, column]`, one that lever `lever_of[column]`
    alone moves holds `moved[v, slot_of[column], level]`. Only where `turns[slot]` may a value turn back as
    the level rises: each level of a category ends at another value. Column `driven_of[column]` of the
    consequences is what several levers drive.
    """

    model: IntArray
    version: IntArray
    group: IntArray
    still: Float32Array
    moved: Float32Array
    lever_of: IntArray
    slot_of: IntArray
    turns: BoolArray
    top: IntArray
    driven_of: IntArray
    consequences: Consequences

    @property
    def number(self) -> int:
        """How many there are."""
        return int(self.group[-1])


def classifier_alone(levers: Levers) -> Scenarios:
    """The one scenario in which nothing differs from what was measured and planned."""
    _, _, values = levers.moved
    no_members = np.empty(0, dtype=np.int64)
    return _scenarios(levers, levers.factual[None], values[None], no_members, [1], levers.consequences)


def all_scenarios(levers: Levers, evaluator: RobustnessEvaluator) -> Scenarios:
    """The classifier, then every refit, noise draw and adherence draw that the evaluator will try.

    Refits come with those first that are hardest to convince, since they rule out candidates soonest.
    """
    columns, _, values = levers.moved
    start, draws = levers.factual, evaluator.draws
    # The evaluator does the same to whole candidates: of each change a share is not carried out.
    unfollowed = (values - start[columns, None]) * (1 - draws.adherence[:, columns, None])
    drawn = values + draws.noise[:, columns, None] - unfollowed
    still = np.concatenate([start[None], start + draws.noise])
    moved = np.concatenate([values[None], drawn])
    hardest = np.argsort(-evaluator.committee.risk(start[None])[:, 0], kind="stable")
    sizes = [1, len(hardest), NOISE_DRAWS, len(draws) - NOISE_DRAWS]
    return _scenarios(levers, still, moved, hardest, sizes, levers.drawn(draws))


def goals_in(scenarios: Scenarios, links: Links, target: float, refits: Goal, draws: Goal) -> FloatArray:
    """The margin to end at or below in each scenario, from risks: the classifier's, refits' and draws'."""
    members = np.atleast_1d(np.asarray(refits, dtype=float))
    versions = np.atleast_1d(np.asarray(draws, dtype=float))
    risk = np.where(
        scenarios.model > 0,
        members[np.minimum(np.maximum(scenarios.model - 1, 0), len(members) - 1)],
        np.where(
            scenarios.version > 0,
            versions[np.minimum(np.maximum(scenarios.version - 1, 0), len(versions) - 1)],
            target,
        ),
    )
    return np.where(
        scenarios.model > 0,
        links.refits.highest_margin_below(risk),
        links.classifier.highest_margin_below(risk),
    )


def _scenarios(
    levers: Levers,
    still: FloatArray,
    moved: FloatArray,
    members: IntArray,
    sizes: list[int],
    consequences: Consequences,
) -> Scenarios:
    columns, owners, values = levers.moved
    lever_of, slot_of, driven_of = np.full((3, len(levers.factual)), -1, dtype=np.int64)
    lever_of[columns], slot_of[columns] = owners, np.arange(len(columns))
    driven_of[consequences.column] = np.arange(consequences.number)
    models, versions = np.concatenate([[0], 1 + members]), np.arange(1, len(still))
    return Scenarios(
        model=np.concatenate([models, np.zeros_like(versions)]),
        version=np.concatenate([np.zeros_like(models), versions]),
        group=np.cumsum([0, *sizes]),
        still=np.ascontiguousarray(still, dtype=np.float32),
        moved=np.ascontiguousarray(moved, dtype=np.float32),
        lever_of=lever_of,
        slot_of=slot_of,
        turns=_turns(values),
        top=np.array([lever.top for lever in levers], dtype=np.int64),
        driven_of=driven_of,
        consequences=consequences,
    )


def _turns(values: FloatArray) -> BoolArray:
    """Which columns, whose values as planned are of shape (columns, levels), rise here and fall there.

    Draws do not turn what does not turn as planned: of a change they carry out one share, at every level.
    """
    steps = np.diff(values, axis=1)
    return np.asarray((steps > 0).any(axis=1) & (steps < 0).any(axis=1), dtype=bool)
