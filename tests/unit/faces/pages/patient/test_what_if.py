"""The what-if's form: places on sliders are values that are open to the patient, and nothing else moves."""

from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from app.classifiers.model_version import ModelVersion
from app.domain.constraints import read_constraints
from app.domain.errors import InvalidInputError
from app.domain.feature import Kind
from app.engine.exact.driven import driven_reach
from app.engine.problem import RecourseProblem, problem_about
from app.engine.registry import ModelRegistry, ServedModel
from app.faces.http.issues import issues_out
from app.faces.pages.patient.requests import request_from
from app.faces.pages.patient.views.formatting import value_text
from app.faces.pages.patient.views.names import mark_of
from app.faces.pages.patient.views.what_if import what_if_as_set, what_if_of
from app.faces.pages.patient.views.what_if_setting import KEEP, LOCK, PLACE, locks_of, question_of, setting_of
from app.usecases.counterfactuals.request import validate
from tests.asking import Person
from tests.kinds_of_answers import FRAGILE, IN_REACH, OUT_OF_REACH
from tests.unit.faces.pages.patient.contexts import context, recorded
from tests.unit.faces.pages.patient.real import real_context


def fields_for(question: RecourseProblem, data: st.DataObject) -> dict[str, str]:
    return {
        PLACE + lever.feature.name: str(data.draw(st.integers(0, lever.top), label=lever.feature.name))
        for lever in question.levers
    }


def driven(question: RecourseProblem) -> set[str]:
    """What effects and links can move, beside a lever of its own."""
    return set(question.schema.consequence_order)


@given(data=st.data())
def test_a_place_is_the_value_in_rising_order(
    model: ModelVersion, high_risk: list[Person], data: st.DataObject
) -> None:
    question = problem_about(model, data.draw(st.sampled_from(high_risk)))
    fields = fields_for(question, data)
    after = setting_of(question, fields).features
    for lever in question.levers:
        place = int(fields[PLACE + lever.feature.name])
        if np.sort(lever.values)[place] == lever.values[0] and lever.feature.name in driven(question):
            continue  # what is not moved itself may follow from what is
        assert float(np.sort(lever.values)[place]) == pytest.approx(float(after[lever.feature.name] or 0))


@given(data=st.data())
def test_what_is_no_lever_and_follows_none_never_moves(
    model: ModelVersion, high_risk: list[Person], data: st.DataObject
) -> None:
    question = problem_about(model, data.draw(st.sampled_from(high_risk)))
    after = setting_of(question, fields_for(question, data)).features
    moving = {lever.feature.name for lever in question.levers} | driven(question)
    for name, value in question.patient.values.items():
        if name not in moving:
            assert after[name] == value


@given(data=st.data())
def test_without_fields_sliders_stay_where_they_are(
    model: ModelVersion, high_risk: list[Person], data: st.DataObject
) -> None:
    question = problem_about(model, data.draw(st.sampled_from(high_risk)))
    setting = setting_of(question, {})
    for lever, level in zip(question.levers, setting.levels, strict=True):
        if lever.feature.kind is not Kind.BOOLEAN:
            assert level == 0
    assert not setting.locked


@given(text=st.text(max_size=8).filter(lambda text: not (text.isascii() and text.isdecimal())))
def test_what_is_no_place_is_refused(model: ModelVersion, helpable: Person, text: str) -> None:
    question = problem_about(model, helpable)
    feature = question.levers.items[0].feature
    with pytest.raises(InvalidInputError) as refused:
        setting_of(question, {PLACE + feature.name: text})
    (fault,) = refused.value.issues
    assert (fault.pointer, fault.detail) == (f"/{feature.name}", "is not a step open to this patient")
    (told,) = issues_out([fault])
    assert told.name == feature.label
    assert told.model_dump() == {"pointer": fault.pointer, "detail": fault.detail}


def test_locks_are_of_levers(model: ModelVersion, helpable: Person) -> None:
    question = problem_about(model, helpable)
    lever = question.levers.items[0].feature.name
    setting = setting_of(question, {LOCK + lever: "on"})
    assert setting.to_keep == [lever]
    assert not setting.is_all_locked
    every: dict[str, Any] = {LOCK + one.feature.name: "on" for one in question.levers}
    assert setting_of(question, every).is_all_locked
    with pytest.raises(InvalidInputError):
        setting_of(question, {LOCK + "age": "on"})


def test_a_theme_is_locked_as_a_whole(model: ModelVersion, helpable: Person) -> None:
    question = problem_about(model, helpable)
    setting = setting_of(question, {KEEP + "activity": "on", LOCK + "bmi": "on"})
    assert setting.to_keep == ["activity", "bmi"]
    themes = {f"{KEEP}{lever.feature.theme}": "on" for lever in question.levers}
    assert setting_of(question, themes).is_all_locked
    with pytest.raises(InvalidInputError):
        setting_of(question, {KEEP + "nonsense": "on"})


@pytest.mark.parametrize("choice", [{"include": "wishes"}, {"programme": "heroic"}])
def test_a_choice_that_the_form_does_not_have_is_refused(
    model: ModelVersion, helpable: Person, choice: dict[str, str]
) -> None:
    with pytest.raises(InvalidInputError):
        setting_of(problem_about(model, helpable), choice)


def test_what_the_form_says_is_what_is_asked(served: ServedModel, helpable: Person) -> None:
    answer = context(recorded(served, helpable, min_robustness=0.9), served)
    question = question_of(answer)
    assert question is not None
    fields = {KEEP + "activity": "on", LOCK + "bmi": "on", "include": "treatment", "programme": "intensive"}
    asked = request_from(answer, setting_of(question, fields))
    assert asked.constraints is not None
    assert asked.constraints.features_to_keep == ["activity", "bmi"]
    assert asked.constraints.features_to_vary is None
    assert (asked.include, asked.programme) == (["treatment"], "intensive")


def test_what_is_supposed_may_end_where_the_wider_question_lets_it(
    served: ServedModel, helpable: Person
) -> None:
    """And what is not supposed has no limits of the page's: another programme may go further with it."""
    answer = context(recorded(served, helpable, min_robustness=0.9), served)
    question = question_of(answer)
    assert question is not None
    lever = next(one for one in question.levers if one.feature.is_numeric)
    place = {PLACE + lever.feature.name: str(0 if lever.values[0] > lever.values[-1] else lever.top)}
    still = request_from(answer, setting_of(question, {}))
    moved = request_from(answer, setting_of(question, place))
    assert still.constraints is not None
    assert moved.constraints is not None
    assert lever.feature.name not in (still.constraints.permitted_range or {})
    low, high = (moved.constraints.permitted_range or {})[lever.feature.name]  # effects may take it further
    assert low is not None
    assert high is not None
    assert low <= lever.values.min() <= low + lever.feature.precision
    assert high >= lever.values.max()


def test_the_form_opens_as_the_question_was_and_stays_as_it_was_put(
    served: ServedModel, helpable: Person
) -> None:
    schema = served.model.schema
    keep = [*schema.with_theme("activity"), "bmi"]
    constraints: dict[str, Any] = {
        "features_to_vary": None,
        "features_to_keep": keep,
        "permitted_range": {},
        "max_changes": 2,
    }
    answer = context(recorded(served, helpable, constraints=constraints, programme="intensive"), served)
    assert locks_of(answer) == set(keep)
    form = what_if_of(answer, {})
    assert form is not None
    assert form.max_changes == 2
    assert [group.theme for group in form.groups if group.is_kept and group.theme] == ["activity"]
    locked = [one.name for group in form.groups for one in group.controls if one.is_locked]
    assert locked == ["bmi"]
    assert {choice.value: choice.is_chosen for choice in form.choices} == {
        "treatment": False,
        "intensive": True,
    }
    question = question_of(answer)
    assert question is not None
    fields = {KEEP + "food": "on", LOCK + "bmi": "on", "include": "treatment"}
    put = what_if_as_set(answer, setting_of(question, fields))
    assert [group.theme for group in put.groups if group.is_kept and group.theme] == ["food"]
    assert [one.name for group in put.groups for one in group.controls if one.is_locked] == ["bmi"]
    assert [choice.value for choice in put.choices if choice.is_chosen] == ["treatment"]


def test_what_follows_on_average_is_told_apart_from_what_is_moved(
    model: ModelVersion, high_risk: list[Person]
) -> None:
    questions = (problem_about(model, person) for person in high_risk)
    question = next(one for one in questions if "bmi" in {lever.feature.name for lever in one.levers})
    setting = setting_of(question, {PLACE + "bmi": "0"})
    moved, follows = ({label for label, *_ in told} for told in (setting.moved(), setting.following()))
    assert {model.schema[name].label for name in ("bmi", "weight")} <= moved
    assert follows
    assert not moved & follows


@given(data=st.data())
def test_a_setting_is_said_to_go_too_far_where_no_option_may_be_so(
    model: ModelVersion, high_risk: list[Person], data: st.DataObject
) -> None:
    """So that the lowest risk of settings within is the lowest that a proof speaks of."""
    constraints = read_constraints(model.schema, None, None, data.draw(st.integers(1, 6)))
    question = problem_about(model, data.draw(st.sampled_from(high_risk)), constraints)
    setting = setting_of(question, fields_for(question, data))
    assert (setting.beyond() == []) == question.levers.allowed(setting.levels[None])[0]


def test_what_the_question_kept_is_named_when_it_is_moved(model: ModelVersion, helpable: Person) -> None:
    question = problem_about(model, helpable)
    lever = question.levers.items[0]
    fields = {PLACE + lever.feature.name: str(0 if lever.values[0] > lever.values[-1] else lever.top)}
    kept = frozenset({lever.feature.name})
    assert setting_of(question, fields).beyond() == []
    assert "to be kept" in setting_of(question, fields, kept).beyond()[0]


@given(data=st.data())
@settings(max_examples=15, deadline=None)
def test_asking_from_a_what_if_takes_nothing_further_than_it_goes_from_here(
    registry: ModelRegistry, served: ServedModel, high_risk: list[Person], data: st.DataObject
) -> None:
    """Nor what follows: effects on what is supposed are not counted once more."""
    person = data.draw(st.sampled_from(high_risk[:40]))
    answer = context(recorded(served, person, min_robustness=0.0), served)
    question = question_of(answer)
    assert question is not None
    setting = setting_of(question, fields_for(question, data))
    supposed, reach = setting.features, driven_reach(question.levers.consequences)
    effects = question.levers.effects
    assume(effects is not None and not setting.is_all_locked)
    assert effects is not None
    second = validate(registry, request_from(answer, setting)).problem(risk=0.9)
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32 - 1)))
    tops = np.array([lever.top for lever in second.levers], dtype=np.int64)
    levels = rng.integers(0, tops + 1, size=(50, len(tops))) * (rng.random((50, len(tops))) < 0.4)
    rows = second.levers.rows(levels[second.levers.allowed(levels)])
    for name, (low, high) in zip(effects.driven, reach, strict=True):
        if supposed[name] != question.patient.values[name]:
            column = rows[:, question.schema.column_of[name]]
            assert ((column >= low - 1e-6) & (column <= high + 1e-6)).all(), name


@pytest.mark.parametrize("kind", ["relative_reduction", "absolute_reduction", "max_risk"])
def test_the_kind_of_target_and_always_are_kept(served: ServedModel, helpable: Person, kind: str) -> None:
    """A fall stays a fall, from what is supposed: not the risk that it came to from how things were."""
    asked = {kind: 0.08}
    row = recorded(served, helpable, min_robustness=0.9, target_asked=asked, always_improve=True, target=0.42)
    answer = context(row, served)
    question = question_of(answer)
    assert question is not None
    made = request_from(answer, setting_of(question, {}))
    assert made.target is not None
    assert made.target.model_dump(exclude_none=True) == asked
    assert made.always


def test_an_answer_from_before_targets_were_recorded_as_asked_is_asked_for_its_risk(
    served: ServedModel, helpable: Person
) -> None:
    answer = context(recorded(served, helpable, min_robustness=0.9, target=0.42), served)
    question = question_of(answer)
    assert question is not None
    made = request_from(answer, setting_of(question, {}))
    assert made.target is not None
    assert made.target.model_dump(exclude_none=True) == {"max_risk": 0.42}
    assert not made.always


@pytest.mark.parametrize("person", [OUT_OF_REACH, FRAGILE, IN_REACH])
def test_sliders_tell_what_is_now_and_where_options_put_them(registry: ModelRegistry, person: int) -> None:
    found = real_context(registry, person)
    form = what_if_of(found, {})
    assert form is not None
    controls = {one.name: one for group in form.groups for one in group.controls}
    assert found.schema is not None
    assert found.schema is not None
    marks = {
        (change.feature, mark_of(option)): change.after
        for option in found.offered
        for change in option.changes
    }
    assert {name for name, _ in marks} <= set(controls)
    for name, control in controls.items():
        assert control.now in (0, control.top)
        assert control.place == control.now
        assert control.said.startswith(f"Now {control.told(control.now)}.")
        assert [mark.across for mark in control.marks] == sorted({mark.across for mark in control.marks})
        for mark in control.marks:
            for one in mark.names.split(", "):
                text = control.texts[round(mark.across * control.top / 100)]
                assert text == value_text(found.schema[name], marks.pop((name, one)))
    assert not marks
    assert any(control.marks for control in controls.values())
