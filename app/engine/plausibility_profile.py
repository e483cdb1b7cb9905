"""Does a candidate look like a real person of the target class?

The measures are those of `plausibility` and `density`. Many candidates of one patient are asked about, so
that what does not depend on the candidate is worked out once.
"""

from enum import IntEnum
from functools import cached_property

import numpy as np

from app.domain.counterfactual import TYPICAL_PERCENTILE
from app.domain.levers import Levers
from app.domain.schema import BoolArray, FloatArray, IntArray
from app.engine.copula import Margin
from app.engine.density import JointDensity
from app.engine.plausibility import ReferencePopulation


class PlausibilityLevel(IntEnum):
    """How much a candidate looks like a real person of the target class."""

    ANY = 0
    NEAR = 1  # its nearest real people are as near as theirs usually are
    TYPICAL = 2  # and its values come together as readily as theirs usually do


class PlausibilityProfile:
    """The reference population and its joint density, prepared for one patient's levers."""

    def __init__(self, levers: Levers, population: ReferencePopulation, density: JointDensity) -> None:
        self.levers = levers
        self._population = population
        self._density = density

    def distances(self, levels: IntArray) -> FloatArray:
        """Distance of each candidate to its nearest real people, shape (n,)."""
        return self._population.distances(self.levers.rows(levels))

    def plausibility_levels(self, levels: IntArray, distance: FloatArray) -> IntArray:
        """The highest `PlausibilityLevel` that each candidate, with its distance, comes up to, shape (n,)."""
        near = distance <= self._population.limit
        result = np.full(len(levels), int(PlausibilityLevel.ANY))
        result[near] = PlausibilityLevel.NEAR
        result[near & self._usual_together(levels)] = PlausibilityLevel.TYPICAL
        return result

    def _usual_together(self, levels: IntArray) -> BoolArray:
        start, slots, owners, table = self._scores
        scores = np.repeat(start[None], len(levels), axis=0)
        scores[:, slots] = table[np.arange(len(slots)), levels[:, owners]]
        rows = self.levers.rows(levels) if self._driven else np.empty((0, 0))
        for slot, column in self._driven:
            scores[:, slot] = self._margin_of[column].score(rows[:, column])
        form, _ = self._known_form
        mahalanobis_excess = ((scores @ form) * scores).sum(axis=1)
        return self._density.rank(mahalanobis_excess) <= TYPICAL_PERCENTILE

    @cached_property
    def _known_form(self) -> tuple[FloatArray, IntArray]:
        return self._density.form(self.levers.factual)

    @cached_property
    def _margin_of(self) -> dict[int, Margin]:
        """The distribution of each column that is known, in the order of the form."""
        _, known = self._known_form
        return {int(self._density.columns[index]): self._density.margins[index] for index in known}

    @cached_property
    def _driven(self) -> list[tuple[int, int]]:
        """Place in the form, and column, of what several levers drive."""
        kept = list(self._margin_of)
        columns = self.levers.consequences.column.tolist()
        return [(kept.index(column), column) for column in columns if column in kept]

    @cached_property
    def _scores(self) -> tuple[FloatArray, IntArray, IntArray, FloatArray]:
        """Normal scores as things are; of columns that a lever moves: which, by whom, at each level."""
        margin_of = self._margin_of
        kept = list(margin_of)
        factual = self.levers.factual
        start = [margin_of[column].score(factual[column : column + 1])[0] for column in kept]
        columns, owners, values = self.levers.moved
        moved = [index for index, column in enumerate(columns.tolist()) if column in margin_of]
        slots = [kept.index(int(columns[index])) for index in moved]
        table = [margin_of[int(columns[index])].score(values[index]) for index in moved]
        return (
            np.array(start),
            np.array(slots, dtype=np.int64),
            owners[moved],
            np.array(table).reshape(len(moved), values.shape[1]),
        )
