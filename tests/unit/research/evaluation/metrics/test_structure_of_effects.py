"""The measures of a schema with effects: what they bring along is right, and anything else is not."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.classifiers.model_version import ModelVersion
from app.domain.levers import Levers
from app.domain.schema import FloatArray
from research.evaluation.benchmark_setup.feasible_ranges import feasible_ranges
from research.evaluation.benchmark_setup.people import BenchmarkPerson
from research.evaluation.benchmark_setup.setting import BenchmarkSetting, SettingKind
from research.evaluation.metrics.scales import Scales
from research.evaluation.metrics.structure import Structure, structure_of
from tests.asking import Person as Values
from tests.asking import problem_about


def asked(model: ModelVersion, values: Values) -> BenchmarkPerson:
    patient = problem_about(model, values).patient
    ranges = feasible_ranges(BenchmarkSetting(model.schema, SettingKind.ACTIONABLE), patient.values)
    return BenchmarkPerson(1, values=patient.values, row=patient.factual, ranges=ranges)


def measured(model: ModelVersion, person: BenchmarkPerson, row: FloatArray) -> Structure:
    one = np.ones(len(row))
    setting = BenchmarkSetting(model.schema, SettingKind.ACTIONABLE)
    return structure_of(setting, person, row, Scales(sd=one, mad=one, width=one))


@pytest.fixture(scope="module")
def person(model: ModelVersion, somebody: Values) -> BenchmarkPerson:
    return asked(model, somebody)


@pytest.fixture(scope="module")
def levers(model: ModelVersion, somebody: Values) -> Levers:
    return problem_about(model, somebody).levers


def moved(levers: Levers, *names: str) -> FloatArray:
    """The row in which these actions are taken as far as they go."""
    levels = [[lever.top if lever.feature.name in names else 0 for lever in levers]]
    return levers.rows(np.array(levels))[0]


def with_changes(model: ModelVersion, row: FloatArray, **values: float) -> FloatArray:
    row = row.copy()
    for name, value in values.items():
        row[model.schema.column_of[name]] = value
    return row


@given(data=st.data())
def test_every_candidate_is_right_in_all_respects(
    data: st.DataObject, model: ModelVersion, held_out: list[Values]
) -> None:
    values = data.draw(st.sampled_from(held_out))
    person, levers = asked(model, values), problem_about(model, values).levers
    levels = np.array([[data.draw(st.integers(0, lever.top)) for lever in levers]], dtype=np.int64)
    row = levers.rows(levels)[0]
    shape = measured(model, person, row)
    assert shape.fixed_kept
    assert shape.on_grid
    assert shape.links_kept
    assert shape.moves_permitted
    changed = {lever.feature.name for lever, level in zip(levers, levels[0], strict=True) if level > 0}
    without = np.where([lever.feature.name == "bmi" for lever in levers], 0, levels)
    if np.array_equal(levers.rows(without)[0], row, equal_nan=True):  # a weight goal that is reached anyway
        changed, levels = changed - {"bmi"}, without
    assert shape.moved == changed
    assert shape.effort == pytest.approx(levers.effort(levels)[0])


@pytest.mark.parametrize("name", ["moderate_activity", "vigorous_activity", "cigarettes", "alcohol"])
def test_what_moves_along_is_no_change_of_its_own(
    model: ModelVersion, person: BenchmarkPerson, levers: Levers, name: str
) -> None:
    row = moved(levers, name)
    assert (np.nan_to_num(row - person.row) != 0).sum() > 1
    shape, action = measured(model, person, row), model.schema[name].action
    assert shape.moved == {name}
    assert action is not None
    steps = 2 if name == "alcohol" else 1
    assert shape.effort == pytest.approx(model.schema.model.effort_per_change + steps * action.effort)


@pytest.mark.parametrize("name", ["sbp", "dbp", "pulse", "hdl_cholesterol", "total_cholesterol"])
def test_a_consequence_that_moves_without_its_driver_is_wrong(
    model: ModelVersion, person: BenchmarkPerson, name: str
) -> None:
    row = with_changes(model, person.row, **{name: float(person.row[model.schema.column_of[name]]) - 3})
    shape = measured(model, person, row)
    assert not shape.links_kept
    assert not shape.fixed_kept
    assert np.isnan(shape.effort)


def test_a_consequence_that_moves_further_than_effects_say_is_wrong(
    model: ModelVersion, person: BenchmarkPerson, levers: Levers
) -> None:
    row = moved(levers, "moderate_activity")
    further = with_changes(model, row, sbp=row[model.schema.column_of["sbp"]] - 2)
    assert measured(model, person, row).links_kept
    assert not measured(model, person, further).links_kept
    assert not measured(model, person, further).fixed_kept


def test_a_consequence_that_stays_behind_is_seen(
    model: ModelVersion, person: BenchmarkPerson, levers: Levers
) -> None:
    row = with_changes(model, moved(levers, "moderate_activity"), sbp=145)
    assert not measured(model, person, row).links_kept
    assert measured(model, person, row).fixed_kept


def test_fewer_cigarettes_are_no_action(model: ModelVersion, person: BenchmarkPerson, levers: Levers) -> None:
    row = moved(levers, "cigarettes")
    assert measured(model, person, row).moves_permitted
    assert not measured(model, person, with_changes(model, row, cigarettes=10)).moves_permitted


def test_who_may_not_do_a_thing_has_no_range_for_it(model: ModelVersion, somebody: Values) -> None:
    assert {"bmi", "vigorous_activity"} <= set(asked(model, somebody).ranges)
    assert not {"bmi", "vigorous_activity"} & set(asked(model, somebody | {"age": 80}).ranges)
