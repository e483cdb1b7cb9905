"""The measures by which methods are compared, on answers whose faults are known."""

import numpy as np
import pytest

from app.classifiers.model_version import ModelVersion
from app.classifiers.partitions import Side, people_of
from app.domain.constraints import read_constraints
from app.domain.levers import Levers, levers_of
from app.domain.patient import read_patient
from app.domain.schema import FeatureSchema, FloatArray
from research.evaluation.benchmark_setup.feasible_ranges import feasible_ranges
from research.evaluation.benchmark_setup.people import BenchmarkPerson
from research.evaluation.benchmark_setup.setting import BenchmarkSetting, SettingKind
from research.evaluation.metrics.scales import Scales
from research.evaluation.metrics.structure import Structure, jaccard_distance, structure_of
from tests.asking import Person as Values


@pytest.fixture(scope="module")
def schema(version_1: ModelVersion) -> FeatureSchema:
    """That of the first version: links and relations, and no effects."""
    return version_1.schema


@pytest.fixture(scope="module")
def high_risk(version_1: ModelVersion) -> list[Values]:
    threshold = version_1.schema.model.threshold
    return [one.features for one in people_of(version_1, Side.HELD_OUT) if one.risk > threshold]


@pytest.fixture(scope="module")
def person(schema: FeatureSchema, high_risk: list[Values]) -> BenchmarkPerson:
    """A high-risk person who may lower both pressures and BMI, and has room to sleep more."""
    for values in high_risk:
        if None in values.values():
            continue
        ranges = feasible_ranges(BenchmarkSetting(schema, SettingKind.ACTIONABLE), values)
        if {"bmi", "sbp", "dbp", "sleep", "sugar"} <= set(ranges):
            return BenchmarkPerson(1, values=values, row=schema.encode(values), ranges=ranges)
    raise AssertionError("no held-out person has these levers")


@pytest.fixture(scope="module")
def levers(schema: FeatureSchema, person: BenchmarkPerson) -> Levers:
    return levers_of(schema, read_patient(schema, person.values), read_constraints(schema, None, None, None))


def measured(schema: FeatureSchema, person: BenchmarkPerson, row: FloatArray, sd: float = 1.0) -> Structure:
    one = np.ones(len(row))
    return structure_of(
        BenchmarkSetting(schema, SettingKind.ACTIONABLE), person, row, Scales(sd=sd * one, mad=one, width=one)
    )


def with_changes(schema: FeatureSchema, person: BenchmarkPerson, **values: float) -> FloatArray:
    row = person.row.copy()
    for name, value in values.items():
        row[schema.column_of[name]] = value
    return row


def value(schema: FeatureSchema, person: BenchmarkPerson, name: str) -> float:
    return float(person.row[schema.column_of[name]])


def test_every_lever_move_is_right_in_all_respects(
    schema: FeatureSchema, person: BenchmarkPerson, levers: Levers
) -> None:
    for position, lever in enumerate(levers):
        levels = np.zeros((1, len(levers)), dtype=np.int64)
        levels[0, position] = lever.top
        if not levers.allowed(levels)[0]:
            continue
        shape = measured(schema, person, levers.rows(levels)[0])
        assert shape.fixed_kept
        assert shape.in_range
        assert shape.on_grid
        assert shape.relations_kept
        assert shape.links_kept
        assert shape.moves_permitted
        assert shape.moved == {lever.feature.name}


def test_effort_is_that_of_the_levers(schema: FeatureSchema, person: BenchmarkPerson, levers: Levers) -> None:
    levels = np.array([[lever.top // 2 for lever in levers]])
    shape = measured(schema, person, levers.rows(levels)[0])
    assert shape.effort == pytest.approx(levers.effort(levels)[0])


def test_a_step_and_a_half_costs_a_step_and_a_half(schema: FeatureSchema, person: BenchmarkPerson) -> None:
    action = schema["sbp"].action
    assert action is not None
    row = with_changes(schema, person, sbp=value(schema, person, "sbp") - 1.5 * action.step)
    expected = schema.model.effort_per_change + 1.5 * action.effort
    assert measured(schema, person, row).effort == pytest.approx(expected)


def test_waist_alone_breaks_the_link_and_costs_the_bmi_it_takes(
    schema: FeatureSchema, person: BenchmarkPerson
) -> None:
    action = schema["bmi"].action
    assert action is not None
    slope = schema.link_of["waist"].slope_for(person.values)  # type: ignore[union-attr]
    row = with_changes(schema, person, waist=value(schema, person, "waist") - slope * action.step)
    shape = measured(schema, person, row)
    assert not shape.links_kept
    assert shape.moved == {"waist"}
    assert shape.effort == pytest.approx(schema.model.effort_per_change + action.effort)


def test_a_broken_relation_is_seen(schema: FeatureSchema, person: BenchmarkPerson) -> None:
    row = with_changes(schema, person, dbp=value(schema, person, "sbp") - 5)
    assert not measured(schema, person, row).relations_kept


@pytest.mark.parametrize(("name", "off"), [("sleep", 0.2), ("sbp", -0.5), ("bmi", -0.03)])
def test_off_grid_is_seen(schema: FeatureSchema, person: BenchmarkPerson, name: str, off: float) -> None:
    row = with_changes(schema, person, **{name: value(schema, person, name) + off})
    assert not measured(schema, person, row).on_grid


def test_half_a_yes_is_off_grid(schema: FeatureSchema, person: BenchmarkPerson) -> None:
    assert not measured(schema, person, with_changes(schema, person, active_travel=0.5)).on_grid


def test_a_fixed_feature_that_moved_is_seen_and_has_no_price(
    schema: FeatureSchema, person: BenchmarkPerson
) -> None:
    shape = measured(schema, person, with_changes(schema, person, age=value(schema, person, "age") - 1))
    assert not shape.fixed_kept
    assert np.isnan(shape.effort)


def test_another_sex_is_a_fixed_feature_that_moved(schema: FeatureSchema, person: BenchmarkPerson) -> None:
    columns = [schema.columns.index(column) for column in ("sex=female", "sex=male")]
    row = person.row.copy()
    row[columns] = 1 - row[columns]
    assert not measured(schema, person, row).fixed_kept


def test_a_move_the_wrong_way_or_too_far_is_not_permitted(
    schema: FeatureSchema, person: BenchmarkPerson
) -> None:
    low, _ = person.ranges["sbp"]
    for sbp in (value(schema, person, "sbp") + 1, low - 1):
        assert not measured(schema, person, with_changes(schema, person, sbp=sbp)).moves_permitted


def test_out_of_the_observed_range_is_seen(schema: FeatureSchema, person: BenchmarkPerson) -> None:
    assert not measured(schema, person, with_changes(schema, person, sleep=15.0)).in_range


def test_single_precision_is_no_change(schema: FeatureSchema, person: BenchmarkPerson) -> None:
    shape = measured(schema, person, person.row.astype(np.float32).astype(np.float64))
    assert shape.moved == frozenset()
    assert shape.effort == 0


def test_small_moves_are_trivial(schema: FeatureSchema, person: BenchmarkPerson) -> None:
    row = with_changes(schema, person, sbp=value(schema, person, "sbp") - 1)
    assert measured(schema, person, row, sd=20.0).trivial
    assert not measured(schema, person, row, sd=2.0).trivial


def test_only_named_features_are_within_reach(schema: FeatureSchema, person: BenchmarkPerson) -> None:
    assert set(
        feasible_ranges(BenchmarkSetting(schema, SettingKind.ACTIONABLE), person.values, ["sleep"])
    ) == {"sleep"}
    assert set(feasible_ranges(BenchmarkSetting(schema, SettingKind.ACTIONABLE), person.values, ["bmi"])) == {
        "bmi",
        "weight",
        "waist",
    }


def test_reach_holds_every_lever_value(
    schema: FeatureSchema, person: BenchmarkPerson, levers: Levers
) -> None:
    for lever in levers:
        low, high = person.ranges[lever.feature.name]
        assert low - 1e-9 <= lever.values.min()
        assert lever.values.max() <= high + 1e-9


def test_jaccard_distance_of_changed_sets() -> None:
    assert jaccard_distance(frozenset("ab"), frozenset("bc")) == pytest.approx(2 / 3)
    assert jaccard_distance(frozenset(), frozenset()) == 0
