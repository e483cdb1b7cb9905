"""Laws of levers: whatever levels are chosen, nothing forbidden can be said."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.classifiers.model_version import ModelVersion
from app.domain.constraints import read_constraints
from app.domain.errors import InvalidInputError
from app.domain.feature import Direction
from app.domain.levers import Levers, levers_of
from app.domain.patient import read_patient
from app.domain.schema import IntArray
from app.engine.registry import ServedModel
from tests.asking import Person, problem_about


@st.composite
def candidates(draw: st.DrawFn, levers: Levers) -> IntArray:
    """A few candidates with arbitrary levels within each lever's reach."""
    rows = draw(st.lists(st.tuples(*(st.integers(0, lever.top) for lever in levers)), min_size=1, max_size=8))
    return np.array(rows, dtype=np.int64)


@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_fixed_features_never_move(data: st.DataObject, model: ModelVersion, held_out: list[Person]) -> None:
    person = data.draw(st.sampled_from(held_out))
    question = problem_about(model, person)
    rows = question.levers.rows(data.draw(candidates(question.levers)))
    moving = {f.name for f in model.schema.actionable} | set(model.schema.link_of)
    fixed = [i for i, column in enumerate(model.schema.columns) if column.split("=")[0] not in moving]
    for row in rows[:, fixed]:
        np.testing.assert_array_equal(row, question.patient.factual[fixed])


@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_every_value_keeps_direction_step_limit_and_clinical_range(
    data: st.DataObject, model: ModelVersion, held_out: list[Person]
) -> None:
    person = data.draw(st.sampled_from(held_out))
    for lever in problem_about(model, person).levers:
        action, start = lever.feature.action, lever.values[0]
        assert action is not None
        moved = lever.values[1:] - start
        if action.direction is Direction.DECREASE:
            assert (moved < 0).all()
        if action.direction is Direction.INCREASE:
            assert (moved > 0).all()
        if action.direction is Direction.TOWARDS:
            assert (np.sign(moved) == np.sign(np.mean(action.limit) - start)).all()
        low, high = action.limit
        assert ((lever.values[1:] >= min(low, start)) & (lever.values[1:] <= max(high, start))).all()
        if action.max_change:
            assert (np.abs(moved) <= action.max_change + 1e-9).all()
        if action.max_change_share:
            assert (np.abs(moved) <= action.max_change_share * start + 1e-9).all()
        whole = np.isclose(moved / action.step, np.round(moved / action.step))
        at_limit = action.reaches_limit & np.isin(lever.values[1:], action.limit)
        assert (whole | at_limit).all()
        if lever.feature.clinical:
            assert (lever.values >= lever.feature.clinical[0]).all()
            assert (lever.values <= lever.feature.clinical[1]).all()
        assert (np.diff(lever.effort) > 0).all()


@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_weight_and_waist_follow_bmi(
    data: st.DataObject, model: ModelVersion, held_out: list[Person]
) -> None:
    person = data.draw(st.sampled_from([p for p in held_out if p["waist"] is not None]))
    question = problem_about(model, person)
    after = [
        model.schema.decode(row, person)
        for row in question.levers.rows(data.draw(candidates(question.levers)))
    ]
    slope = {"female": 2.05, "male": 2.43}[str(person["sex"])]
    for features in after:
        bmi, height = float(features["bmi"]), float(features["height"])  # type: ignore[arg-type]
        fall = float(person["bmi"]) - bmi  # type: ignore[arg-type]
        assert features["weight"] == pytest.approx(bmi * (height / 100) ** 2, rel=0.03)
        assert features["waist"] == pytest.approx(float(person["waist"]) - slope * fall, abs=0.051)  # type: ignore[arg-type]


@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_allowed_candidates_are_valid_input(
    data: st.DataObject, model: ModelVersion, held_out: list[Person]
) -> None:
    """What the service suggests, it would accept: ranges, identities and relations hold."""
    person = data.draw(st.sampled_from(held_out))
    levers = problem_about(model, person).levers
    levels = data.draw(candidates(levers))
    for row in levers.rows(levels[levers.allowed(levels)]):
        read_patient(model.schema, model.schema.decode(row, person))


@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_permitted_ranges_and_chosen_features_are_kept(
    data: st.DataObject, model: ModelVersion, held_out: list[Person]
) -> None:
    person = data.draw(st.sampled_from(held_out))
    names = [feature.name for feature in model.schema.actionable]
    chosen = data.draw(st.lists(st.sampled_from(names), unique=True, min_size=1))
    floor = data.draw(st.floats(20, 60))
    constraints = read_constraints(model.schema, chosen, {"bmi": (floor, None), "waist": (80, 120)}, None)
    levers = levers_of(model.schema, read_patient(model.schema, person), constraints)
    assert {lever.feature.name for lever in levers} <= set(chosen)
    for lever in levers:
        if lever.feature.name == "bmi":
            assert (lever.values[1:] >= floor).all()
            if person["waist"] is not None:
                waist = lever.rows[1:, list(lever.columns).index(model.schema.column_of["waist"])]
                assert ((waist >= 80) & (waist <= 120)).all()


def test_an_unknown_value_is_never_moved(model: ModelVersion, helpable: Person) -> None:
    levers = problem_about(model, helpable | {"fibre": None}).levers
    assert "fibre" not in {lever.feature.name for lever in levers}


def test_smoking_can_stop_altogether(model: ModelVersion, helpable: Person) -> None:
    levers = problem_about(model, helpable | {"cigarettes": 12}).levers
    smoking = next(lever for lever in levers if lever.feature.name == "cigarettes")
    assert smoking.values.tolist() == [12, 7, 2, 0]
    assert smoking.steps.tolist() == [0, -1, -2, -3]


def test_sleep_moves_towards_its_range_from_either_side(model: ModelVersion, helpable: Person) -> None:
    def values(hours: float) -> list[float]:
        levers = problem_about(model, helpable | {"sleep": hours}).levers
        return next((lever.values.tolist() for lever in levers if lever.feature.name == "sleep"), [])

    assert values(5.5) == [5.5, 6.0, 6.5, 7.0, 7.5]
    assert values(10.5) == [10.5, 10.0, 9.5, 9.0, 8.5]
    assert values(8.0) == []


@pytest.mark.parametrize(
    ("age", "rate", "values"),
    [
        (50, 140, [140, 145, 150, 155]),
        (70, 140, [140, 145, 150]),
        (70, 148, []),  # a step would go beyond 220 less age
        (70, 180, []),  # already beyond
        (50, None, []),
    ],
)
def test_no_heart_rate_above_220_less_age_is_suggested(
    heart: ServedModel, heart_patient: Person, age: int, rate: int | None, values: list[float]
) -> None:
    levers = problem_about(heart.model, heart_patient | {"age": age, "max_heart_rate": rate}).levers
    found = [lever.values.tolist() for lever in levers if lever.feature.name == "max_heart_rate"]
    assert found == ([values] if values else [])


def test_who_lies_beyond_a_relation_of_suggestions_still_has_other_levers(
    heart: ServedModel, heart_patient: Person
) -> None:
    person = heart_patient | {"age": 70, "max_heart_rate": 180, "sbp": 150, "total_cholesterol": 260}
    levers = problem_about(heart.model, person).levers
    assert {"sbp", "total_cholesterol"} <= {lever.feature.name for lever in levers}
    assert levers.allowed(np.ones((1, len(levers)), dtype=np.int64)).all()


def test_a_yes_can_turn_into_a_no_and_not_back(heart: ServedModel, heart_patient: Person) -> None:
    def moves(sugar: bool) -> list[list[float]]:
        levers = problem_about(heart.model, heart_patient | {"high_fasting_sugar": sugar}).levers
        return [lever.values.tolist() for lever in levers if lever.feature.name == "high_fasting_sugar"]

    assert moves(sugar=True) == [[1, 0]]
    assert moves(sugar=False) == []


def test_who_lies_beyond_what_was_observed_keeps_the_lever_that_matters(
    model: ModelVersion, helpable: Person
) -> None:
    """560 mg/dL is beyond the highest of anybody, 464, and so is what the largest change brings it to."""
    far = problem_about(model, {**helpable, "total_cholesterol": 560}).levers
    values = {lever.feature.name: lever.values for lever in far}["total_cholesterol"]
    assert values[0] == 560
    assert values[-1] == 500


@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_no_value_ends_further_from_what_was_observed_than_it_began(
    data: st.DataObject, model: ModelVersion, held_out: list[Person]
) -> None:
    person = dict(data.draw(st.sampled_from(held_out)))
    free = [f for f in model.schema.actionable if f.is_numeric and f.name not in ("bmi", "carbohydrate")]
    for feature in data.draw(st.lists(st.sampled_from(free), max_size=4, unique_by=lambda f: f.name)):
        assert feature.clinical is not None
        person[feature.name] = data.draw(st.integers(*(int(end) for end in feature.clinical)))
    try:
        levers = problem_about(model, person).levers
    except InvalidInputError:
        return  # such values contradict one another
    observed = {model.schema.column_of[f.name]: f.observed for f in model.schema.features if f.observed}
    columns, _, table = levers.moved
    for column, values in zip(columns, table, strict=True):
        low, high = observed.get(column, (0.0, 1.0))
        assert (values >= min(low, values[0]) - 1e-6).all()
        assert (values <= max(high, values[0]) + 1e-6).all()
