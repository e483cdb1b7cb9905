"""A wait that is bounded: what is ready is given, and the whole answer is worked out behind it."""

import threading
from collections.abc import Iterator
from uuid import uuid4

import httpx
import psycopg
import pytest

from app.classifiers.model_version import ModelVersion
from tests.asking import Person
from tests.integration.answers import Json, assert_verified, found, told
from tests.integration.fake_llm import FakeLlm, fake_llm, good_answers, says
from tests.integration.fake_llm import Json as Request
from tests.integration.fake_server import Reply
from tests.integration.figures import figure
from tests.integration.processes import wait_until
from tests.integration.serving import Servers, client_of, settings_for

REFINED = "turnpoint_refinements_total"
WAIT_S = 1


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
    assert first["generation"]["elapsed_ms"] < 1000 * WAIT_S + 500
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
    answer = hurried(gateway, plain, 60).json()
    assert answer["generation"]["degraded"] == []
    assert found(gateway, plain)["id"] == answer["id"]
    assert len(answers_of(gateway, plain)) == 1
    assert figure(gateway, REFINED, outcome="recorded") == before


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
            asked, dropped = len(fake.asked), figure(gateway, REFINED, outcome="dropped")
            for _ in range(2):
                hurried(gateway, plain, 0.3)
            wait_until(lambda asked=asked, most=most: len(fake.asked) == asked + 2 + most)  # type: ignore[misc]
            assert figure(gateway, REFINED, outcome="dropped") == dropped + most
        # The gateway ended while one was under way: nothing of it is on record.
    with client_of(settings_for(servers)) as gateway:
        assert {answer["refines"] for answer in answers_of(gateway, plain)} == {None}
