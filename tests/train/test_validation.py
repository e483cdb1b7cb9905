"""What decides when to stop is looked at on people from whom nothing is learned, in either round."""

import pytest

from app.engine.problem import RecourseProblem
from app.engine.registry import ModelRegistry
from app.proposers.llm.response import write_answer
from research.finetuning.answers import AnswerKind, answers_to
from research.finetuning.preparation import read_task
from research.finetuning.questions import kept_back, training_people
from research.finetuning.validation import validate, validation_questions
from tests.conftest import STORE

MOST = 20


@pytest.mark.parametrize("reference", ["dysglycaemia@1", "dysglycaemia"])
def test_it_is_about_people_kept_back_who_have_an_answer(registry: ModelRegistry, reference: str) -> None:
    served = registry.named(reference)
    _, recipe = read_task(served.model.name, STORE)
    share = recipe.data.validation_share
    questions = validation_questions(served.model, served.references, share, MOST)
    people = training_people(served.model)
    kept = kept_back(people, share)
    looked_at = [
        {name: value for name, value in person.features.items() if value is not None}
        for person in people
        if person.whose in kept
    ]
    assert len(questions) == MOST
    assert recipe.onward().data.validation_share == share
    for one in questions:
        values = one.question.patient.values
        assert any(person.items() <= values.items() for person in looked_at)
    kinds = [one.kind for one in questions]
    assert kinds == sorted(kinds, key=lambda kind: kind is not AnswerKind.OPTION)


def test_answers_to_learn_from_are_valid_and_doing_nothing_is_not(registry: ModelRegistry) -> None:
    served = registry.named("dysglycaemia")
    questions = validation_questions(served.model, served.references, 0.06, MOST)

    def best(question: RecourseProblem) -> str:
        answers = answers_to(question, served.references)
        assert answers is not None
        return write_answer(question.levers, answers.levels[-1])

    right = validate(questions, served.references, lambda _: [best(one.question) for one in questions])
    wrong = validate(questions, served.references, lambda _: ['""' for _ in questions])
    assert (right.well_formed, right.valid) == (1.0, 1.0)
    assert wrong.valid == 0.0
