"""Does a candidate look like a real person of the target class? Asked of many candidates of one patient.

The measures are those of `plausibility` and `density`; what does not depend on the candidate is worked out
beforehand, so that one candidate takes some hundredths of a millisecond.
"""

from enum import IntEnum

import numpy as np

from app.domain.counterfactual import TYPICAL_PERCENTILE
from app.domain.levers import Levers
from app.domain.schema import BoolArray, FloatArray, IntArray
from app.engine.density import JointDensity
from app.engine.nearness import distances, nearness_of
from app.engine.plausibility import Crowd


class Standard(IntEnum):
    """How much a candidate looks like a real person of the target class."""

    ANY = 0
    NEAR = 1  # its nearest real people are as near as theirs usually are
    TYPICAL = 2  # and its values come together as readily as theirs usually do


class Likeness:
    """A crowd and its joint density, prepared for one patient's levers."""

    def __init__(self, levers: Levers, crowd: Crowd, density: JointDensity) -> None:
        self._levers = levers
        self._crowd = crowd
        self._density = density
        self._near = nearness_of(levers, crowd)
        self._prepare_scores()

    def distances(self, levels: IntArray) -> FloatArray:
        """Distance of each candidate to its nearest real people, shape (n,)."""
        return distances(self._near, levels)

    def standards(self, levels: IntArray, distance: FloatArray) -> IntArray:
        """The highest `Standard` that each candidate, with its distance, comes up to, shape (n,)."""
        near = distance <= self._crowd.limit
        standard = np.full(len(levels), int(Standard.ANY))
        standard[near] = Standard.NEAR
        standard[near & self._usual_together(levels)] = Standard.TYPICAL
        return standard

    def _usual_together(self, levels: IntArray) -> BoolArray:
        scores = np.repeat(self._scores[None], len(levels), axis=0)
        slots, owners, table = self._moved_scores
        scores[:, slots] = table[np.arange(len(slots)), levels[:, owners]]
        oddities = ((scores @ self._form) * scores).sum(axis=1)
        return self._density.rank(oddities) <= TYPICAL_PERCENTILE

    def _prepare_scores(self) -> None:
        """Normal scores as things are, and at every level of the columns that levers move."""
        self._form, known = self._density.form(self._levers.factual)
        kept = self._density.columns[known]
        margins = [self._density.margins[index] for index in known]
        self._scores = np.array(
            [
                margin.score(self._levers.factual[[column]])[0]
                for margin, column in zip(margins, kept, strict=True)
            ]
        )
        columns, owners, values = self._levers.moved
        slot_of = {int(column): slot for slot, column in enumerate(kept)}
        moved = [index for index, column in enumerate(columns.tolist()) if column in slot_of]
        slots = np.array([slot_of[int(columns[index])] for index in moved], dtype=np.int64)
        table = np.array(
            [margins[slot].score(values[index]) for slot, index in zip(slots, moved, strict=True)]
        )
        self._moved_scores = (slots, owners[moved], table.reshape(len(moved), values.shape[1]))
