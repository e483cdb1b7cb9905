"""What a language model is told of categories that people act on, and what it may say of them."""

import json
import re
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from jsonschema import Draft202012Validator

from app.domain.schema import FeatureSchema
from app.engine.describe import features_of
from app.engine.marginal_effects import marginal_effects_of
from app.engine.problem import RecourseProblem, problem_about
from app.proposers.llm.prompt import Style, case_text, messages
from app.proposers.llm.response import read_answer, response_schema, write_answer
from tests.asking import Person
from tests.moving import moving_model, moving_people

SMOKER: Person = {"smoking": "daily", "indoors": True, "food": "poor", "walking": 30}


@pytest.fixture(scope="module")
def problem() -> RecourseProblem:
    person = moving_people(1, seed=9)[0]
    return problem_about(moving_model(), person | SMOKER | {"alcohol": 60.0, "pulse": 88.0})


def test_the_case_tells_what_each_move_ends_at(problem: RecourseProblem) -> None:
    lines = case_text(problem, marginal_effects_of(problem)).split("\n ")
    [smoking] = [line for line in lines if line.startswith("smoking daily: ")]
    said = [move.split(" ")[0] for move in smoking.removeprefix("smoking daily: ").split(", ")]
    assert set(said[:2]) <= {"former", "some_days"}
    assert re.fullmatch(r"(\S+ \d+)(, \S+ \d+)*(, with .*)?", smoking.removeprefix("smoking daily: "))


def test_the_instruction_says_how_words_are_answered(problem: RecourseProblem) -> None:
    system = messages(problem.schema, Style.ZERO_SHOT, "")[0]["content"]
    assert "what is told in a word becomes another, as in 'smoking daily: never 6'" in system
    assert "One step is: walking 15 min/day, alcohol 10 g/day;" in system


@pytest.mark.parametrize("said", ["smoking some_days walking 2", "food good", "smoking former food mixed"])
def test_moves_are_read_and_written_alike(problem: RecourseProblem, said: str) -> None:
    levels = read_answer(problem.levers, json.dumps(said))
    assert levels is not None
    words, values = (
        said.split(" "),
        features_of(problem, levels),
    )
    for name, word in zip(words[::2], words[1::2], strict=True):
        if name != "walking":
            assert values[name] == word.replace("_", " ")
    assert json.loads(write_answer(problem.levers, levels)) == said
    Draft202012Validator(response_schema(problem.levers)).validate(said)


@pytest.mark.parametrize(
    "said", ["smoking never", "smoking daily", "smoking 1", "smoking some days", "food fast"]
)
def test_no_other_move_is_read(problem: RecourseProblem, said: str) -> None:
    assert read_answer(problem.levers, json.dumps(said)) is None
    assert not Draft202012Validator(response_schema(problem.levers)).is_valid(said)


def test_signs_of_a_value_stand_for_themselves() -> None:
    """A value such as `1-2 (max.)` is no pattern of others."""
    model = moving_model()
    content: Any = model.schema.model_dump(by_alias=True)
    food: Any = next(one for one in content["feature"] if one["name"] == "food")

    def rename(value: str) -> str:
        return "1-2 (max.)+" if value == "mixed" else value

    for category in food["categories"]:
        category["value"] = rename(category["value"])
    for move in food["action"]["moves"]:
        move["from"], move["to"] = rename(move["from"]), rename(move["to"])
    schema = FeatureSchema.model_validate(content)
    person = moving_people(1, seed=9)[0] | SMOKER
    problem = problem_about(replace(model, schema=schema), person)
    pattern = re.compile(response_schema(problem.levers)["pattern"])
    assert pattern.fullmatch("food 1-2_(max.)+")
    assert not pattern.fullmatch("food 1-2_(max.)")
    assert not pattern.fullmatch("food 1-2_max")
    levels = read_answer(problem.levers, json.dumps("food 1-2_(max.)+"))
    assert levels is not None
    assert np.count_nonzero(levels) == 1
