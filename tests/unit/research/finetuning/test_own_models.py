"""Lessons of any model of a store: any threshold, no recipe, few people, nothing that may change."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.classifiers.store import load_version
from app.domain.schema import ModelInfo
from research.finetuning.errors import FinetuningError
from research.finetuning.preparation import RECIPE, enough_examples, make_examples, read_task
from research.finetuning.questions import questions_about, training_people
from research.finetuning.recipe import Data, Recipe, default_recipe
from research.finetuning.targets import drawn_target, least_risk
from tests.strange import LONG, write_strange_model

SEED = 1
THRESHOLDS = [0.005, 0.075, 0.2, 0.95]


def facts(threshold: float) -> ModelInfo:
    return ModelInfo(
        name="some",
        title="Some",
        outcome="an event",
        description="",
        threshold=threshold,
        min_robustness=0.8,
        max_changes=3,
        horizon="a year",
        effort_per_change=0.1,
    )


@given(threshold=st.floats(0.005, 0.95), place=st.floats(0, 1), seed=st.integers(0, 1000))
def test_a_target_lies_below_the_risk_and_no_nearer_than_worth_it(
    threshold: float, place: float, seed: int
) -> None:
    about = facts(threshold)
    risk = least_risk(about) + place * (1 - least_risk(about))
    target = drawn_target(about, np.random.default_rng(seed), risk)
    assert 0 < target < risk
    assert target <= threshold + 6 * about.least_reduction or risk - target <= 5 * about.least_reduction
    assert target >= min(0.4 * threshold, risk - 5 * about.least_reduction) > 0


def test_beside_one_half_people_of_three_in_ten_are_asked_about() -> None:
    assert least_risk(facts(0.5)) == 0.3


@pytest.mark.parametrize("threshold", THRESHOLDS)
def test_every_threshold_has_questions(tmp_path: Path, threshold: float) -> None:
    model = load_version(tmp_path, write_strange_model(tmp_path, threshold))
    people = training_people(model)
    assert len(people) > 100
    questions = [q for person in people[:40] for q in questions_about(model, person, 4, SEED)]
    assert len({question.target for question in questions}) > 10
    assert all(0 < one.target < one.risk(one.unchanged)[0] for one in questions)


@pytest.mark.parametrize("most", [1, 2])
def test_one_change_alone_is_a_limit_like_others(tmp_path: Path, most: int) -> None:
    model = load_version(tmp_path, write_strange_model(tmp_path, 0.3, people=1500, most=most))
    questions = [q for one in training_people(model)[:30] for q in questions_about(model, one, 4, SEED)]
    assert {question.levers.max_changes for question in questions} == {most}


def test_pairs_need_no_recipe_and_say_what_is_taken(tmp_path: Path) -> None:
    name = write_strange_model(tmp_path, 0.25, people=600, middle=0.05)
    said: list[str] = []
    path = tmp_path / "lessons.jsonl"
    count = make_examples(name, tmp_path, path, lambda *_: None, said.append)
    about, *lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert about["model"] == f"{name}@1"
    assert len(lines) == count > 10
    assert f"{tmp_path / name / RECIPE} is missing: the defaults" in said[0]
    assert said[1].startswith(f"In prompts {LONG} goes by weekly_hours:")
    assert any("weekly_hours" in answer for line in lines for answer in line["answers"])
    assert not any(LONG in line["case"] for line in lines)


def test_a_recipe_that_is_there_is_taken(tmp_path: Path) -> None:
    name = write_strange_model(tmp_path, 0.2, people=120)
    (tmp_path / name / RECIPE).write_text("[data]\nvalidation_share = 0.5")
    said: list[str] = []
    _, recipe = read_task(name, tmp_path, said.append)
    assert recipe.data.validation_share == 0.5
    assert not any(RECIPE in words for words in said)


def test_nothing_that_may_change_is_told(tmp_path: Path) -> None:
    name = write_strange_model(tmp_path, 0.2, people=120, actionable=False)
    with pytest.raises(FinetuningError, match=r"^strange@1 has no feature that may change"):
        read_task(name, tmp_path)


def test_nobody_at_risk_is_told(tmp_path: Path) -> None:
    """Of few people the trees have no splits: everybody has the risk of all."""
    name = write_strange_model(tmp_path, 0.9, people=80, middle=0.3)
    with pytest.raises(
        FinetuningError, match=r"^Nobody whom strange@1 learned from has a risk of 54 % or more"
    ):
        read_task(name, tmp_path)


def test_questions_without_an_answer_leave_no_file(tmp_path: Path) -> None:
    """Of twelve people the trees have no splits, so that no change lowers any risk."""
    name = write_strange_model(tmp_path, 0.2, people=12)
    path = tmp_path / "lessons.jsonl"
    with pytest.raises(FinetuningError, match="there is nothing to learn from"):
        make_examples(name, tmp_path, path, lambda *_: None, lambda _: None)
    assert not path.exists()


def test_too_few_questions_for_a_step_are_told(tmp_path: Path) -> None:
    model = load_version(tmp_path, write_strange_model(tmp_path, 0.2, people=120))
    with pytest.raises(FinetuningError, match=r"^0 questions are too few to learn from: a step takes 8"):
        enough_examples(model, [], Recipe(data=Data()))


def test_of_few_people_more_are_kept_back_and_asked_about() -> None:
    recipes = {people: default_recipe(people, rows=people) for people in (0, 20, 300, 5000)}
    shares = {people: recipe.data.validation_share for people, recipe in recipes.items()}
    assert shares == {0: 0.3, 20: 0.3, 300: 0.16, 5000: 0.06}
    assert {people: recipe.own.every for people, recipe in recipes.items()} == {0: 1, 20: 1, 300: 2, 5000: 20}


def test_of_people_with_many_rows_at_least_five_are_kept_back() -> None:
    recipe = default_recipe(people=25, rows=1000)
    assert recipe.data.validation_share == 0.2
    assert recipe.own.every == 8
