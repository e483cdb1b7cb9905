"""What language models learn from: training people alone, verified answers, the same every time."""

import json
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from app.classifiers.model_version import ModelVersion
from app.classifiers.partitions import Person, Side, people_of
from app.engine.marginal_effects import marginal_effects_of
from app.engine.problem import RecourseProblem
from app.engine.registry import ModelRegistry, ServedModel
from app.proposers.llm.prompt import case_text
from app.proposers.llm.response import read_answer
from research.finetuning.pairs import Example, examples_of, read_examples, write_examples
from research.finetuning.preparation import chosen_examples
from research.finetuning.questions import LEAST_RISK, is_kept_back, questions_about, training_people
from research.finetuning.recipe import Data, Recipe

SEED = 1


@pytest.fixture(scope="module")
def people(model: ModelVersion) -> list[Person]:
    return training_people(model)[:60]


@pytest.fixture(scope="module")
def examples(served: ServedModel, people: list[Person]) -> list[Example]:
    return list(examples_of(served.model, served.references, people[:20], SEED))


def asked(model: ModelVersion, people: list[Person]) -> list[RecourseProblem]:
    return [question for person in people for question in questions_about(model, person, 3, SEED)]


def test_nobody_held_out_is_learned_from(model: ModelVersion) -> None:
    held_out = {person.source_id for person in people_of(model, Side.HELD_OUT)}
    learned = {person.source_id for person in training_people(model)}
    assert len(learned) > 2000
    assert not learned & held_out


def test_only_people_at_some_risk_are_asked_about(people: list[Person]) -> None:
    assert min(person.risk for person in people) >= LEAST_RISK


def test_targets_lie_below_the_present_risk(model: ModelVersion, people: list[Person]) -> None:
    for person in people:
        for question in questions_about(model, person, 3, SEED):
            assert 0 < question.target < person.risk


@pytest.mark.parametrize(("reference", "most"), [("dysglycaemia", 3), ("dysglycaemia@1", 5)])
def test_questions_vary_in_target_levers_and_changes(
    registry: ModelRegistry, reference: str, most: int
) -> None:
    model = registry.named(reference).model
    people = training_people(model)[:60]
    questions = asked(model, people)
    assert len({question.target for question in questions}) > 20
    assert {question.levers.max_changes for question in questions} == set(range(2, most + 1))
    plain = {person.source_id: next(questions_about(model, person, 1, SEED), None) for person in people}
    full = {len(question.levers) for question in plain.values() if question}
    assert min(len(question.levers) for question in questions) < min(full)


def test_the_same_seed_asks_the_same(model: ModelVersion, people: list[Person]) -> None:
    first, second = asked(model, people[:10]), asked(model, people[:10])
    assert [q.target for q in first] == [q.target for q in second]
    assert all((a.levers.efforts == b.levers.efforts).all() for a, b in zip(first, second, strict=True))


def test_every_answer_reaches_its_target_and_obeys(
    model: ModelVersion, people: list[Person], examples: list[Example]
) -> None:
    questions = {
        (person.source_id, case_text(question, marginal_effects_of(question))): question
        for person in people[:20]
        for question in questions_about(model, person, 3, SEED)
    }
    for example in examples:
        question = questions[example.person, example.case]
        for answer in example.answers:
            levels = read_answer(question.levers, answer)
            assert levels is not None
            assert question.levers.allowed(levels[None])[0]
            assert question.risk(levels[None])[0] <= question.target
    assert examples


def test_no_answer_to_a_question_changes_all_that_a_better_one_does(examples: list[Example]) -> None:
    for example in examples:
        changed = [frozenset(json.loads(a).split(" ")[::2]) for a in example.answers]
        assert not any(better <= worse for better, worse in combinations(changed, 2))


def test_lessons_survive_the_file(examples: list[Example], tmp_path: Path) -> None:
    path = tmp_path / "folder" / "lessons.jsonl"
    assert write_examples(path, examples) == len(examples)
    assert read_examples(path) == examples


def test_people_kept_back_are_not_among_the_lessons(examples: list[Example]) -> None:
    recipe = Recipe(data=Data(validation_share=0.5, fragile_share=1.0))
    chosen = chosen_examples(examples, recipe)
    assert 0 < len(chosen) < len(examples)
    assert not any(is_kept_back(example.person, 0.5) for example in chosen)
    assert np.mean([is_kept_back(number, 0.06) for number in range(5000)]) == pytest.approx(0.06, abs=0.015)


def test_fragile_answers_may_be_left_out(examples: list[Example]) -> None:
    recipe = Recipe(data=Data(validation_share=0.0, fragile_share=0.0))
    chosen = chosen_examples(examples, recipe)
    assert chosen == [example for example in examples if example.held]
