"""The what-if's form: places on sliders are values that are open to the patient, and nothing else moves."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.classifiers.model_version import ModelVersion
from app.domain.constraints import read_constraints
from app.domain.errors import InvalidInputError
from app.domain.feature import Kind
from app.engine.problem import RecourseProblem, problem_about
from app.faces.pages.patient.views.what_if import LOCK, PLACE, setting_of
from tests.asking import Person


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
    lever = question.levers.items[0].feature.name
    with pytest.raises(InvalidInputError) as refused:
        setting_of(question, {PLACE + lever: text})
    (fault,) = refused.value.issues
    assert (fault.pointer, fault.detail) == (f"/{lever}", "is not a step open to this patient")


def test_locks_are_of_levers(model: ModelVersion, helpable: Person) -> None:
    question = problem_about(model, helpable)
    lever = question.levers.items[0].feature.name
    setting = setting_of(question, {LOCK + lever: "on"})
    assert lever not in setting.free
    assert not setting.is_all_locked
    every: dict[str, Any] = {LOCK + one.feature.name: "on" for one in question.levers}
    assert setting_of(question, every).is_all_locked
    with pytest.raises(InvalidInputError):
        setting_of(question, {LOCK + "age": "on"})


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
