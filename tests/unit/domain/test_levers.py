"""Laws of levers: whatever levels are chosen, nothing forbidden can be said."""

from dataclasses import replace
from typing import Any

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.classifiers.model_version import ModelVersion
from app.classifiers.partitions import Side, people_of
from app.domain.constraints import read_constraints
from app.domain.errors import InvalidInputError
from app.domain.feature import Direction, Kind
from app.domain.lever import Lever
from app.domain.levers import Levers, levers_of
from app.domain.patient import read_patient
from app.domain.reordered_levers import in_order
from app.domain.schema import IntArray
from app.domain.scope import Inclusion, Scope
from app.engine.registry import ModelRegistry, ServedModel
from app.engine.robustness import draws_for
from tests.asking import Person, problem_about


@pytest.fixture(scope="session", params=["dysglycaemia", "dysglycaemia@1"])
def either(request: pytest.FixtureRequest, registry: ModelRegistry) -> ModelVersion:
    """The default model, and its first version: that has moves towards a range, and no effects."""
    return registry.named(request.param).model


@pytest.fixture(scope="session")
def strangers(either: ModelVersion) -> list[Person]:
    """Real people whom its training never saw."""
    return [person.features for person in people_of(either, Side.HELD_OUT)]


def treated(model: ModelVersion) -> ModelVersion:
    """The model with the actions of treatment open."""
    return replace(model, schema=model.schema.within(Scope(include=(Inclusion.TREATMENT,))))


@st.composite
def candidates(draw: st.DrawFn, levers: Levers) -> IntArray:
    """A few candidates with arbitrary levels within each lever's reach."""
    rows = draw(st.lists(st.tuples(*(st.integers(0, lever.top) for lever in levers)), min_size=1, max_size=8))
    return np.array(rows, dtype=np.int64)


@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_fixed_features_never_move(
    data: st.DataObject, either: ModelVersion, strangers: list[Person]
) -> None:
    person, schema = data.draw(st.sampled_from(strangers)), either.schema
    question = problem_about(either, person)
    rows = question.levers.rows(data.draw(candidates(question.levers)))
    moving = {f.name for f in schema.actionable} | set(schema.consequence_order)
    fixed = [i for i, column in enumerate(schema.columns) if column.split("=")[0] not in moving]
    assert {schema.columns[i].split("=")[0] for i in fixed} >= {"age", "sex", "ethnicity", "height"}
    for row in rows[:, fixed]:
        np.testing.assert_array_equal(row, question.patient.factual[fixed])


@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_every_value_keeps_direction_step_limit_and_clinical_range(
    data: st.DataObject, either: ModelVersion, strangers: list[Person]
) -> None:
    person = data.draw(st.sampled_from(strangers))
    for lever in problem_about(either, person).levers:
        assert lever.feature.action is not None
        action, start = lever.feature.action.for_person(person), lever.values[0]
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
        model.schema.decode(row, question.levers.factual, person)
        for row in question.levers.rows(data.draw(candidates(question.levers)))
    ]
    slope = {"female": 2.05, "male": 2.43}[str(person["sex"])]
    for features in after:
        bmi, height = float(features["bmi"]), float(features["height"])  # type: ignore[arg-type]
        fall = float(person["bmi"]) - bmi  # type: ignore[arg-type]
        assert features["weight"] == pytest.approx(bmi * (height / 100) ** 2, rel=0.03)
        assert features["waist"] == pytest.approx(float(person["waist"]) - slope * fall, abs=0.051)  # type: ignore[arg-type]


@given(data=st.data())
@settings(max_examples=40, deadline=None)
def test_what_nothing_moves_stays_as_finely_as_it_was_told(
    data: st.DataObject, either: ModelVersion, strangers: list[Person]
) -> None:
    """It was rounded, and then counted as something that moves along."""
    schema, told = either.schema, data.draw(st.sampled_from(strangers))
    numbers = [f.name for f in schema.features if f.kind is Kind.NUMBER and told[f.name] is not None]
    person = told | {name: float(str(told[name])) + 1e-8 for name in numbers}
    levers = problem_about(either, person).levers
    for row in levers.rows(data.draw(candidates(levers))):
        after = schema.decode(row, levers.factual, person)
        still = [
            f.name for f in schema.features if (row == levers.factual)[list(schema.columns_of(f.name))].all()
        ]
        assert [after[name] for name in still] == [person[name] for name in still]


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
        read_patient(model.schema, model.schema.decode(row, levers.factual, person))


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


def lever_on(model: ModelVersion, person: Person, name: str) -> Lever | None:
    return next((one for one in problem_about(model, person).levers if one.feature.name == name), None)


def values_on(model: ModelVersion, person: Person, name: str) -> list[float]:
    """The values that a feature may take; none where it may not move."""
    lever = lever_on(model, person, name)
    return lever.values.tolist() if lever else []


def test_smoking_can_stop_altogether(version_1: ModelVersion, helpable: Person) -> None:
    smoking = lever_on(version_1, helpable | {"cigarettes": 12}, "cigarettes")
    assert smoking is not None
    assert smoking.values.tolist() == [12, 7, 2, 0]
    assert smoking.steps.tolist() == [0, -1, -2, -3]


@pytest.mark.parametrize("cigarettes", [1, 12, 60])
def test_smoking_stops_altogether_or_not_at_all(
    model: ModelVersion, helpable: Person, cigarettes: int
) -> None:
    smoking = lever_on(model, helpable | {"cigarettes": cigarettes}, "cigarettes")
    action = model.schema["cigarettes"].action
    assert smoking is not None
    assert action is not None
    assert smoking.values.tolist() == [cigarettes, 0]
    assert smoking.steps.tolist() == [0, -1]
    assert smoking.effort.tolist() == [0, model.schema.model.effort_per_change + action.effort]


def test_sleep_moves_towards_its_range_from_either_side(version_1: ModelVersion, helpable: Person) -> None:
    def values(hours: float) -> list[float]:
        return values_on(version_1, helpable | {"sleep": hours}, "sleep")

    assert values(5.5) == [5.5, 6.0, 6.5, 7.0, 7.5]
    assert values(10.5) == [10.5, 10.0, 9.5, 9.0, 8.5]
    assert values(8.0) == []


@pytest.mark.parametrize(
    ("hours", "values"), [(5.5, [5.5, 6.0, 6.5]), (6.5, [6.5, 7.0]), (7.0, []), (10.5, [])]
)
def test_sleep_is_only_ever_made_longer(
    model: ModelVersion, helpable: Person, hours: float, values: list[float]
) -> None:
    assert values_on(model, helpable | {"sleep": hours}, "sleep") == values


@pytest.mark.parametrize(
    ("ethnicity", "lowest"), [("non_hispanic_asian", 24.0), ("other", 25.0), (None, 25.0)]
)
def test_how_far_weight_is_lost_goes_by_whom_it_is_about(
    model: ModelVersion, helpable: Person, ethnicity: str | None, lowest: float
) -> None:
    """Overweight begins at 23 for Asian people, at 25 for all others; more than 7 % is lost by nobody."""
    person = helpable | {"age": 50, "ethnicity": ethnicity, "bmi": 25.5, "weight": None, "waist": None}
    assert min(values_on(model, person, "bmi")) == lowest


@pytest.mark.parametrize(
    ("name", "age", "is_open"),
    [
        ("bmi", 75, True),
        ("bmi", 76, False),
        ("vigorous_activity", 64, True),
        ("vigorous_activity", 65, False),
        ("moderate_activity", 90, True),
    ],
)
def test_an_action_is_open_at_some_ages_alone(
    model: ModelVersion, helpable: Person, name: str, age: int, is_open: bool
) -> None:
    person = helpable | {"age": age, "bmi": 35.0, "weight": None, "waist": None}
    person |= {"vigorous_activity": False, "moderate_activity": False}
    assert bool(values_on(model, person, name)) is is_open


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
    levers = problem_about(treated(heart.model), person).levers
    assert {"sbp", "total_cholesterol"} <= {lever.feature.name for lever in levers}
    assert levers.allowed(np.ones((1, len(levers)), dtype=np.int64)).all()


def test_a_yes_can_turn_into_a_no_and_not_back(heart: ServedModel, heart_patient: Person) -> None:
    def moves(sugar: bool) -> list[list[float]]:
        levers = problem_about(treated(heart.model), heart_patient | {"high_fasting_sugar": sugar}).levers
        return [lever.values.tolist() for lever in levers if lever.feature.name == "high_fasting_sugar"]

    assert moves(sugar=True) == [[1, 0]]
    assert moves(sugar=False) == []


def test_what_treatment_alone_moves_stays_unless_treatment_is_included(
    heart: ServedModel, heart_patient: Person
) -> None:
    person = heart_patient | {"age": 50, "max_heart_rate": 140, "sbp": 150, "total_cholesterol": 260}
    person |= {"high_fasting_sugar": True}
    usual, more = (problem_about(one, person).levers for one in (heart.model, treated(heart.model)))
    assert [lever.feature.name for lever in usual] == ["max_heart_rate"]
    assert {lever.feature.name for lever in more} == {
        "max_heart_rate",
        "sbp",
        "total_cholesterol",
        "high_fasting_sugar",
    }


def test_who_lies_beyond_what_was_observed_keeps_the_lever_that_matters(
    version_1: ModelVersion, model: ModelVersion, helpable: Person
) -> None:
    """560 mg/dL is beyond the highest of anybody, 464, and so is what the largest change brings it to."""
    far = {**helpable, "total_cholesterol": 560}
    assert values_on(version_1, far, "total_cholesterol")[::6] == [560, 500]
    assert values_on(treated(model), far, "total_cholesterol")[::14] == [560, 420]
    sitting = values_on(model, {**helpable, "sedentary": 1400}, "sedentary")
    assert sitting == [1400, 1370, 1340]


@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_no_value_ends_further_from_what_was_observed_than_it_began(
    data: st.DataObject, either: ModelVersion, strangers: list[Person]
) -> None:
    person, model = dict(data.draw(st.sampled_from(strangers))), either
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


def test_what_nothing_moves_is_as_it_was_sent_however_finely(
    either: ModelVersion, strangers: list[Person]
) -> None:
    for person in strangers[:20]:
        problem = problem_about(
            either, {**person, "bmi": float(person["bmi"] or 0) + 0.03717, "weight": None}
        )
        rows = problem.levers.rows(problem.unchanged)
        assert np.array_equal(rows[0], problem.patient.factual, equal_nan=True)


def test_what_an_effect_cannot_move_further_stays_as_it_was_told(
    model: ModelVersion, held_out: list[Person]
) -> None:
    """The body mass index of thin people, which no effect lowers: by rounding alone nothing moves along."""
    thin = [person for person in held_out if float(str(person["bmi"])) < 19]
    assert len(thin) > 10
    for told in thin:
        levers = problem_about(model, told | {"bmi": float(str(told["bmi"])) + 1e-8}).levers
        rows = levers.rows(np.diag([lever.top for lever in levers]))
        apart = np.abs(rows - levers.factual)[:, levers.consequences.column]
        assert not ((apart > 0) & (apart < 1e-6)).any()


@given(data=st.data())
@settings(max_examples=40, deadline=None)
def test_in_another_order_the_same_follows(
    data: st.DataObject, either: ModelVersion, strangers: list[Person]
) -> None:
    levers = problem_about(treated(either), data.draw(st.sampled_from(strangers))).levers
    order = np.array(data.draw(st.permutations(range(len(levers)))), dtype=np.int64)
    other, levels = in_order(levers, order), data.draw(candidates(levers))
    anew = replace(levers, items=tuple(levers.items[place] for place in order))
    draws = draws_for(either.schema)
    for told, worked_out in (
        (other.consequences, anew.consequences),
        (other.drawn(draws), anew.drawn(draws)),
    ):
        for field, value in told._asdict().items():
            np.testing.assert_array_equal(value, getattr(worked_out, field), err_msg=field)
    np.testing.assert_array_equal(other.rows(levels[:, order]), levers.rows(levels))
    np.testing.assert_array_equal(other.driven_range, anew.driven_range)
    np.testing.assert_array_equal(other.allowed(levels[:, order]), levers.allowed(levels))


def test_compiled_functions_are_given_arrays_of_one_kind(registry: ModelRegistry) -> None:
    """Numba compiles anew for each type and layout, which takes a caller many seconds: one will do.

    How many columns are driven, from none to several, must make no difference.
    """
    model = registry.named("dysglycaemia").model
    kinds: dict[str, set[str]] = {}
    type_of: Any = numba.typeof
    numbers = set()
    for person in (one.features for one in people_of(model, Side.HELD_OUT)[:300]):
        levers = problem_about(model, person).levers
        for one in (levers, in_order(levers, np.arange(len(levers))[::-1])):
            given = {"driven_range": one.driven_range}
            for name, what in (("told", one.consequences), ("drawn", one.drawn(draws_for(model.schema)))):
                given |= {f"{name} {field}": value for field, value in what._asdict().items()}
            for name, value in given.items():
                kinds.setdefault(name, set()).add(str(type_of(value)))
        numbers.add(levers.consequences.number)
    assert {0, 1, 2} <= numbers
    assert {name: types for name, types in kinds.items() if len(types) > 1} == {}
