"""Is a counterfactual right? Each measure of one changed row beside the person's own row.

A column counts as changed when it moved by more than 1e-5 of its value (CARLA's tolerance; Pawelczyk et
al., 2021): DiCE works in float32, treecf in float64, and 27.4 is not quite the same number in both.
All functions take one person's row and one answer's, each of shape (columns,).
"""

from dataclasses import dataclass

import numpy as np

from app.domain.feature import Feature, Kind, Role
from app.domain.patient_effects import is_whole
from app.domain.schema import BoolArray, FeatureSchema, FloatArray
from research.evaluation.benchmark_setup.feasible_ranges import slope_of
from research.evaluation.benchmark_setup.people import BenchmarkPerson
from research.evaluation.benchmark_setup.setting import BenchmarkSetting, SettingKind
from research.evaluation.metrics.following import TOLERANCE, followers
from research.evaluation.metrics.scales import Scales
from research.unconstrained.schema import CATEGORY_EFFORT

TRIVIAL_SD = 0.1
"""An answer none of whose moves is this many standard deviations long is trivial."""


@dataclass(frozen=True, slots=True)
class Structure:
    """What an answer looks like, model and other people aside.

    `fixed_kept`: nothing fixed moved, nor a consequence but as effects say. `in_range`: moved values are in
    the observed range. `on_grid`: moved values are ones that are measured, a category one of its own.
    `relations_kept`: every relation of the schema holds, or is broken no further. `links_kept`: linked
    features and consequences are where their drivers take them. `moves_permitted`: actionable features moved
    the right way, within limits and largest changes, in whole where there are no parts. `moved`: the features
    that changed, followers aside. `effort`: in the rules' unit, NaN where a fixed feature moved.
    `distance`, `mads`, `heom`: proximity, over all columns that changed but followers (`scales`).
    """

    fixed_kept: bool
    in_range: bool
    on_grid: bool
    relations_kept: bool
    links_kept: bool
    moves_permitted: bool
    moved: frozenset[str]
    effort: float
    distance: float
    mads: float
    heom: float
    trivial: bool


def structure_of(
    setting: BenchmarkSetting, person: BenchmarkPerson, row: FloatArray, scales: Scales
) -> Structure:
    """Measure one answer under the rules of a setting."""
    schema, changed = setting.schema, changed_columns(person.row, row)
    following = followers(schema, person, row)
    own = changed & ~np.isin(np.arange(len(row)), [schema.column_of[name] for name in following])
    moved = np.where(own, np.abs(np.nan_to_num(row - person.row)), 0.0)
    kept = fixed_kept(setting, changed) and not own[_consequences(schema)].any()
    # What can follow does, or is an action of its own.
    can_follow = {
        name
        for name in schema.consequence_order
        if schema[name].action is None or not own[schema.column_of[name]]
    }
    return Structure(
        fixed_kept=kept,
        in_range=in_range(schema, row, changed),
        on_grid=on_grid(schema, row, changed),
        relations_kept=relations_kept(schema, person.row, row),
        links_kept=can_follow <= following,
        moves_permitted=setting.kind is SettingKind.FREE or moves_permitted(schema, person, row, own),
        moved=frozenset(f.name for f in schema.features if own[_columns(schema, f)].any()),
        effort=effort(schema, person, row, changed, following) if kept else float("nan"),
        distance=float((moved[own] / scales.sd[own]).sum()),
        mads=float((moved / scales.mad).sum()),
        heom=float((moved / scales.width).sum()),
        trivial=not (moved >= TRIVIAL_SD * scales.sd)[own].any(),
    )


def changed_columns(factual: FloatArray, row: FloatArray) -> BoolArray:
    """Which columns moved, shape (columns,)."""
    moved = np.abs(row - factual) > TOLERANCE * np.maximum(1.0, np.abs(factual))
    return moved | (np.isnan(row) != np.isnan(factual))


def fixed_kept(setting: BenchmarkSetting, changed: BoolArray) -> bool:
    """Whether nothing moved but what the rules let move."""
    fixed = [feature for feature in setting.schema.features if not setting.may_change(feature)]
    return not any(changed[_columns(setting.schema, feature)].any() for feature in fixed)


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
    """Whether every moved value can be measured: a multiple of the precision; 0 or 1 for yes or no.

    A category that changed has one value.
    """
    for feature in schema.features:
        columns = _columns(schema, feature)
        if feature.kind is Kind.CATEGORY and changed[columns].any() and row[columns].sum() != 1:
            return False
        for column in np.flatnonzero(changed[_columns(schema, feature)]):
            value = row[_columns(schema, feature)[column]]
            if not feature.is_numeric and value not in (0.0, 1.0):
                return False
            nearest = round(value / feature.precision) * feature.precision
            if abs(value - nearest) > TOLERANCE * max(1.0, abs(value)):
                return False
    return True


def relations_kept(schema: FeatureSchema, factual: FloatArray, row: FloatArray) -> bool:
    """Whether the sum of coefficient x value is within every relation's bound, or no further beyond it."""
    for relation in schema.relations:
        before, after = (
            [factor * values[schema.column_of[name]] for name, factor in relation.terms.items()]
            for values in (factual, row)
        )
        if sum(after) > max(relation.bound, sum(before)) + TOLERANCE * max(map(abs, after)):
            return False
    return True


def moves_permitted(
    schema: FeatureSchema, person: BenchmarkPerson, row: FloatArray, changed: BoolArray
) -> bool:
    """Whether every moved actionable feature is within the person's reach, and whole if it must be."""
    for feature in schema.actionable:
        column = schema.column_of[feature.name]
        if not changed[column]:
            continue
        low, high = person.ranges.get(feature.name, (row[column] + 1.0, row[column]))
        slack = TOLERANCE * max(1.0, abs(row[column]))
        if not low - slack <= row[column] <= high + slack:
            return False
        if is_whole(feature) and min(abs(row[column] - low), abs(row[column] - high)) > slack:
            return False
    return True


def effort(
    schema: FeatureSchema, person: BenchmarkPerson, row: FloatArray, changed: BoolArray, following: set[str]
) -> float:
    """The rules' own measure: for each changed feature a fixed part and its steps, which may be fractions.

    Equal to `Levers.effort` on levers. A linked feature that goes further than its driver takes it is
    priced as the driver's move that would take it there; what follows costs nothing.
    """
    moves = {
        f.name: 0.0 if f.name in following else abs(_move(schema, person, row, f.name))
        for f in schema.actionable
    }
    for link in schema.links:
        if link.feature not in following:
            implied = abs(_move(schema, person, row, link.feature) / slope_of(link, person.values))
            moves[link.driver] = max(moves[link.driver], implied)
    categories = [feature for feature in schema.features if feature.kind is Kind.CATEGORY]
    categories = [feature for feature in categories if changed[_columns(schema, feature)].any()]
    total = len(categories) * (schema.model.effort_per_change + CATEGORY_EFFORT)
    for feature in schema.actionable:
        assert feature.action is not None
        if moves[feature.name] > TOLERANCE * max(1.0, abs(person.row[schema.column_of[feature.name]])):
            steps = 1.0 if is_whole(feature) else moves[feature.name] / feature.action.step
            total += schema.model.effort_per_change + feature.action.effort * steps
    return total


def jaccard_distance(one: frozenset[str], other: frozenset[str]) -> float:
    """One minus the overlap of two sets of changed features: 0 the same, 1 nothing in common."""
    union = one | other
    return 1.0 - len(one & other) / len(union) if union else 0.0


def _move(schema: FeatureSchema, person: BenchmarkPerson, row: FloatArray, name: str) -> float:
    return float(row[schema.column_of[name]] - person.row[schema.column_of[name]])


def _consequences(schema: FeatureSchema) -> list[int]:
    """Columns of what nothing but effects may move."""
    return [schema.column_of[f.name] for f in schema.features if f.role is Role.CONSEQUENCE and not f.action]


def _columns(schema: FeatureSchema, feature: Feature) -> list[int]:
    return [schema.columns.index(column) for column in feature.columns]
