"""What a batch job makes of a language model that says nothing of use: a fake one."""

from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from app.domain.counterfactual import Generator
from app.domain.degraded import Degraded
from app.engine.preferences import Preferences
from app.engine.registry import ServedModel
from app.proposers.base import ProposerError
from app.proposers.llm.breaker import Breaker
from app.proposers.llm.client import LlmClient
from app.proposers.llm.prompt import Style
from app.proposers.llm.proposer import LlmProposer
from app.storage.database import RecordError
from app.usecases.augmentation.chunk_generator import CancelledError, ChunkGenerator, ChunkResult
from app.usecases.augmentation.label import Label
from app.usecases.augmentation.row_generator import RejectionReason, RowGenerator, row_generator_for
from tests.asking import Person
from tests.integration.fake_llm import FakeLlm, a_good_answer, fake_llm, says
from tests.integration.fake_server import Reply
from tests.integration.serving import SECONDS


@pytest.fixture
def fake() -> Iterator[FakeLlm]:
    with fake_llm() as fake:
        yield fake


@pytest.fixture
async def proposer(fake: FakeLlm) -> AsyncIterator[LlmProposer]:
    client = LlmClient(fake.url, None, None, 4, Breaker(1000, 0))
    yield LlmProposer(client, Style.ZERO_SHOT, {}, 8, 0.8, SECONDS)
    await client.close()


@pytest.fixture(scope="module")
def maker(served: ServedModel) -> RowGenerator:
    return row_generator_for(served, Label.LOW)


async def rows_by_source(
    maker: RowGenerator, proposer: LlmProposer, by: Generator, person: Person
) -> ChunkResult:
    async def cancelled() -> bool:
        return False

    with ThreadPoolExecutor(1) as pool:
        return await ChunkGenerator(maker, Preferences(1, 0.0, by), pool, proposer, 1).run(
            [(0, person)], cancelled
        )


NOTHING: dict[str, Reply] = {
    "no choice": says()({}),
    "no text": says(*[None] * 8)({}),
    "thoughts": says(*["<think>"] * 8, usage="n/a")({}),
}


@pytest.mark.parametrize("reply", NOTHING.values(), ids=NOTHING)
async def test_the_search_goes_on_alone_and_the_job_says_so(
    fake: FakeLlm, maker: RowGenerator, proposer: LlmProposer, helpable: Person, reply: Reply
) -> None:
    fake.behaviour = lambda _: reply
    done = await rows_by_source(maker, proposer, Generator.AUTO, helpable)
    assert (list(done.rows_by_source), done.refused) == ([0], {})
    assert done.degraded == {Degraded.LLM_NO_PROPOSAL}


@pytest.mark.parametrize("reply", NOTHING.values(), ids=NOTHING)
async def test_where_the_language_model_alone_is_asked_rows_are_refused_and_not_the_job(
    fake: FakeLlm, maker: RowGenerator, proposer: LlmProposer, helpable: Person, reply: Reply
) -> None:
    fake.behaviour = lambda _: reply
    done = await rows_by_source(maker, proposer, Generator.LLM, helpable)
    assert (done.rows_by_source, done.refused) == ({}, {0: RejectionReason.NO_PROPOSAL})
    assert done.degraded == {Degraded.LLM_NO_PROPOSAL}


async def test_a_language_model_that_is_away_is_waited_for_where_it_alone_is_asked(
    fake: FakeLlm, maker: RowGenerator, proposer: LlmProposer, helpable: Person
) -> None:
    fake.behaviour = lambda _: Reply(500)
    with pytest.raises(ProposerError):
        await rows_by_source(maker, proposer, Generator.LLM, helpable)


async def test_counts_that_are_none_cost_no_row(
    fake: FakeLlm, maker: RowGenerator, proposer: LlmProposer, helpable: Person
) -> None:
    fake.behaviour = says(*[a_good_answer(maker.served.model, helpable)] * 8, usage=[1])
    done = await rows_by_source(maker, proposer, Generator.AUTO, helpable)
    assert (list(done.rows_by_source), done.degraded) == ([0], set())


async def test_a_cancelled_job_does_not_wait_for_the_language_model(
    maker: RowGenerator, fake: FakeLlm, proposer: LlmProposer, helpable: Person
) -> None:
    """Neither for its deadline, nor with its connection open."""
    fake.behaviour = lambda _: Reply(hang=True)

    async def once_it_was_asked() -> bool:
        return bool(fake.asked)

    with ThreadPoolExecutor(1) as pool:
        generation = ChunkGenerator(
            maker, Preferences(1, 0.0, Generator.AUTO), pool, proposer, 1, look_every_s=0.01
        )
        with pytest.raises(CancelledError):
            await generation.run([(0, helpable)], once_it_was_asked)
    assert fake.left.wait(SECONDS)


async def test_a_record_that_is_away_while_rows_are_made_stops_nothing(
    maker: RowGenerator, fake: FakeLlm, proposer: LlmProposer, helpable: Person
) -> None:
    looked: list[bool] = []

    async def away() -> bool:
        looked.append(True)
        if len(looked) > 1:  # before the first batch it is asked outright
            raise RecordError
        return False

    with ThreadPoolExecutor(1) as pool:
        generation = ChunkGenerator(
            maker, Preferences(1, 0.0, Generator.SEARCH), pool, proposer, 1, look_every_s=1e-4
        )
        done = await generation.run([(0, helpable)], away)
    assert done.rows_by_source[0]
    assert len(looked) > 1
