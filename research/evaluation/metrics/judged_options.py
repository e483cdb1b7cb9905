"""Several options of one person, each judged by what it claims and by judges that no method has seen.

An option is judged in one of two readings: `RETURNED`, its row as it was given, or `FOLLOWED`, the changes
that it asks for with what follows from them by links and effects. What Turnpoint answers is the same row in
both, but draws of uncertain effects need the second.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

import numpy as np

from app.domain.causes import Draws
from app.domain.levers import Levers
from app.domain.patient import Patient, read_patient
from app.domain.schema import FeatureSchema, FloatArray
from app.engine.robustness import NOISE_DRAWS, draws_for
from research.evaluation.benchmark_setup.feasible_ranges import slope_of
from research.evaluation.benchmark_setup.people import BenchmarkPerson
from research.evaluation.methods.reply import MethodReply
from research.evaluation.metrics.asked_changes import (
    AskedChanges,
    asked_changes,
    contains_another,
    has_needless,
    moved_features,
)
from research.evaluation.metrics.evaluators import Evaluators
from research.evaluation.metrics.followed import all_taken, followed, rounded_row
from research.evaluation.metrics.following import TOLERANCE
from research.evaluation.metrics.structure import changed_columns, effort, moves_permitted

NEW_SEED, NEW_EFFECTS_SEED = 2026, 2027
"""Of noise with adherence, and of the order of quantiles; the shipped draws have 17 and 18."""
_SLACK = 1e-9


class Reading(StrEnum):
    """What of an option is judged."""

    RETURNED = "returned"
    FOLLOWED = "followed"


@dataclass(frozen=True, slots=True)
class JudgedOption:
    """One option that reaches the target.

    `by_rule`: the least of its shares of the shipped committee, noise draws and adherence draws, which its
    author may have seen. `refits`, `noise`, `adherence`: shares of new ones. `needless`: some of its changes
    do without the rest what it claims. `permitted`: within the person's reach, grid aside, of no more changes
    than are allowed, what is whole done whole, linked features where they follow.
    """

    changes: AskedChanges
    effort: float
    permitted: bool
    needless: bool
    by_rule: float
    refits: float
    noise: float
    adherence: float


@dataclass(frozen=True, slots=True)
class JudgedAnswer:
    """The options of a person that reach the target, in the method's order, and how many it gave."""

    person: int
    given: int
    options: tuple[JudgedOption, ...]
    repeated: int = 0
    """How many of them change all that another of them changes."""


@dataclass(frozen=True)
class OptionJudges:
    """The judges of one model version; `roles` is the schema that tells behaviours from the rest."""

    evaluators: Evaluators
    roles: FeatureSchema

    @cached_property
    def shipped_draws(self) -> Draws:
        return draws_for(self.schema)

    @cached_property
    def new_draws(self) -> Draws:
        return draws_for(self.schema, NEW_SEED, NEW_EFFECTS_SEED)

    @property
    def schema(self) -> FeatureSchema:
        return self.evaluators.setup.schema

    @property
    def target(self) -> float:
        return self.evaluators.setup.target

    def answer(
        self, person: BenchmarkPerson, reply: MethodReply, reading: Reading, claims_to_hold: bool
    ) -> JudgedAnswer:
        """Judge all options of a reply; `claims_to_hold` of a method that promises more than a low risk."""
        judged = []
        for place, values in enumerate(reply.rows):
            said = reply.asked[place] if reply.asked else None
            option = _Option(self, person, np.array(values, dtype=np.float64), said, reading)
            if self.reaches(option.row):
                judged.append(option.judged(claims_to_hold))
        asked = [one.changes for one in judged]
        repeated = sum(contains_another(place, asked) for place in range(len(asked)))
        return JudgedAnswer(person.source_id, len(reply.rows), tuple(judged), repeated)

    def reaches(self, row: FloatArray) -> bool:
        return bool(self.evaluators.setup.risk(row[None])[0] <= self.target)

    def held(self, drawn: FloatArray) -> tuple[float, float]:
        """Shares of an option's drawn versions, shape (draws, columns), at or below the target."""
        held = self.evaluators.setup.risk(drawn) <= self.target
        return float(held[:NOISE_DRAWS].mean()), float(held[NOISE_DRAWS:].mean())


class _Option:
    """One option in one reading."""

    def __init__(
        self,
        judges: OptionJudges,
        person: BenchmarkPerson,
        row: FloatArray,
        said: Sequence[str] | None,
        reading: Reading,
    ) -> None:
        self._judges, self._person = judges, person
        self._given = rounded_row(judges.schema, person.row, row)
        self.changes = asked_changes(judges.roles, person.row, self._given, said)
        self._reading = reading
        if reading is Reading.FOLLOWED and said is None:
            self.changes = AskedChanges(self.changes.behaviours)
        self._parts = self._parted()
        self.row = self._row(self._parts)

    def judged(self, claims_to_hold: bool) -> JudgedOption:
        judges = self._judges
        noise, adherence = judges.held(self._drawn(self._parts, judges.new_draws))
        by_rule = self._by_rule(self._parts)
        claimed = float(np.floor(20 * by_rule + 20 * _SLACK) / 20)
        floor = min(claimed, judges.schema.model.min_robustness) if claims_to_hold else 0.0
        return JudgedOption(
            changes=self.changes,
            effort=self._effort(),
            permitted=self._is_permitted(),
            needless=has_needless(frozenset(self._parts), self._will_do(floor)),
            by_rule=by_rule,
            refits=float(judges.evaluators.survives_refits(self.row[None])[0]),
            noise=noise,
            adherence=adherence,
        )

    def _will_do(self, floor: float) -> Callable[[list[frozenset[str]]], bool]:
        def any_does(sets: list[frozenset[str]]) -> bool:
            rows = np.stack([self._row(parts) for parts in sets])
            low = self._judges.evaluators.setup.risk(rows) <= self._judges.target
            reaching = [parts for parts, reached in zip(sets, low, strict=True) if reached]
            return any(floor == 0.0 or self._by_rule(parts) >= floor - _SLACK for parts in reaching)

        return any_does

    def _parted(self) -> list[str]:
        """What can be left out of an option by itself: a change, or where nothing follows a moved feature."""
        if self._reading is Reading.FOLLOWED:
            return sorted(self.changes.all)
        return moved_features(self._judges.schema, self._person.row, self._given)

    def _row(self, parts: Collection[str]) -> FloatArray:
        if self._reading is Reading.FOLLOWED:
            levers = self._levers(parts)
            return levers.rows(all_taken(levers))[0]
        row, schema = self._person.row.copy(), self._judges.schema
        columns = [schema.column_of[name] for name in parts]
        row[columns] = self._given[columns]
        return row

    def _drawn(self, parts: Collection[str], draws: Draws) -> FloatArray:
        if self._reading is Reading.FOLLOWED:
            levers = self._levers(parts)
            return levers.drawn_rows(all_taken(levers), draws)[0]
        row = self._row(parts)
        unfollowed = np.nan_to_num(row - self._person.row) * (1 - draws.adherence)
        return row + draws.noise - unfollowed

    def _by_rule(self, parts: Collection[str]) -> float:
        judges = self._judges
        committee = float(judges.evaluators.survives_committee(self._row(parts)[None])[0])
        return min(committee, *judges.held(self._drawn(parts, judges.shipped_draws)))

    def _levers(self, parts: Collection[str]) -> Levers:
        schema = self._judges.schema
        asked = {name: float(self._given[schema.column_of[name]]) for name in sorted(parts)}
        return followed(schema, self._patient, asked)

    @cached_property
    def _patient(self) -> Patient:
        return read_patient(self._judges.schema, self._person.values)

    def _effort(self) -> float:
        if self._reading is Reading.FOLLOWED:
            levers = self._levers(self._parts)
            return float(levers.effort(all_taken(levers))[0])
        changed = changed_columns(self._person.row, self._given)
        return effort(self._judges.schema, self._person, self._given, changed, self._following())

    def _is_permitted(self) -> bool:
        schema, person, given = self._judges.schema, self._person, self._given
        few = len(self.changes) <= schema.model.max_changes
        asked = np.zeros(len(given), dtype=bool)
        asked[[schema.column_of[name] for name in self.changes.all]] = True
        follows = self._reading is Reading.FOLLOWED or len(self._following()) == len(schema.links)
        return few and follows and moves_permitted(schema, person, given, asked)

    def _following(self) -> set[str]:
        """The linked features of the row as given that are where their links take them, effects aside."""
        schema, start, given = self._judges.schema, self._person.row, self._given
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
