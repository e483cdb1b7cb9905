"""A patient's levers: every value that each actionable feature may take, and what moves with it.

The levers of a patient are the action set of Ustun, Spangher and Liu ("Actionable recourse in linear
classification", 2019): what a person may do, feature by feature. A lever has levels: level 0 is the factual
value, level k the k-th permitted step. A candidate is one level for each lever. So fixed features cannot
move, steps, directions, limits and links hold, and permitted ranges are kept, by construction; only relations
between levers remain to be checked, and that what several of them drive stays in its ranges.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from app.domain.causes import CausalModel, Draws, Turned, rounding_of
from app.domain.consequences import (
    Consequences,
    no_consequences,
    rounded,
    work_out_all,
    work_out_versions,
)
from app.domain.constraints import Constraints
from app.domain.feature import Action, Feature, Kind
from app.domain.ladder import ladder, moves_open
from app.domain.lever import Lever
from app.domain.links import Link, ProportionalLink, RuleLink
from app.domain.patient import Patient
from app.domain.patient_effects import PatientEffects, effects_over
from app.domain.schema import BoolArray, FeatureSchema, FloatArray, IntArray
from app.domain.tolerances import VALUE_SLACK

_UNBOUNDED = (-math.inf, math.inf)


@dataclass(frozen=True)
class Causes:
    """What follows from a patient's levers, and the ranges that it must stay in."""

    model: CausalModel
    constraints: Constraints

    def ranges(self, features: Sequence[str]) -> FloatArray:
        """Lowest and highest permitted value of each feature, shape (2, features)."""
        schema, factual = self.model.schema, self.model.patient.factual
        starts = [float(factual[schema.column_of[name]]) for name in features]
        bounds = [
            _bounds(schema[name], self.constraints, start)
            for name, start in zip(features, starts, strict=True)
        ]
        return np.array(bounds).reshape(-1, 2).T


@dataclass(frozen=True)
class Levers:
    """All levers of one patient (their action set), and the arithmetic of candidates.

    Candidates are integer arrays of shape (n, levers) holding levels; arithmetic is table look-up, but for
    the columns that several levers drive (`consequences`).
    """

    factual: FloatArray
    items: tuple[Lever, ...]
    relation_terms: FloatArray
    """Shape (relations, columns): coefficients of the relations whose features are all known."""
    relation_bounds: FloatArray
    max_changes: int
    causes: Causes | None = None

    def __len__(self) -> int:
        return len(self.items)

    def __iter__(self) -> Iterator[Lever]:
        return iter(self.items)

    def rows(self, levels: IntArray) -> FloatArray:
        """The candidates as the classifier's input, shape (n, columns)."""
        rows = np.repeat(self.factual[None, :], len(levels), axis=0)
        columns, owners, values = self.moved
        rows[:, columns] = values[np.arange(len(columns)), levels[:, owners]]
        if self.consequences.number:
            rows[:, self.consequences.column] = self._driven(levels)
        return rows

    def drawn_rows(self, levels: IntArray, draws: Draws) -> FloatArray:
        """The candidates as each draw has them, shape (n, draws, columns)."""
        rows = self.rows(levels)
        unfollowed = np.nan_to_num(rows - self.factual)[:, None] * (1 - draws.adherence)
        drawn = rows[:, None] + draws.noise - unfollowed
        if self.consequences.number:
            drawn[:, :, self.consequences.column] = work_out_versions(self.drawn(draws), levels)[:, 1:]
        return drawn

    def at_ends_of_effects(self, levels: IntArray) -> FloatArray:
        """Lowest and highest value of the driven columns of one candidate, effects at either end: (2, D).

        All at one end, and those that raise a value at one end while those that lower it are at the other.
        """
        ends = [work_out_versions(at_end, levels[None])[0] for at_end in self._ends_of_effects]
        either = np.concatenate(ends)
        return np.array([either.min(axis=0), either.max(axis=0)])

    @cached_property
    def _ends_of_effects(self) -> list[Consequences]:
        none, full = np.zeros((2, len(self.factual))), np.ones((2, len(self.factual)))
        ends = (Draws(none, full, np.array([0.0, 1.0]), turned) for turned in (Turned.NONE, Turned.RISES))
        return [self.effects.in_draws(end) for end in ends] if self.effects else []

    def drawn(self, draws: Draws) -> Consequences:
        """What follows as told in version 0, and in each draw after it."""
        if self.effects is None:
            return self.consequences
        kept = self._drawn.get(id(draws))
        if kept is None or kept[0] is not draws:
            kept = self._drawn[id(draws)] = (draws, self.effects.in_draws(draws))
        return kept[1]

    def effort(self, levels: IntArray) -> FloatArray:
        """Effort of each candidate, shape (n,), in the schema's unit of effort."""
        return self.efforts[np.arange(len(self)), levels].sum(axis=1)

    def allowed(self, levels: IntArray) -> BoolArray:
        """Which candidates keep every relation and change no more features than allowed, shape (n,)."""
        allowed = (levels > 0).sum(axis=1) <= self.max_changes
        room, use, weights = self.relations
        driven = self._driven(levels) if self.consequences.number else np.empty((len(levels), 0))
        if len(room):
            used = use[:, np.arange(len(self)), levels].sum(axis=2)
            used += weights @ (driven - self.consequences.start).T
            allowed &= (used <= room[:, None]).all(axis=0)
        low, high = self.driven_range
        within = (low <= driven) & (driven <= high)
        return allowed & (within | (driven == self.consequences.start)).all(axis=1)

    def _driven(self, levels: IntArray) -> FloatArray:
        return work_out_all(self.consequences, np.ascontiguousarray(levels))

    @cached_property
    def effects(self) -> PatientEffects | None:
        """What follows from the levers; None where nothing is known to."""
        effects = effects_over(self.causes.model, self.items) if self.causes and self.items else None
        return effects if effects and effects.driven else None

    @cached_property
    def consequences(self) -> Consequences:
        """The columns that several levers drive, as told."""
        return self.effects.as_told if self.effects else no_consequences(self._depth)

    @cached_property
    def _drawn(self) -> dict[int, tuple[Draws, Consequences]]:
        return {}

    @cached_property
    def driven_range(self) -> FloatArray:
        """Lowest and highest value that each driven column may end at if it moves, shape (2, driven)."""
        if self.effects is None or self.causes is None:
            return np.empty((2, 0))
        slack = np.array([[-VALUE_SLACK], [VALUE_SLACK]])
        return np.ascontiguousarray(self.causes.ranges(self.effects.driven) + slack)

    @cached_property
    def moved(self) -> tuple[IntArray, IntArray, FloatArray]:
        """Each column that one lever alone moves, that lever, its value at each level (columns, levels)."""
        driven = set(self.consequences.column.tolist())
        moved = [
            (column, position, lever.rows[:, place])
            for position, lever in enumerate(self.items)
            for place, column in enumerate(lever.columns.tolist())
            if column not in driven
        ]
        columns, owners = (np.array([entry[part] for entry in moved], dtype=np.int64) for part in (0, 1))
        return columns, owners, self._table([values for _, _, values in moved])

    @cached_property
    def efforts(self) -> FloatArray:
        """Effort of each level of each lever, shape (levers, levels)."""
        return self._table([lever.effort for lever in self.items])

    @cached_property
    def choices(self) -> BoolArray:
        """Which levers are categories: none of their levels is on the way to another; shape (levers,)."""
        return np.array([lever.feature.kind is Kind.CATEGORY for lever in self.items], dtype=bool)

    def go_as_far(self, levels: IntArray, other: IntArray) -> bool:
        """Whether one candidate goes as far as another in every change of that other one."""
        ends_alike = np.where(self.choices, levels == other, levels >= other)
        return bool((ends_alike | (other == 0)).all())

    @cached_property
    def relations(self) -> tuple[FloatArray, FloatArray, FloatArray]:
        """The relations that levers touch: the room each leaves as things are, shape (relations,); how much
        of it each level of each lever uses, shape (relations, levers, levels); and how much each unit of
        change of a driven column, shape (relations, driven).
        """
        columns, owners, values = self.moved
        # Somebody who lies beyond a relation may stay there, and is taken no further.
        room = self.relation_bounds - self.relation_terms @ np.nan_to_num(self.factual)
        room = np.maximum(room, 0) + VALUE_SLACK
        whose = owners == np.arange(len(self))[:, None]  # (levers, moved columns)
        use = (self.relation_terms[:, None, columns] * whose) @ (values - values[:, :1])
        weights = self.relation_terms[:, self.consequences.column]
        touched = (use != 0).any(axis=(1, 2)) | (weights != 0).any(axis=1)
        return room[touched], use[touched], weights[touched]

    @cached_property
    def _depth(self) -> int:
        return 1 + max((lever.top for lever in self.items), default=0)

    def _table(self, rows: Sequence[FloatArray]) -> FloatArray:
        """Rows of unequal length as one array; beyond a lever's top stands what its top has."""
        table = np.empty((len(rows), self._depth))
        for row, values in zip(table, rows, strict=True):
            row[: len(values)] = values
            row[len(values) :] = values[-1]
        return table


def levers_of(schema: FeatureSchema, patient: Patient, constraints: Constraints) -> Levers:
    """The levers open to a patient under a request's constraints; unknown features have none."""
    open_features = (f for f in schema.actionable if constraints.allows_varying(f.name))
    levers = (_lever(schema, patient, feature, constraints) for feature in open_features)
    terms, bounds = _relations(schema, patient)
    return Levers(
        factual=patient.factual,
        items=tuple(lever for lever in levers if lever is not None),
        relation_terms=terms,
        relation_bounds=bounds,
        max_changes=constraints.max_changes,
        causes=Causes(CausalModel(schema, patient), constraints) if schema.effects else None,
    )


def _lever(
    schema: FeatureSchema, patient: Patient, feature: Feature, constraints: Constraints
) -> Lever | None:
    known = patient.values[feature.name]
    action = feature.action and feature.action.for_person(patient.values)
    if action is None or known is None:
        return None
    values, steps, cost = _steps(feature, action, feature.code(known))
    if len(values) < 2:
        return None
    moved, table = moved_with(schema, patient, feature, values)
    permitted = _permitted(schema, moved, table, constraints) & _related(schema, patient, moved, table)
    if permitted.sum() < 2:
        return None
    effort = np.where(cost > 0, schema.model.effort_per_change + cost, 0.0)
    columns, rows = encoded(schema, moved, table[permitted])
    return Lever(feature, columns, rows, values[permitted], effort[permitted], steps[permitted])


def _steps(feature: Feature, action: Action, start: float) -> tuple[FloatArray, IntArray, FloatArray]:
    """The values of each level, its steps, and what they cost beside the effort of changing at all."""
    if feature.kind is Kind.CATEGORY:
        codes, cost = moves_open(feature, action, start)
        return codes, np.arange(len(codes)), cost
    values, steps = ladder(action, start)
    distance = (steps != 0).astype(float) if action.whole else np.abs(values - start) / action.step
    return values, steps, action.effort * distance


def encoded(schema: FeatureSchema, names: Sequence[str], table: FloatArray) -> tuple[IntArray, FloatArray]:
    """Features at values (values, names) as the classifier's columns: which, and what stands there."""
    columns: list[int] = []
    parts: list[FloatArray] = []
    for name, values in zip(names, table.T, strict=True):
        if schema[name].kind is Kind.CATEGORY:
            columns += schema.columns_of(name)
            parts += [(values == code).astype(float) for code in range(len(schema[name].categories))]
        else:
            columns.append(schema.column_of[name])
            parts.append(values)
    return np.array(columns, dtype=np.int64), np.array(parts).T


def moved_with(
    schema: FeatureSchema, patient: Patient, feature: Feature, values: FloatArray
) -> tuple[list[str], FloatArray]:
    """A feature at values, the factual one first, beside what measures the same and moves along by links.

    Values of a category are codes. Returns the features' names, its own first, and their values: shape
    (values, names).
    """
    moved, rows = [feature.name], [values]
    for link in schema.links_by_driver.get(feature.name, ()):
        start = patient.factual[schema.column_of[link.feature]]
        if not np.isnan(start):
            moved.append(link.feature)
            rows.append(_follow(schema, patient, link, values, float(start)))
    return moved, np.array(rows).T


def _follow(
    schema: FeatureSchema,
    patient: Patient,
    link: Link,
    driver: FloatArray,
    start: float,
) -> FloatArray:
    """Values of a linked feature beside its driver's, rounded to the feature's precision."""
    if isinstance(link, RuleLink):
        return link.follow(driver, start, schema[link.driver])
    if isinstance(link, ProportionalLink):
        moved = start * driver / driver[0]
    else:
        moved = start + link.slope_for(patient.values) * (driver - driver[0])
    precision, towards = schema[link.feature].precision, rounding_of(schema, patient, link.feature)
    moved = np.array([rounded(value, precision, towards) for value in moved.tolist()])
    moved[0] = start
    return moved


def _permitted(
    schema: FeatureSchema, names: list[str], table: FloatArray, constraints: Constraints
) -> BoolArray:
    """Which levels keep every moved feature within clinical, observed and requested bounds.

    Level 0, the factual, always does. Who lies beyond what was observed may come nearer to it.
    """
    bounds = [_bounds(schema[name], constraints, start) for name, start in zip(names, table[0], strict=True)]
    low, high = np.array(bounds).T
    kept = ((table >= low - VALUE_SLACK) & (table <= high + VALUE_SLACK)).all(axis=1)
    kept[0] = True
    return kept


def _related(schema: FeatureSchema, patient: Patient, names: list[str], table: FloatArray) -> BoolArray:
    """Which levels keep the relations that nothing but this lever can move; level 0 always does."""
    fixed = {f.name for f in schema.features if f.action is None and f.name not in schema.consequence_order}
    kept = np.ones(len(table), dtype=bool)
    for relation in schema.relations:
        if not set(relation.terms) <= fixed | set(names):
            continue
        columns = [schema.column_of[name] for name in relation.terms]
        room = relation.bound - float(patient.factual[columns] @ np.array([*relation.terms.values()]))
        use = (table - table[0]) @ [relation.terms.get(name, 0.0) for name in names]
        kept &= ~(use > max(room, 0.0) + VALUE_SLACK)  # of an unknown room nothing can be said
    return kept


def _bounds(feature: Feature, constraints: Constraints, start: float) -> tuple[float, float]:
    seen_low, seen_high = feature.observed or _UNBOUNDED
    limits = (
        constraints.bounds(feature.name),
        feature.clinical or _UNBOUNDED,
        (min(seen_low, start), max(seen_high, start)),
    )
    return max(low for low, _ in limits), min(high for _, high in limits)


def _relations(schema: FeatureSchema, patient: Patient) -> tuple[FloatArray, FloatArray]:
    terms, bounds = [], []
    for relation in schema.relations:
        columns = [schema.column_of[name] for name in relation.terms]
        if not np.isnan(patient.factual[columns]).any():
            row = np.zeros(len(schema.columns))
            row[columns] = list(relation.terms.values())
            terms.append(row)
            bounds.append(relation.bound)
    return np.array(terms).reshape(len(terms), len(schema.columns)), np.array(bounds)
