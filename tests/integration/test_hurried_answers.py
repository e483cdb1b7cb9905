"""A wait that is bounded: what is ready is given, and the whole answer is worked out behind it."""

import asyncio
import math
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import httpx
import psycopg
import pytest

from app.admission.lane import Lane
from app.admission.refusals import TooLongError
from app.classifiers.model_version import ModelVersion
from app.engine.registry import ModelRegistry
from app.proposers.llm.breaker import Breaker
from app.proposers.llm.client import LlmClient
from app.proposers.llm.prompt import Style
from app.proposers.llm.proposer import LlmProposer
from app.usecases.counterfactuals.computation import Computation
from app.usecases.counterfactuals.request import validate
from app.usecases.counterfactuals.schemas import CounterfactualsRequest
from tests.asking import Person
from tests.fhir_people import bundle, typical
from tests.integration.answers import Json, assert_verified, found, told
from tests.integration.cds_hooks import CALL
from tests.integration.fake_llm import FakeLlm, fake_llm, good_answers, says
from tests.integration.fake_llm import Json as Request
from tests.integration.fake_server import Reply
from tests.integration.figures import figure
from tests.integration.processes import wait_until
from tests.integration.serving import SECONDS, Servers, client_of, settings_for

REFINED = "turnpoint_refinements_total"
WAIT_S = 5
"""Far longer than the search takes; the language model answers after it."""
LONG_S = 3600


class Hesitant:
    """A language model that answers once it is let go."""

    def __init__(self, answers: list[str]) -> None:
        self.goes_on, self._says = threading.Event(), says(*answers)

    def __call__(self, request: Request) -> Reply:
        self.goes_on.wait(60)
        return self._says(request)


@pytest.fixture
def hesitant(fake: FakeLlm, model: ModelVersion, helpable: Person) -> Iterator[Hesitant]:
    behaviour = Hesitant(good_answers(model, helpable))
    fake.behaviour = behaviour
    yield behaviour
    behaviour.goes_on.set()


@pytest.fixture(scope="module")
def fake() -> Iterator[FakeLlm]:
    with fake_llm() as fake:
        yield fake


@pytest.fixture(scope="module")
def gateway(servers: Servers, fake: FakeLlm) -> Iterator[httpx.Client]:
    with client_of(settings_for(servers, llm_url=fake.url, llm_rest_s=0)) as client:
        yield client


@pytest.fixture
def plain(patient_id: str, helpable: Person) -> Json:
    return {"patient_id": patient_id, "features": dict(helpable)}


def hurried(client: httpx.Client, question: Json, wait: float, **headers: str) -> httpx.Response:
    reply = client.post("/counterfactuals", json=question, headers={"Prefer": f"wait={wait:g}"} | headers)
    assert reply.status_code == 200, reply.text
    return reply


def answers_of(client: httpx.Client, question: Json) -> list[Json]:
    """What is on record of the patient, newest first."""
    page = client.get(f"/patients/{question['patient_id']}/interventions").raise_for_status().json()
    answers: list[Json] = page["answers"]
    return answers


def test_the_search_s_answer_is_given_in_time_and_refined_behind_it(
    gateway: httpx.Client, hesitant: Hesitant, plain: Json
) -> None:
    key = {"Idempotency-Key": str(uuid4())}
    reply = hurried(gateway, plain, WAIT_S, **key)
    assert reply.headers["Preference-Applied"] == f"wait={WAIT_S}"
    first = reply.json()
    assert first["generation"]["degraded"] == ["deadline"]
    assert first["status"] == "found"
    assert not hesitant.goes_on.is_set()
    assert first["refines"] is None
    assert_verified(gateway, first)
    hesitant.goes_on.set()
    wait_until(lambda: len(answers_of(gateway, plain)) == 2)
    whole, recorded = answers_of(gateway, plain)
    assert (whole["refines"], recorded["id"]) == (first["id"], first["id"])
    assert whole["generation"]["degraded"] == []
    assert whole["generation"]["well_formed"] > 0
    again = found(gateway, plain)
    assert (again["id"], again["generation"]["cached"]) == (whole["id"], True)
    assert hurried(gateway, plain, WAIT_S, **key).content == reply.content


def test_a_card_is_made_of_the_search_s_answer_and_refined_behind_it(
    gateway: httpx.Client, hesitant: Hesitant
) -> None:
    chart, recorded = a_chart(), figure(gateway, REFINED, outcome="recorded")
    first = card_of(gateway, chart)
    assert not hesitant.goes_on.is_set()
    question = {"patient_id": chart["context"]["patientId"]}
    (hasty,) = answers_of(gateway, question)
    assert (hasty["id"], hasty["refines"]) == (first["uuid"], None)
    assert "deadline" in hasty["generation"]["degraded"]
    hesitant.goes_on.set()
    wait_until(lambda: len(answers_of(gateway, question)) == 2)
    wait_until(lambda: figure(gateway, REFINED, outcome="recorded") > recorded)  # and is in the cache
    whole, first_again = answers_of(gateway, question)
    assert (whole["refines"], first_again["id"]) == (first["uuid"], first["uuid"])
    assert whole["generation"]["degraded"] == []
    assert whole["generation"]["well_formed"] > 0
    assert card_of(gateway, chart)["uuid"] == whole["id"]


def a_chart() -> Json:
    """What an EHR calls with when the chart of somebody new is opened: a typical record of last month."""
    own_id, day = f"p-{uuid4()}", (datetime.now(UTC).date() - timedelta(30)).isoformat()
    about = {"subject": {"reference": f"Patient/{own_id}"}, "effectiveDateTime": day}
    own, *others = typical()
    return {
        "hook": "patient-view",
        "hookInstance": str(uuid4()),
        "context": {"userId": "Practitioner/7", "patientId": own_id},
        "prefetch": {
            "patient": own | {"id": own_id},
            "observations": bundle(*(one | about for one in others), kind="searchset"),
            "observations_730_days": None,
            "observations_3650_days": None,
            "result": None,
        },
    }


def card_of(client: httpx.Client, chart: Json) -> Json:
    """The one card about whose chart it is."""
    reply = client.post(CALL, json=chart)
    assert reply.status_code == 200, reply.text
    cards: list[Json] = reply.json()["cards"]
    (card,) = cards
    return card


def test_what_is_cached_is_whole_and_waited_for_by_nobody(
    gateway: httpx.Client, hesitant: Hesitant, plain: Json
) -> None:
    hesitant.goes_on.set()
    whole = found(gateway, plain)
    again = hurried(gateway, plain, 0).json()
    assert (again["id"], again["generation"]["degraded"]) == (whole["id"], [])


def test_a_search_that_is_cut_short_says_so_and_is_refined(gateway: httpx.Client, plain: Json) -> None:
    question = plain | {"generator": "search"}
    first = hurried(gateway, question, 0).json()
    assert "deadline" in first["generation"]["degraded"]
    assert not any(option["optimality"]["proved"] for option in first["counterfactuals"])
    assert_verified(gateway, first)
    wait_until(lambda: len(answers_of(gateway, question)) == 2)
    whole = answers_of(gateway, question)[0]
    assert whole["refines"] == first["id"]
    other = found(gateway, question | {"patient_id": f"other-{question['patient_id']}"})
    mine = {**told(whole), "refines": None}
    same = ("counterfactuals", "frontier", "conditions", "status")
    for name in same:
        assert without_ids(mine[name]) == without_ids(other[name])


def without_ids(part: object) -> object:
    if isinstance(part, list):
        return [without_ids(one) for one in part]
    return {name: one for name, one in part.items() if name != "id"} if isinstance(part, dict) else part


def test_an_answer_that_is_whole_in_time_is_not_refined(
    gateway: httpx.Client, hesitant: Hesitant, plain: Json
) -> None:
    hesitant.goes_on.set()
    before = figure(gateway, REFINED, outcome="recorded")
    answer = hurried(gateway, plain, LONG_S).json()
    assert answer["generation"]["degraded"] == []
    assert found(gateway, plain)["id"] == answer["id"]
    assert len(answers_of(gateway, plain)) == 1
    assert figure(gateway, REFINED, outcome="recorded") == before


def test_equal_questions_are_refined_once(gateway: httpx.Client, hesitant: Hesitant, plain: Json) -> None:
    recorded, shared = (figure(gateway, REFINED, outcome=one) for one in ("recorded", "shared"))
    first, second = (hurried(gateway, plain, 0.5).json() for _ in range(2))
    hesitant.goes_on.set()
    wait_until(lambda: figure(gateway, REFINED, outcome="shared") == shared + 1)
    assert figure(gateway, REFINED, outcome="recorded") == recorded + 1
    told = [(one["id"], one["refines"]) for one in answers_of(gateway, plain)]
    assert told[1:] == [(second["id"], None), (first["id"], None)]
    assert told[0][1] in (first["id"], second["id"])


async def test_a_wait_ends_though_no_thread_falls_free_for_the_last_step(
    fake: FakeLlm, registry: ModelRegistry, helpable: Person
) -> None:
    lane, goes_on, loop = Lane("test", 1, math.inf), threading.Event(), asyncio.get_running_loop()
    client = LlmClient(fake.url, None, None, 4, Breaker(1000, 0))
    proposer = LlmProposer(client, Style.ZERO_SHOT, {}, 8, 0.8, SECONDS)

    def busy(_: Request) -> Reply:
        asyncio.run_coroutine_threadsafe(lane.run(goes_on.wait, SECONDS), loop)  # as soon as the search ends
        goes_on.wait(SECONDS)
        return Reply(500)

    fake.behaviour = busy
    validated = validate(registry, CounterfactualsRequest(patient_id="P-1", features=dict(helpable)))
    answering = Computation(lane, proposer, 1e7, SECONDS).result(validated, 0.6, time.monotonic() + WAIT_S)
    try:
        with pytest.raises(TooLongError):
            await asyncio.wait_for(answering, SECONDS)
    finally:
        goes_on.set()
        lane.close()
        await client.close()


def test_nobody_who_was_erased_comes_back_by_a_refinement(
    gateway: httpx.Client,
    hesitant: Hesitant,
    plain: Json,
    database: "psycopg.Connection[tuple[object, ...]]",
) -> None:
    failed = figure(gateway, REFINED, outcome="failed")
    hurried(gateway, plain, 0.5)
    gateway.delete(f"/patients/{plain['patient_id']}").raise_for_status()
    hesitant.goes_on.set()
    wait_until(lambda: figure(gateway, REFINED, outcome="failed") == failed + 1)
    there = "SELECT count(*) FROM patients WHERE id = %s"
    assert database.execute(there, [plain["patient_id"]]).fetchone() == (0,)


def test_refinements_are_bounded_and_can_be_turned_off(
    servers: Servers, fake: FakeLlm, hesitant: Hesitant, plain: Json
) -> None:
    for most in (0, 1):
        settings = settings_for(servers, llm_url=fake.url, llm_rest_s=0, refinements=most)
        with client_of(settings) as gateway:
            dropped = figure(gateway, REFINED, outcome="dropped")
            for _ in range(2):
                hurried(gateway, plain, 0.3)
            assert figure(gateway, REFINED, outcome="dropped") == dropped + most
        # The gateway ended while one was under way: nothing of it is on record.
    with client_of(settings_for(servers)) as gateway:
        assert {answer["refines"] for answer in answers_of(gateway, plain)} == {None}
