"""The second round: of the model's own proposals only what is verified and holds is learned from."""

import json

import pytest

from app.classifiers.partitions import Person
from app.engine.registry import ServedModel
from app.proposers.llm.breaker import Breaker
from app.proposers.llm.client import LlmClient
from app.proposers.llm.prompt import Style
from app.proposers.llm.proposer import LlmProposer
from research.finetuning.pairs import examples_of
from research.finetuning.questions import training_people
from research.finetuning.self_training import self_training_examples
from tests.integration.fake_llm import fake_llm, says

SEED = 1


@pytest.fixture(scope="module")
def person(served: ServedModel) -> Person:
    """A training person whose default question the search answers with something that holds."""
    for person in training_people(served.model):
        if any(example.held for example in examples_of(served.model, served.references, [person], SEED)):
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
        if example.held
        for answer in example.answers
    ]
    kept = await examples_from(served, person, *good, "eat less", '"age -1"')
    assert kept
    expected = {frozenset(moves(answer)) for answer in good}
    assert all(frozenset(moves(one)) in expected for answers in kept for one in answers)


async def test_nonsense_teaches_nothing(served: ServedModel, person: Person) -> None:
    assert await examples_from(served, person, "eat less", '"age -1"', "null") == []
