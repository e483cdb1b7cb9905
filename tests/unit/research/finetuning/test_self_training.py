"""The second round: of the model's own proposals only what is verified and holds is learned from."""

import json

import pytest

from app.classifiers.partitions import Person
from app.engine.marginal_effects import marginal_effects_of
from app.engine.registry import ServedModel
from app.proposers.llm.breaker import Breaker
from app.proposers.llm.client import LlmClient
from app.proposers.llm.prompt import Style
from app.proposers.llm.proposer import LlmProposer
from app.proposers.llm.response import write_answer
from research.finetuning.answers import AnswerKind, answers_to
from research.finetuning.pairs import examples_of
from research.finetuning.questions import questions_about, training_people
from research.finetuning.self_training import self_training_examples
from tests.integration.fake_llm import fake_llm, says

SEED = 1


@pytest.fixture(scope="module")
def person(served: ServedModel) -> Person:
    """A training person whose default question the search answers with something that holds."""
    for person in training_people(served.model):
        examples = examples_of(served.model, served.references, [person], SEED)
        if any(example.kind is AnswerKind.OPTION for example in examples):
            return person
    raise AssertionError("nobody can be helped")


async def examples_from(served: ServedModel, person: Person, *said: str) -> list[tuple[str, ...]]:
    with fake_llm() as fake:
        fake.behaviour = says(*said)
        client = LlmClient(fake.url, model=None, api_key=None, concurrency=1, breaker=Breaker(1, 0))
        proposer = LlmProposer(
            client, style=Style.FINE_TUNED, exemplars={}, samples=len(said), temperature=1.0, deadline_s=60
        )
        try:
            examples = self_training_examples(served.model, served.references, [person], SEED, proposer)
            return [example.answers async for example in examples]
        finally:
            await client.close()


def moves(answer: str) -> list[tuple[str, str]]:
    words = json.loads(answer).split(" ")
    return list(zip(words[::2], words[1::2], strict=True))


async def test_what_holds_is_kept_and_what_does_not_is_not(served: ServedModel, person: Person) -> None:
    good = [
        answer
        for example in examples_of(served.model, served.references, [person], SEED)
        for answer in example.answers
    ]
    kept = await examples_from(served, person, *good, "eat less", '"age -1"')
    assert kept
    expected = {frozenset(moves(answer)) for answer in good}
    assert all(frozenset(moves(one)) in expected for answers in kept for one in answers)


async def test_where_no_option_holds_improvements_are_kept_that_no_other_beats(served: ServedModel) -> None:
    for person in training_people(served.model):
        question = next(questions_about(served.model, person, 1, SEED))
        answers = answers_to(question, served.references)
        if answers is not None and answers.kind is AnswerKind.IMPROVEMENT and len(answers.levels) > 1:
            break
    assert answers is not None
    risk, effort = question.risk(answers.levels), question.levers.effort(answers.levels)
    order = marginal_effects_of(question).order
    said = [write_answer(question.levers, levels, order) for levels in answers.levels]
    kept = set((await examples_from(served, person, *said))[0])
    beaten = [
        bool(((risk <= own) & (effort <= cost) & ((risk < own) | (effort < cost))).any())
        for own, cost in zip(risk, effort, strict=True)
    ]
    assert kept == {text for text, is_beaten in zip(said, beaten, strict=True) if not is_beaten}


async def test_nonsense_teaches_nothing(served: ServedModel, person: Person) -> None:
    assert await examples_from(served, person, "eat less", '"age -1"', "null") == []
