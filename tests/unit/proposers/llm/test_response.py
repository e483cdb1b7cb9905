"""What the language model may say, and what is made of what it says."""

import json
import re
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from app.classifiers.model_version import ModelVersion
from app.proposers.llm.response import (
    most_tokens,
    object_schema,
    read_answer,
    response_schema,
    write_answer,
)
from tests.asking import Person, problem_about


def moves(said: str) -> list[str]:
    words = said.split(" ")
    return [f"{name} {steps}" for name, steps in zip(words[::2], words[1::2], strict=True)]


@given(data=st.data())
@settings(max_examples=40, deadline=None)
def test_every_answer_the_schema_admits_reads_back_as_what_it_says(
    data: st.DataObject, model: ModelVersion, high_risk: list[Person]
) -> None:
    levers = problem_about(model, data.draw(st.sampled_from(high_risk))).levers
    said = data.draw(st.from_regex(response_schema(levers)["pattern"], fullmatch=True))
    levels = read_answer(levers, json.dumps(said))
    assert levels is not None
    assert 1 <= (levels > 0).sum() <= levers.max_changes
    written = json.loads(write_answer(levers, levels))
    assert set(moves(written)) <= set(moves(said))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no",
        '""',
        "null",
        "3",
        '"BMI -1',
        '"BMI"',
        '"BMI 0"',
        '"BMI 2"',
        '"BMI -1 "',
        '"BMI  -1"',
        '"bmi -1"',
        '"BMI -999"',
        '"BMI -1.5"',
        '"age -1"',
        '"BMI -1 walks 3"',
        '"BMI -1, fibre 1"',
        '["BMI -1"]',
        '{"BMI": -1}',
        "[" * 5000,
    ],
)
def test_what_is_not_well_formed_is_not_guessed_at(model: ModelVersion, helpable: Person, text: str) -> None:
    assert read_answer(problem_about(model, helpable | {"bmi": 30.0, "weight": None}).levers, text) is None


def test_an_object_that_holds_the_answer_reads_like_it(model: ModelVersion, helpable: Person) -> None:
    levers = problem_about(model, helpable | {"bmi": 30.0, "weight": None, "fibre": 12}).levers
    bare = read_answer(levers, '"BMI -1 fibre 1"')
    assert bare is not None
    held = read_answer(levers, '{"changes": "BMI -1 fibre 1"}')
    assert held is not None
    assert held.tolist() == bare.tolist()
    Draft202012Validator(object_schema(response_schema(levers))).validate({"changes": "BMI -1 fibre 1"})
    for other in ('{"changes": ["BMI -1"]}', '{"changes": "BMI -1", "why": ""}', '{"change": "BMI -1"}'):
        assert read_answer(levers, other) is None


def test_a_text_longer_than_any_answer_is_not_even_parsed(model: ModelVersion, helpable: Person) -> None:
    assert read_answer(problem_about(model, helpable).levers, " " * 1_000_000 + '"BMI -1"') is None


def test_the_schema_names_only_what_may_move(model: ModelVersion, helpable: Person) -> None:
    levers = problem_about(model, helpable).levers
    pattern = response_schema(levers)["pattern"]
    assert set(re.findall(r"[A-Za-z_]+", pattern)) == {lever.feature.called for lever in levers}
    assert re.fullmatch(pattern, " ".join(["BMI -1"] * (levers.max_changes + 1))) is None


def test_a_feature_named_twice_goes_the_further_way(model: ModelVersion, helpable: Person) -> None:
    levers = problem_about(model, helpable | {"bmi": 30.0, "weight": None}).levers
    levels = read_answer(levers, '"BMI -3 BMI -1"')
    assert levels is not None
    assert write_answer(levers, levels) == '"BMI -3"'


def test_answers_have_room_for_long_names(model: ModelVersion, high_risk: list[Person]) -> None:
    """As many tokens as are usual, or half as many as the longest answer has letters."""
    levers = problem_about(model, high_risk[0]).levers
    assert most_tokens(levers) == 64
    named = [
        lever.feature.model_copy(update={"short": f"{'x' * 37}_{place}"})
        for place, lever in enumerate(levers)
    ]
    items = [replace(lever, feature=feature) for lever, feature in zip(levers, named, strict=True)]
    long = replace(levers, items=tuple(items), max_changes=6)
    levels = np.array([lever.top if place < 6 else 0 for place, lever in enumerate(long)])
    assert len(write_answer(long, levels)) / 2 <= most_tokens(long) < 150
