"""What the language model may say, and what is made of what it says."""

import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.classifiers.hosted import HostedModel
from app.proposers.llm.response import read_answer, response_schema, write_answer
from tests.asking import Person, question_about


@given(data=st.data())
@settings(max_examples=40, deadline=None)
def test_every_answer_the_schema_admits_reads_back_as_what_it_says(
    data: st.DataObject, model: HostedModel, high_risk: list[Person]
) -> None:
    levers = question_about(model, data.draw(st.sampled_from(high_risk))).levers
    said = data.draw(st.from_regex(response_schema(levers)["pattern"], fullmatch=True))
    levels = read_answer(levers, json.dumps(said))
    assert levels is not None
    assert 1 <= (levels > 0).sum() <= levers.max_changes
    written = json.loads(write_answer(levers, levels))
    assert set(written.split(", ")) <= set(said.split(", "))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no",
        '""',
        "null",
        "3",
        '"bmi -1',
        '"bmi"',
        '"bmi 0"',
        '"bmi 2"',
        '"bmi -999"',
        '"bmi -1.5"',
        '"age -1"',
        '"bmi -1, walks 3"',
        '"bmi -1,fibre 1"',
        '["bmi -1"]',
        '{"bmi": -1}',
        "[" * 5000,
    ],
)
def test_what_is_not_well_formed_is_not_guessed_at(model: HostedModel, helpable: Person, text: str) -> None:
    assert read_answer(question_about(model, helpable | {"bmi": 30.0, "weight": None}).levers, text) is None


def test_the_schema_names_only_what_may_move(model: HostedModel, helpable: Person) -> None:
    levers = question_about(model, helpable).levers
    pattern = response_schema(levers)["pattern"]
    assert set(re.findall(r"[a-z_]+", pattern)) == {lever.feature.name for lever in levers}
    assert re.fullmatch(pattern, ", ".join(["bmi -1"] * (levers.max_changes + 1))) is None


def test_a_feature_named_twice_goes_the_further_way(model: HostedModel, helpable: Person) -> None:
    levers = question_about(model, helpable | {"bmi": 30.0, "weight": None}).levers
    levels = read_answer(levers, '"bmi -3, bmi -1"')
    assert levels is not None
    assert write_answer(levers, levels) == '"bmi -3"'
