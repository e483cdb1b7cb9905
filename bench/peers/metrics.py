"""Is a counterfactual right? Each measure of one changed row beside the person's own row.

A column counts as changed when it moved by more than 1e-5 of its value (CARLA's tolerance; Pawelczyk et
al., 2021): DiCE works in float32, treecf in float64, and 27.4 is not quite the same number in both.
All functions take one person's row and one answer's, each of shape (columns,).
"""

from dataclasses import dataclass

import numpy as np

from app.domain.feature import Feature
from app.domain.schema import BoolArray, FeatureSchema, FloatArray
from bench.peers.people import Person
from bench.peers.reach import slope_of

TOLERANCE = 1e-5
TRIVIAL_SD = 0.1
"""An answer none of whose moves is this many standard deviations long is trivial."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What an answer looks like, model and other people aside.

    `fixed_kept`: nothing fixed moved. `in_range`: moved values are in the observed range. `on_grid`: moved
    values are ones that are measured. `relations_kept`: every relation of the schema holds. `links_kept`:
    linked features are where their drivers take them. `actionable`: actionable features moved the right
    way, within their limits and largest changes. `moved`: the features that changed, followers aside.
    `effort`: in the schema's unit, NaN where a fixed feature moved. `distance`: L1 in standard deviations.
    """

    fixed_kept: bool
    in_range: bool
    on_grid: bool
    relations_kept: bool
    links_kept: bool
    actionable: bool
    moved: frozenset[str]
    effort: float
    distance: float
    trivial: bool


def shape_of(schema: FeatureSchema, person: Person, row: FloatArray, sd: FloatArray) -> Shape:
    """Measure one answer; `sd` has shape (columns,): standard deviations among training people."""
    changed = changed_columns(person.row, row)
    following = followers(schema, person, row)
    own = changed & ~np.isin(np.arange(len(row)), [schema.column_of[name] for name in following])
    return Shape(
        fixed_kept=fixed_kept(schema, changed),
        in_range=in_range(schema, row, changed),
        on_grid=on_grid(schema, row, changed),
        relations_kept=relations_kept(schema, row),
        links_kept=len(following) == len(schema.links),
        actionable=actionable(schema, person, row, changed),
        moved=frozenset(f.name for f in schema.features if own[_columns(schema, f)].any()),
        effort=effort(schema, person, row) if fixed_kept(schema, changed) else float("nan"),
        distance=distance(person.row, row, sd, own),
        trivial=not (np.abs(row - person.row)[changed] >= TRIVIAL_SD * sd[changed]).any(),
    )


def changed_columns(factual: FloatArray, row: FloatArray) -> BoolArray:
    """Which columns moved, shape (columns,)."""
    return np.abs(row - factual) > TOLERANCE * np.maximum(1.0, np.abs(factual))


def fixed_kept(schema: FeatureSchema, changed: BoolArray) -> bool:
    """Whether only actionable features and those linked to them moved."""
    may_move = [f.action is not None or f.name in schema.link_of for f in schema.features]
    fixed = [f for f, free in zip(schema.features, may_move, strict=True) if not free]
    return not any(changed[_columns(schema, feature)].any() for feature in fixed)


def in_range(schema: FeatureSchema, row: FloatArray, changed: BoolArray) -> bool:
    """Whether every moved number lies within the range observed among training people."""
    for feature in schema.features:
        if feature.observed is None or not changed[schema.column_of[feature.name]]:
            continue
        value, (low, high) = row[schema.column_of[feature.name]], feature.observed
        if not low - TOLERANCE * abs(low) <= value <= high + TOLERANCE * abs(high):
            return False
    return True


def on_grid(schema: FeatureSchema, row: FloatArray, changed: BoolArray) -> bool:
    """Whether every moved value can be measured: a multiple of the precision; 0 or 1 for yes or no."""
    for feature in schema.features:
        for column in np.flatnonzero(changed[_columns(schema, feature)]):
            value = row[_columns(schema, feature)[column]]
            if not feature.is_numeric and value not in (0.0, 1.0):
                return False
            nearest = round(value / feature.precision) * feature.precision
            if abs(value - nearest) > TOLERANCE * max(1.0, abs(value)):
                return False
    return True


def relations_kept(schema: FeatureSchema, row: FloatArray) -> bool:
    """Whether the sum of coefficient x value is within the bound of every relation of the schema."""
    for relation in schema.relations:
        terms = [factor * row[schema.column_of[name]] for name, factor in relation.terms.items()]
        if sum(terms) > relation.bound + TOLERANCE * max(map(abs, terms)):
            return False
    return True


def followers(schema: FeatureSchema, person: Person, row: FloatArray) -> set[str]:
    """The linked features that are where their driver takes them, to within rounding."""
    found = set()
    for link in schema.links:
        own, driver = schema.column_of[link.feature], schema.column_of[link.driver]
        slope = slope_of(link, person.values)
        expected = person.row[own] + slope * (row[driver] - person.row[driver])
        if abs(row[own] - expected) <= schema[link.feature].precision / 2 + TOLERANCE * abs(expected):
            found.add(link.feature)
    return found


def actionable(schema: FeatureSchema, person: Person, row: FloatArray, changed: BoolArray) -> bool:
    """Whether every moved actionable feature stays within the person's reach."""
    for feature in schema.actionable:
        column = schema.column_of[feature.name]
        if not changed[column]:
            continue
        low, high = person.reach.get(feature.name, (row[column] + 1.0, row[column]))
        slack = TOLERANCE * max(1.0, abs(row[column]))
        if not low - slack <= row[column] <= high + slack:
            return False
    return True


def effort(schema: FeatureSchema, person: Person, row: FloatArray) -> float:
    """The schema's own measure: for each changed feature a fixed part and its steps, which may be fractions.

    Equal to `Levers.effort` on levers. A linked feature that goes further than its driver takes it is
    priced as the driver's move that would take it there.
    """
    moves = {f.name: abs(_move(schema, person, row, f.name)) for f in schema.actionable}
    for link in schema.links:
        if link.feature not in followers(schema, person, row):
            implied = abs(_move(schema, person, row, link.feature) / slope_of(link, person.values))
            moves[link.driver] = max(moves[link.driver], implied)
    total = 0.0
    for feature in schema.actionable:
        assert feature.action is not None
        if moves[feature.name] > TOLERANCE * max(1.0, abs(person.row[schema.column_of[feature.name]])):
            steps = moves[feature.name] / feature.action.step
            total += schema.model.effort_per_change + feature.action.effort * steps
    return total


def distance(factual: FloatArray, row: FloatArray, sd: FloatArray, counted: BoolArray) -> float:
    """Sum of moves in standard deviations (L1/sd) over the counted columns."""
    return float((np.abs(row - factual)[counted] / sd[counted]).sum())


def jaccard_distance(one: frozenset[str], other: frozenset[str]) -> float:
    """One minus the overlap of two sets of changed features: 0 the same, 1 nothing in common."""
    union = one | other
    return 1.0 - len(one & other) / len(union) if union else 0.0


def _move(schema: FeatureSchema, person: Person, row: FloatArray, name: str) -> float:
    return float(row[schema.column_of[name]] - person.row[schema.column_of[name]])


def _columns(schema: FeatureSchema, feature: Feature) -> list[int]:
    return [schema.columns.index(column) for column in feature.columns]
