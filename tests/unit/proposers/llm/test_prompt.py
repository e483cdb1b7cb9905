"""The prompt: short, in steps, with nothing that identifies a person."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.classifiers.model_version import ModelVersion
from app.classifiers.partitions import Side, people_of
from app.domain.constraints import read_constraints
from app.domain.scope import Inclusion, Scope
from app.engine.marginal_effects import marginal_effects_of
from app.engine.problem import RecourseProblem
from app.engine.registry import ModelRegistry, ServedModel
from app.proposers.llm.exemplars import Exemplar, ExemplarBank, load_exemplars
from app.proposers.llm.prompt import Style, case_text, messages, version_of
from app.proposers.llm.response import read_answer
from tests.asking import Person, problem_about


@pytest.fixture(scope="module")
def version_2(registry: ModelRegistry) -> ModelVersion:
    return registry.named("dysglycaemia@2").model


@pytest.fixture(scope="module")
def people(version_2: ModelVersion) -> list[Person]:
    """Training people at high risk."""
    return [one.features for one in people_of(version_2, Side.TRAINING) if one.risk > 0.5][:40]


def case_of(problem: RecourseProblem) -> str:
    return case_text(problem, marginal_effects_of(problem))


@pytest.mark.parametrize(("reference", "changes"), [("dysglycaemia@1", 5), ("dysglycaemia@2", 3)])
def test_the_case_gives_aim_person_and_what_each_lever_does_alone(
    registry: ModelRegistry, helpable: Person, reference: str, changes: int
) -> None:
    model = registry.named(reference).model
    problem = problem_about(model, helpable | {"cigarettes": 12, "bmi": 33.0, "weight": None})
    marginal = marginal_effects_of(problem)
    aim, fixed, *lines = case_text(problem, marginal).split("\n ")
    assert aim.endswith(f"{marginal.needed} points, {changes} changes")
    assert f"age {helpable['age']}" in fixed
    themes = {feature.theme for feature in model.schema.actionable}
    told = [line.split() for line in lines if not line.startswith("also")]
    assert [words[words[0] in themes and words[1].isalpha()] for words in told] == [
        problem.levers.items[place].feature.called for place in marginal.order
    ]
    said = " ".join(lines)
    assert all(lever.feature.called in said for lever in problem.levers)
    assert "weight" not in said


def test_a_model_without_themes_is_asked_as_before(registry: ModelRegistry) -> None:
    """Adapters of version 1 were taught on it; scopes that open treatment change no form."""
    forms = {one.model.reference: version_of(one.model.schema) for one in registry}
    assert forms == {
        "dysglycaemia@1": "points-2",
        "dysglycaemia@2": "points-3",
        "heart-disease@1": "points-2",
        "heart-disease@2": "points-3",
    }
    treated = Scope(include=(Inclusion.TREATMENT,))
    assert {one.model.reference: version_of(one.model.schema.within(treated)) for one in registry} == forms


@settings(max_examples=30)
@given(data=st.data())
def test_points_out_of_reach_are_told_with_those_in_reach(
    version_2: ModelVersion, people: list[Person], data: st.DataObject
) -> None:
    """Whatever the target: a line says "5 of 9" just where the best single moves do not add up to it."""
    person = data.draw(st.sampled_from(people))
    target = data.draw(st.floats(0.05, 0.5))
    changes = data.draw(st.integers(1, 3))
    constraints = read_constraints(version_2.schema, None, None, changes)
    problem = problem_about(version_2, person, constraints, target)
    marginal = marginal_effects_of(problem)
    most = sorted(max((points for _, points in moves), default=0) for moves in marginal.by_lever)[-changes:]
    aim = case_text(problem, marginal).split("\n ")[0]
    told = f"{sum(most)} of {marginal.needed}" if sum(most) < marginal.needed else f"{marginal.needed}"
    assert aim == f"{told} points, {changes} changes"


def test_what_an_action_brings_along_and_what_it_is_about_are_told(
    version_2: ModelVersion, helpable: Person
) -> None:
    inactive = {"vigorous_activity": False, "moderate_activity": False, "sbp": 150, "dbp": 90, "pulse": 90}
    problem = problem_about(version_2, helpable | inactive | {"bmi": 33.0, "weight": None})
    lines = case_of(problem).split("\n ")
    [moderate] = [line for line in lines if "moderate no: " in line]
    assert moderate.startswith("activity moderate")
    assert {"BMI", "systolic", "diastolic", "pulse"} <= set(moderate.split(", with ")[1].split())
    [weight] = [line for line in lines if "BMI 33: " in line]
    assert weight.startswith("BMI")  # nothing else is about weight: the theme would say it twice
    assert "waist" not in weight  # it follows by a link, always


def test_unknown_features_are_left_out(model: ModelVersion, helpable: Person) -> None:
    assert "fibre" not in case_of(problem_about(model, helpable | {"fibre": None}))


def test_what_is_unknown_and_fixed_is_said_to_be(heart: ServedModel, heart_patient: Person) -> None:
    person = heart_patient | {"exercise_angina": None, "thallium": None, "vessels": None}
    fixed = case_of(problem_about(heart.model, person)).split("\n ")[1]
    assert {"angina unknown", "thallium unknown", "vessels unknown"} <= set(fixed.split(", "))


def test_how_a_yes_or_no_is_moved_is_told(model: ModelVersion, heart: ServedModel) -> None:
    """Only habits can be taken up where nothing else is a yes or no; treatment can end high fasting sugar."""
    treated = heart.model.schema.within(Scope(include=(Inclusion.TREATMENT,)))
    told = [messages(one, Style.ZERO_SHOT, "the case")[0]["content"] for one in (model.schema, treated)]
    assert "for a habit, 1 starts it" in told[0]
    assert "1 starts and -1 ends" in told[1]


def test_exemplars_are_turns_of_the_conversation_before_the_case(model: ModelVersion) -> None:
    exemplars = load_exemplars(model.folder, len(model.schema.columns)).exemplars[:2]
    turns = messages(model.schema, Style.FEW_SHOT, "the case", exemplars)
    assert [turn["role"] for turn in turns] == ["system", *["user", "assistant"] * 2, "user"]
    assert turns[1]["content"] == exemplars[0].case
    assert turns[2]["content"] == exemplars[0].answer
    assert turns[-1]["content"] == "the case"


def test_a_tuned_model_is_told_next_to_nothing_beside_the_case(model: ModelVersion) -> None:
    told = {style: messages(model.schema, style, "the case")[0]["content"] for style in Style}
    assert len(told[Style.FINE_TUNED]) < 20 < len(told[Style.ZERO_SHOT])


@pytest.mark.parametrize(
    ("reference", "count", "most"), [("dysglycaemia@1", 100, 5), ("dysglycaemia@2", 35, 3)]
)
def test_shipped_exemplars_are_answers_to_their_cases(
    registry: ModelRegistry, helpable: Person, reference: str, count: int, most: int
) -> None:
    model = registry.named(reference).model
    active = {"age": 50, "vigorous_activity": False, "moderate_activity": False, "sbp": 150, "dbp": 90}
    levers = problem_about(model, helpable | active | {"bmi": 31.0, "weight": None}).levers
    names = {lever.feature.called for lever in levers}
    exemplars = load_exemplars(model.folder, len(model.schema.columns)).exemplars
    assert len(exemplars) >= count
    for exemplar in exemplars:
        moved = exemplar.answer.strip('"').split(" ")[::2]
        assert 1 <= len(moved) <= most
        assert all(name in exemplar.case for name in moved)
        assert names & set(moved)
        assert read_answer(levers, exemplar.answer.swapcase()) is None


def test_the_nearest_exemplars_are_shown_the_nearest_last(model: ModelVersion) -> None:
    bank = load_exemplars(model.folder, len(model.schema.columns))
    own = bank.exemplars[7]
    shown = bank.nearest(np.array(own.row), 3)
    assert len(shown) == 3
    assert shown[-1] == own


def test_what_is_not_known_of_a_patient_does_not_count(model: ModelVersion) -> None:
    bank = load_exemplars(model.folder, len(model.schema.columns))
    row = np.array(bank.exemplars[7].row)
    row[3] = np.nan
    assert bank.nearest(row, 1) == [bank.exemplars[7]]


def test_a_column_that_no_exemplar_knows_does_not_count() -> None:
    near, far = (Exemplar("case", "answer", (value, None)) for value in (1.0, 3.0))
    assert ExemplarBank([near, far]).nearest(np.array([1.4, 7.0]), 1) == [near]


def test_a_model_without_exemplars_shows_none() -> None:
    assert ExemplarBank().nearest(np.zeros(3)) == []
