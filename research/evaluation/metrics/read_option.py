"""An option as one person would carry it out: what it asks for, its row, and its row in every draw.

It is read in one of two ways: `RETURNED`, its row as it was given, or `FOLLOWED`, the changes that it asks
for with what follows from them by links and effects. What Turnpoint answers is the same row in both, but
draws of uncertain effects need the second.
"""

from collections.abc import Collection, Sequence
from enum import StrEnum
from functools import cached_property

import numpy as np

from app.domain.causes import Draws
from app.domain.levers import Levers
from app.domain.patient import Patient, read_patient
from app.domain.schema import FeatureSchema, FloatArray
from research.evaluation.benchmark_setup.feasible_ranges import slope_of
from research.evaluation.benchmark_setup.people import BenchmarkPerson
from research.evaluation.metrics.asked_changes import AskedChanges, asked_changes, moved_features
from research.evaluation.metrics.followed import all_taken, followed, rounded_row
from research.evaluation.metrics.following import TOLERANCE
from research.evaluation.metrics.structure import changed_columns, effort, moves_permitted


class Reading(StrEnum):
    """What of an option is judged."""

    RETURNED = "returned"
    FOLLOWED = "followed"


class ReadOption:
    """One option in one reading.

    `changes`: what it asks for. `parts`: what can be left out of it by itself, a change or, where nothing
    follows, a moved feature. `row`: what the classifier is shown, shape (columns,).
    """

    def __init__(
        self,
        schema: FeatureSchema,
        roles: FeatureSchema,
        person: BenchmarkPerson,
        row: FloatArray,
        said: Sequence[str] | None,
        reading: Reading,
    ) -> None:
        """`roles` is the schema that tells behaviours from the rest; `said` the changes that it names."""
        self._schema, self._person, self._reading = schema, person, reading
        self._given = rounded_row(schema, person.row, row)
        self.changes = asked_changes(roles, person.row, self._given, said)
        if reading is Reading.FOLLOWED and said is None:
            self.changes = AskedChanges(self.changes.behaviours)
        self.parts = self._parted()
        self.row = self.row_of(self.parts)

    def row_of(self, parts: Collection[str]) -> FloatArray:
        """The row of these of its parts alone."""
        if self._reading is Reading.FOLLOWED:
            levers = self._levers(parts)
            return levers.rows(all_taken(levers))[0]
        row, schema = self._person.row.copy(), self._schema
        columns = [schema.column_of[name] for name in parts]
        row[columns] = self._given[columns]
        return row

    def drawn(self, parts: Collection[str], draws: Draws) -> FloatArray:
        """The row of these of its parts in every draw, shape (draws, columns)."""
        if self._reading is Reading.FOLLOWED:
            levers = self._levers(parts)
            return levers.drawn_rows(all_taken(levers), draws)[0]
        row = self.row_of(parts)
        unfollowed = np.nan_to_num(row - self._person.row) * (1 - draws.adherence)
        return row + draws.noise - unfollowed

    @property
    def effort(self) -> float:
        """In the schema's unit; not a number where what is asked for is no action of this person's."""
        if self._reading is Reading.FOLLOWED:
            levers = self._levers(self.parts)
            return float(levers.effort(all_taken(levers))[0])
        changed = changed_columns(self._person.row, self._given)
        return effort(self._schema, self._person, self._given, changed, self._following())

    @property
    def is_permitted(self) -> bool:
        """Whether it is within the person's reach, grid aside, and of no more changes than are allowed.

        What is whole is done whole, and linked features are where they follow.
        """
        schema, person, given = self._schema, self._person, self._given
        few = len(self.changes) <= schema.model.max_changes
        asked = np.zeros(len(given), dtype=bool)
        asked[[schema.column_of[name] for name in self.changes.all]] = True
        follows = self._reading is Reading.FOLLOWED or len(self._following()) == len(schema.links)
        return few and follows and moves_permitted(schema, person, given, asked)

    def _parted(self) -> list[str]:
        if self._reading is Reading.FOLLOWED:
            return sorted(self.changes.all)
        return moved_features(self._schema, self._person.row, self._given)

    def _levers(self, parts: Collection[str]) -> Levers:
        asked = {name: float(self._given[self._schema.column_of[name]]) for name in sorted(parts)}
        return followed(self._schema, self._patient, asked)

    @cached_property
    def _patient(self) -> Patient:
        return read_patient(self._schema, self._person.values)

    def _following(self) -> set[str]:
        """The linked features of the row as given that are where their links take them, effects aside."""
        schema, start, given = self._schema, self._person.row, self._given
        following = set()
        for link in schema.links:
            own, driver = schema.column_of[link.feature], schema.column_of[link.driver]
            if np.isnan(start[[own, driver]]).any():
                following.add(link.feature)
                continue
            expected = start[own] + slope_of(link, self._person.values) * (given[driver] - start[driver])
            slack = schema[link.feature].precision / 2 + TOLERANCE * abs(expected)
            if abs(given[own] - expected) <= slack:
                following.add(link.feature)
        return following
