"""Language models' servers that take less than the whole protocol: fakes, each with a server's rules."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace

import pytest

from app.classifiers.model_version import ModelVersion
from app.proposers.llm.breaker import Breaker
from app.proposers.llm.client import LlmClient
from app.proposers.llm.dialect import SamplingRequest
from app.proposers.llm.failures import FailureReason, LlmError, LlmTimeoutError
from app.proposers.llm.response import read_answer, response_schema
from tests.asking import Person, problem_about
from tests.integration import fake_dialects
from tests.integration.answers import Json, assert_verified, found
from tests.integration.fake_dialects import SERVERS, Many
from tests.integration.fake_llm import FakeLlm, a_good_answer, fake_llm, listing, says
from tests.integration.fake_server import Reply
from tests.integration.serving import SECONDS, Servers, client_of, settings_for

COUNT = 8
CONCURRENCY = 3


@pytest.fixture
def fake() -> Iterator[FakeLlm]:
    with fake_llm() as fake:
        yield fake


@pytest.fixture
async def client(fake: FakeLlm) -> AsyncIterator[LlmClient]:
    client = LlmClient(fake.url, None, None, CONCURRENCY, Breaker(100, 0))
    yield client
    await client.close()


@pytest.fixture(scope="module")
def good(model: ModelVersion, helpable: Person) -> str:
    return a_good_answer(model, helpable)


@pytest.fixture(scope="module")
def wish(model: ModelVersion, helpable: Person) -> SamplingRequest:
    schema = response_schema(problem_about(model, helpable).levers)
    return SamplingRequest(
        [{"role": "system", "content": "…"}, {"role": "user", "content": "…"}], schema, 0.8, 64, 1
    )


@pytest.mark.parametrize("server", SERVERS)
async def test_every_server_is_asked_in_a_way_that_it_takes(
    fake: FakeLlm,
    client: LlmClient,
    model: ModelVersion,
    helpable: Person,
    good: str,
    wish: SamplingRequest,
    server: str,
) -> None:
    rules = SERVERS[server]
    fake.behaviour = fake_dialects.of(rules, good)
    levers = problem_about(model, helpable).levers
    for _ in range(2):
        completion = await client.sample(wish, COUNT, SECONDS)
        assert len(completion.texts) == COUNT
        assert all(read_answer(levers, text) is not None for text in completion.texts)
        assert completion.completion_tokens == 10 * COUNT
        learned, fake.asked[:] = list(fake.asked), []
    # The second time nothing is refused any more.
    assert len(learned) == (1 if rules.many is Many.TAKES else COUNT)


async def test_answers_of_one_request_each_differ_in_their_seeds(
    fake: FakeLlm, client: LlmClient, good: str, wish: SamplingRequest
) -> None:
    fake.behaviour = fake_dialects.of(SERVERS["Groq"], good)
    await client.sample(wish, COUNT, SECONDS)
    fake.asked.clear()
    await client.sample(wish, COUNT, SECONDS)
    assert sorted(request["seed"] for request in fake.asked) == list(range(1, 1 + COUNT))


async def test_requests_of_one_answer_each_keep_to_the_concurrency_and_the_deadline(
    fake: FakeLlm, client: LlmClient, good: str, wish: SamplingRequest
) -> None:
    """Those that came in time count."""
    alone = fake_dialects.of(SERVERS["Groq"], good)
    fake.behaviour = alone
    await client.sample(wish, 2, SECONDS)
    fake.asked.clear()
    fake.behaviour = lambda request: alone(request) if request["seed"] == 1 else Reply(hang=True)
    completion = await client.sample(wish, COUNT, 3.0)
    assert completion.texts == [json.dumps({"changes": json.loads(good)})]
    assert len(fake.asked) <= 1 + CONCURRENCY
    fake.behaviour = lambda _: Reply(hang=True)
    with pytest.raises(LlmTimeoutError):
        await client.sample(wish, COUNT, 0.2)


async def test_a_refusal_that_comes_of_something_else_teaches_nothing(
    fake: FakeLlm, client: LlmClient, good: str, wish: SamplingRequest
) -> None:
    fake.behaviour = lambda _: Reply(400, b'{"error": {"message": "no", "param": "response_format"}}')
    with pytest.raises(LlmError) as caught:
        await client.sample(wish, COUNT, SECONDS)
    assert caught.value.failure.status == 400
    fake.asked.clear()
    fake.behaviour = says(*[good] * COUNT)
    await client.sample(wish, COUNT, SECONDS)
    (request,) = fake.asked
    assert request["response_format"]["type"] == "json_schema"


async def test_the_served_model_is_asked_for_again_once_it_is_another(
    fake: FakeLlm, client: LlmClient, good: str, wish: SamplingRequest
) -> None:
    served = "first"

    def only_the_served(request: Json) -> Reply:
        if request["model"] != served:
            return Reply(404, b'{"error": {"message": "The model does not exist.", "code": 404}}')
        return says(*[good] * COUNT)(request)

    fake.models, fake.behaviour = listing(served), only_the_served
    await client.sample(wish, COUNT, SECONDS)
    served = "second"
    with pytest.raises(LlmError) as caught:  # not listed yet
        await client.sample(wish, COUNT, SECONDS)
    assert (caught.value.failure.reason, caught.value.failure.status) == (FailureReason.MODEL_NOT_FOUND, 404)
    fake.models = listing(served, "others")
    assert len((await client.sample(wish, COUNT, SECONDS)).texts) == COUNT
    assert client.model == "second"


async def test_a_model_that_a_setting_names_is_not_replaced(fake: FakeLlm, wish: SamplingRequest) -> None:
    client = LlmClient(fake.url, "mine", None, CONCURRENCY, Breaker(100, 0))
    fake.behaviour = lambda _: Reply(404, b'{"error": {"code": "model_not_found", "message": "No model"}}')
    with pytest.raises(LlmError) as caught:
        await client.sample(wish, COUNT, SECONDS)
    await client.close()
    assert (caught.value.failure.reason, caught.value.failure.code) == (
        FailureReason.MODEL_NOT_FOUND,
        "model_not_found",
    )
    assert [request["model"] for request in fake.asked] == ["mine"]


async def test_many_at_once_learn_the_same(
    fake: FakeLlm, client: LlmClient, good: str, wish: SamplingRequest
) -> None:
    fake.behaviour = fake_dialects.of(SERVERS["nothing but messages"], good)
    completions = await asyncio.gather(
        *(client.sample(replace(wish, seed=seed), COUNT, SECONDS) for seed in range(4))
    )
    assert [len(one.texts) for one in completions] == [COUNT] * 4


def test_a_gateway_on_a_server_that_takes_little_gives_its_proposals(
    servers: Servers, fake: FakeLlm, question: Json, good: str
) -> None:
    fake.behaviour = fake_dialects.of(SERVERS["Groq, models without schemas"], good)
    with client_of(settings_for(servers, llm_url=fake.url)) as client:
        answer = found(client, question | {"generator": "auto"})
        assert_verified(client, answer)
    generation = answer["generation"]
    assert (generation["degraded"], generation["well_formed"]) == ([], 8)
    assert generation["prompt_version"].endswith("/few_shot+json")
