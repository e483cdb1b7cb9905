"""A schema either is refused in one sentence, or carries anybody through levers, coding and search."""

import copy
import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, event, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from app.domain.complement import complement_of
from app.domain.constraints import read_constraints
from app.domain.errors import InvalidInputError
from app.domain.feature import Action, Direction, Feature, Kind
from app.domain.lever import Lever
from app.domain.levers import levers_of
from app.domain.patient import Patient, read_patient
from app.domain.reversed_actions import reversed_actions
from app.domain.schema import FeatureSchema, FloatArray, Value
from app.domain.schema_checks import schema_faults
from app.engine.beam import beam_search
from app.engine.problem import RecourseProblem
from research.unconstrained.schema import unconstrained
from tests.unit.domain.schemas import SHIPPED, Content, small_schemas, spoilt

_SLACK = 1e-6
_MANY = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


def accepted(content: Content) -> FeatureSchema | None:
    """The schema, if nothing is found wrong with it; what is found is one sentence."""
    try:
        schema = FeatureSchema.model_validate(content)
    except ValidationError:
        return None
    faults = list(schema_faults(schema))
    assert not any("\n" in fault for fault in faults)
    return None if faults else schema


@dataclass(frozen=True)
class Logistic:
    """A classifier over any columns: the log-odds are a sum over what is known."""

    weights: FloatArray
    offset: FloatArray

    def risk(self, rows: FloatArray) -> FloatArray:
        margin = np.nan_to_num(rows - self.offset) @ self.weights
        return np.asarray(1 / (1 + np.exp(-np.clip(margin, -30, 30))))


@st.composite
def people(draw: st.DrawFn, schema: FeatureSchema) -> Patient:
    """Somebody whom the schema takes."""
    values = {feature.name: draw(_value(feature)) for feature in schema.features}
    try:
        return read_patient(schema, values)
    except InvalidInputError:
        assume(False)
        raise


def _value(feature: Feature) -> st.SearchStrategy[Any]:
    known: st.SearchStrategy[Any]
    if feature.kind is Kind.BOOLEAN:
        known = st.booleans()
    elif feature.kind is Kind.CATEGORY:
        known = st.sampled_from([category.value for category in feature.categories])
    else:
        assert feature.clinical is not None
        low, high = feature.clinical
        ends = st.sampled_from([low, high, *(feature.observed or ())])
        known = st.one_of(ends, st.integers(math.ceil(low), math.floor(high)))
        if feature.kind is Kind.NUMBER:
            known = st.one_of(known, st.floats(low, high), st.floats(low, high).map(lambda x: round(x, 1)))
            known = known.filter(lambda value: low <= value <= high)
    return known if feature.missing == "refused" else st.one_of(known, known, st.none())


def check_values(schema: FeatureSchema, lever: Lever, patient: Patient) -> None:
    """Every level is in range, on step and in its direction, and so is what moves along."""
    feature = lever.feature
    action = feature.action and feature.action.for_person(patient.values)
    assert action is not None
    if feature.kind is Kind.CATEGORY:
        check_moves(schema, lever, patient, action)
        return
    start, moved = patient.factual[schema.column_of[feature.name]], lever.values[1:]
    np.testing.assert_array_equal(lever.rows[0], patient.factual[lever.columns])
    sign = np.sign(moved - start)
    assert (sign == sign[0]).all()
    assert sign[0] != 0
    if action.direction is not Direction.TOWARDS:
        assert sign[0] == (1 if action.direction is Direction.INCREASE else -1)
    assert (
        (moved >= min(action.limit[0], start) - _SLACK) & (moved <= max(action.limit[1], start) + _SLACK)
    ).all()
    steps = (moved - start) / action.step
    on_step = np.abs(steps - np.round(steps)) * action.step <= 2 * _SLACK
    assert (on_step | (action.reaches_limit & np.isin(moved, action.limit))).all()
    if action.whole:
        assert moved.tolist() == [min(action.limit) if sign[0] < 0 else max(action.limit)]
    assert (np.diff(lever.effort) > 0).all()


def check_moves(schema: FeatureSchema, lever: Lever, patient: Patient, action: Action) -> None:
    """Every level of a category is a permitted move, at its effort, and no move is left out."""
    moves = {
        move.after: action.effort_of(move) for move in action.moves_from(patient.values[lever.feature.name])
    }
    ends = [lever.feature.in_kind(value) for value in lever.values]
    assert ends[0] == patient.values[lever.feature.name]
    assert sorted(map(str, ends[1:])) == sorted(moves)
    costs = [schema.model.effort_per_change + moves[str(end)] for end in ends[1:]]
    assert lever.effort.tolist() == [0.0, *costs]
    assert costs == sorted(costs)
    np.testing.assert_array_equal(lever.rows[0], patient.factual[lever.columns])


def check_in_kind(feature: Feature, value: Value) -> None:
    if value is None:
        return
    if feature.kind is Kind.CATEGORY:
        assert value in [category.value for category in feature.categories]
    elif feature.kind is Kind.BOOLEAN:
        assert isinstance(value, bool)
    else:
        assert isinstance(value, int if feature.kind is Kind.INTEGER else int | float)
        assert not isinstance(value, bool)
        assert feature.clinical is not None
        assert feature.clinical[0] <= value <= feature.clinical[1]


def check_carries(schema: FeatureSchema, data: st.DataObject) -> None:
    """Levers, rows, coding and search of somebody at random, and that what they give would be taken."""
    patient = data.draw(people(schema))
    for feature in schema.features:
        check_in_kind(feature, patient.values[feature.name])
    levers = levers_of(schema, patient, read_constraints(schema, None, None, None))
    event(f"{len(levers) > 0=}")
    for lever in levers:
        check_values(schema, lever, patient)
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32 - 1)))
    tops = np.array([lever.top for lever in levers], dtype=np.int64)
    levels = rng.integers(0, tops + 1, size=(6, len(levers))) * (rng.random((6, len(levers))) < 0.5)
    rows = levers.rows(levels)
    event(f"{levers.consequences.number > 0=}")
    for row in rows[levers.allowed(levels)]:
        values = schema.decode(row, patient.factual, patient.values)
        for feature in schema.features:
            check_in_kind(feature, values[feature.name])
        again = read_patient(schema, values).factual
        np.testing.assert_allclose(again, row, atol=2 * _SLACK)
    classifier = Logistic(rng.normal(size=len(schema.columns)), np.nan_to_num(patient.factual))
    found = beam_search(RecourseProblem(schema, patient, levers, classifier, target=0.4))
    assert levers.allowed(found.levels).all()


@given(data=st.data())
@_MANY
def test_a_small_schema_is_refused_or_carries_anybody(data: st.DataObject) -> None:
    schema = accepted(data.draw(small_schemas().flatmap(spoilt)))
    assume(schema is not None)
    assert schema is not None
    check_carries(schema, data)


@given(data=st.data())
@_MANY
def test_a_shipped_schema_with_slips_is_refused_or_carries_anybody(data: st.DataObject) -> None:
    schema = accepted(data.draw(st.sampled_from(SHIPPED).flatmap(spoilt)))
    assume(schema is not None)
    assert schema is not None
    check_carries(schema, data)


@given(data=st.data())
@_MANY
def test_what_is_made_of_an_accepted_schema_is_one_too(data: st.DataObject) -> None:
    """The schemas for the other class and for benchmarks: no slip surfaces there."""
    schema = accepted(data.draw(small_schemas().flatmap(spoilt)))
    assume(schema is not None)
    assert schema is not None
    for made in (
        complement_of(schema),
        reversed_actions(schema),
        unconstrained(schema, np.ones(len(schema.columns)), Direction.INCREASE),
    ):
        patient = data.draw(people(schema))
        levers = levers_of(made, patient, read_constraints(made, None, None, None))
        levers.rows(np.zeros((1, len(levers)), dtype=np.int64))


_HUGE = (1e308, -1e308, 1e200, 5e-324, 1e-300, 2.0**53, 10**400)


def numbers_in(part: Any) -> list[tuple[Any, Any]]:
    """Every place of a number: what holds it, and under which key."""
    keys = list(part) if isinstance(part, dict) else range(len(part)) if isinstance(part, list) else ()
    found = []
    for key in keys:
        if isinstance(part[key], int | float) and not isinstance(part[key], bool):
            found.append((part, key))
        found += numbers_in(part[key])
    return found


@pytest.mark.parametrize("content", SHIPPED, ids=lambda content: content["model"]["name"])
@pytest.mark.parametrize("number", _HUGE)
def test_no_number_of_any_key_is_too_large_or_small_to_be_looked_at(content: Content, number: float) -> None:
    """A schema is refused in sentences or accepted: it raises nothing else."""
    for place in range(len(numbers_in(content))):
        spoilt_one = copy.deepcopy(content)
        holder, key = numbers_in(spoilt_one)[place]
        holder[key] = number
        accepted(spoilt_one)


def test_a_huge_step_is_no_multiple_of_a_precision() -> None:
    content = copy.deepcopy(SHIPPED[0])
    acted = next(one for one in content["feature"] if one["name"] == "bmi")
    acted["action"]["step"] = 1e308
    told = list(schema_faults(FeatureSchema.model_validate(content)))
    assert any(fault.startswith("bmi: step 1e+308 is no multiple") for fault in told)
