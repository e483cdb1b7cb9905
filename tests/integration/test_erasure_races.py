"""Erasing while others read and write: who is first is erased with, who comes after is a new patient."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import suppress
from functools import partial
from typing import Any

import httpx
import pytest

from app.domain.errors import NotFoundError
from app.storage.cache import Cache
from app.storage.database import Database, opened
from app.usecases.patient_data.repository import PatientDataRepository
from app.usecases.patient_data.service import Erasure, erase_patient, export_patient
from tests.integration.answers import Json, ask, found
from tests.integration.patient_records import holding
from tests.integration.planning import made, patch, post
from tests.integration.processes import wait_until
from tests.integration.serving import (
    PATIENT_DATABASE,
    SECONDS,
    Servers,
    client_of,
    connect,
    seen_by,
    settings_for,
)
from tests.integration.stepping import stopped_before
from tests.integration.working import waiting_to_write


@pytest.fixture(scope="module")
def gateway(servers: Servers) -> Any:
    """Neither it nor `record` gives up while a busy machine gets on: who waits for whom is what is tested."""
    with client_of(settings_for(servers, database_wait_s=SECONDS)) as client:
        yield client


@pytest.fixture(scope="module")
async def record(servers: Servers) -> AsyncIterator[Database]:
    async with opened(servers.database_url, PATIENT_DATABASE) as database:
        yield database


async def until_somebody_waits(database: Any) -> None:
    await asyncio.to_thread(wait_until, lambda: waiting_to_write(database) > 0)


@pytest.mark.parametrize("changed", [False, True], ids=["cached", "new"])
async def test_a_question_that_comes_while_they_are_erased_is_a_new_patient_s(
    database: Any, record: Database, gateway: httpx.Client, question: Json, changed: bool
) -> None:
    first, own = found(gateway, question), seen_by(record)
    asked = question | ({"count": 1} if changed else {})
    async with own.transaction() as session:
        assert await PatientDataRepository(session).erase(question["patient_id"], None)
        under_way = asyncio.create_task(asyncio.to_thread(found, gateway, asked))
        await until_somebody_waits(database)
    again = await under_way
    assert (again["generation"]["cached"], again["id"] == first["id"]) == (False, False)
    export = json.loads(await export_patient(own, question["patient_id"]))
    assert [row["id"] for row in export["records"]["answers"]] == [again["id"]]
    assert holding(database, first["id"]) == {"audit_events"}


async def test_an_erasure_waits_for_what_is_being_recorded_and_takes_it_too(
    database: Any,
    servers: Servers,
    record: Database,
    cache: Cache,
    gateway: httpx.Client,
    question: Json,
) -> None:
    answer, own = found(gateway, question), seen_by(record)
    option = answer["counterfactuals"][0]["id"]
    with connect(servers.database_url) as writing, writing.transaction():
        writing.execute(
            "INSERT INTO requests (id, answer_id, correlation_id, cached) VALUES"
            " (gen_random_uuid(), %s, 'under-way', true)",
            [answer["id"]],
        )
        writing.execute(
            "INSERT INTO feedback (id, counterfactual_id, verdict)"
            " VALUES (gen_random_uuid(), %s, 'accepted')",
            [option],
        )
        erasing = asyncio.create_task(erase_patient(own, cache, question["patient_id"], None))
        await until_somebody_waits(database)
        assert not erasing.done()
    await erasing
    assert holding(database, question["patient_id"], option, "under-way") == set()
    assert holding(database, answer["id"]) == {"audit_events"}


def test_a_verdict_on_an_option_of_somebody_erased_finds_nothing(
    gateway: httpx.Client, question: Json
) -> None:
    answer = found(gateway, question)
    gateway.delete(f"/patients/{question['patient_id']}").raise_for_status()
    said = {"counterfactual_id": answer["counterfactuals"][0]["id"], "verdict": "accepted"}
    assert gateway.post(f"/counterfactuals/{answer['id']}/feedback", json=said).status_code == 404


async def planned(gateway: httpx.Client, answer: Json, option: Json) -> httpx.Response:
    return await asyncio.to_thread(post, gateway, answer["patient_id"], counterfactual_id=option["id"])


async def completed(gateway: httpx.Client, answer: Json, option: Json) -> httpx.Response:
    return await asyncio.to_thread(patch, gateway, option["plan"], kind="completed")


async def judged(gateway: httpx.Client, answer: Json, option: Json) -> httpx.Response:
    said = {"counterfactual_id": option["id"], "verdict": "accepted"}
    return await asyncio.to_thread(gateway.post, f"/counterfactuals/{answer['id']}/feedback", json=said)


@pytest.mark.parametrize("write", [planned, completed, judged])
async def test_what_is_said_of_who_is_erased_meanwhile_is_refused_and_nothing_is_left(
    database: Any, record: Database, gateway: httpx.Client, question: Json, write: Any
) -> None:
    answer = found(gateway, question)
    first, *_ = answer["counterfactuals"]
    if write is completed:
        first["plan"] = made(gateway, answer, first)
    async with seen_by(record).transaction() as session:
        assert await PatientDataRepository(session).erase(question["patient_id"], None)
        under_way = asyncio.create_task(write(gateway, answer, first))
        await until_somebody_waits(database)
    assert (await under_way).status_code in (404, 409)
    assert holding(database, question["patient_id"], first["id"]) == set()


async def test_preferences_said_while_they_are_erased_are_refused_or_a_new_patient_s(
    database: Any, record: Database, gateway: httpx.Client, question: Json
) -> None:
    found(gateway, question)
    patient, own = question["patient_id"], seen_by(record)
    said = {"model": "dysglycaemia", "codes": [], "features_to_keep": ["activity"]}
    async with own.transaction() as session:
        assert await PatientDataRepository(session).erase(patient, None)
        under_way = asyncio.create_task(
            asyncio.to_thread(gateway.put, f"/patients/{patient}/preferences", json=said)
        )
        await until_somebody_waits(database)
    assert (await under_way).status_code in (200, 201, 409)
    with suppress(NotFoundError):
        assert json.loads(await export_patient(own, patient))["records"]["answers"] == []


PAGE, JSON = {"Accept": "text/html"}, {"Accept": "application/json"}
EVERY, FOURTH = 1, 4
READS = {
    "answers": ("/patients/{patient_id}/interventions", JSON, EVERY),
    "page": ("/patients/{patient_id}/interventions", PAGE, FOURTH),
    "export": ("/patients/{patient_id}/export", JSON, EVERY),
    "answer": ("/counterfactuals/{id}", JSON, EVERY),
}
"""Where, in which form, and before which of its statements the erasure comes."""


def on_record(gateway: httpx.Client, question: Json) -> Json:
    """An answer with a verdict."""
    answer = found(gateway, question, count=1)
    option, *_ = answer["counterfactuals"]
    said = {"counterfactual_id": option["id"], "verdict": "accepted"}
    gateway.post(f"/counterfactuals/{answer['id']}/feedback", json=said).raise_for_status()
    return answer


def told_of(response: httpx.Response) -> Any:
    """All that is told, but for when; None where there is nobody."""
    if response.status_code == 404:
        return None
    response.raise_for_status()
    if "json" not in response.headers["content-type"]:
        return response.text
    return {name: value for name, value in response.json().items() if name != "exported_at"}


Read = Callable[[], httpx.Response]
Erase = Callable[[], Coroutine[Any, Any, Erasure]]


async def read_in_the_middle(step: int, read: Read, erase: Erase, database: Any) -> tuple[bool, Any]:
    """What is read if, before its statement of this number, an erasure comes as far as it can; whether there
    is such a statement."""
    with stopped_before(step) as stop:
        reading = asyncio.create_task(asyncio.to_thread(read))
        await asyncio.to_thread(wait_until, lambda: stop.reached.is_set() or reading.done())
        erasing = asyncio.create_task(erase())
        await asyncio.to_thread(wait_until, lambda: erasing.done() or waiting_to_write(database) > 0)
        stop.over.set()
        told = told_of(await reading)
        await erasing
    return stop.reached.is_set(), told


@pytest.mark.parametrize("what", READS)
async def test_who_is_erased_while_they_are_read_is_told_whole_or_not_at_all(
    database: Any, record: Database, cache: Cache, gateway: httpx.Client, question: Json, what: str
) -> None:
    template, headers, stride = READS[what]
    erase = partial(erase_patient, seen_by(record), cache, question["patient_id"], None)
    tellings: list[bool] = []
    is_in_the_middle = True
    while is_in_the_middle:
        read = partial(gateway.get, template.format(**on_record(gateway, question)), headers=headers)
        whole, step = told_of(read()), stride * len(tellings)
        is_in_the_middle, told = await read_in_the_middle(step, read, erase, database)
        assert told in (None, whole), f"before statement {step}"
        assert told_of(read()) is None
        tellings.append(told is None)
    assert (tellings[0], tellings[-1]) == (True, False)
    assert holding(database, question["patient_id"]) == set()


async def test_an_erasure_and_a_reading_that_adds_what_became_of_a_plan_wait_in_no_circle(
    database: Any, record: Database, cache: Cache, gateway: httpx.Client, question: Json
) -> None:
    read = partial(gateway.get, f"/patients/{question['patient_id']}/plans")
    erase = partial(erase_patient, seen_by(record), cache, question["patient_id"], None)
    told: Any = None
    step, is_in_the_middle = 2, True
    while is_in_the_middle:
        answer = found(gateway, question, count=1)
        made(gateway, answer, answer["counterfactuals"][0])
        ask(gateway, question, features=question["features"] | {"pulse": 60})
        is_in_the_middle, told = await read_in_the_middle(step, read, erase, database)
        step += 2
    assert [event["kind"] for event in told["plans"][0]["events"]] == ["created", "followed_up"]
    assert holding(database, question["patient_id"]) == set()
