"""Erasing while others read and write: who is first is erased with, who comes after is a new patient."""

import asyncio
import json
from contextlib import suppress
from typing import Any

import httpx
import pytest

from app.domain.errors import NotFoundError
from app.storage.cache import Cache
from app.storage.database import Database
from app.usecases.patient_data.repository import PatientDataRepository
from app.usecases.patient_data.service import erase_patient, export_patient
from tests.integration.answers import Json, found
from tests.integration.patient_records import holding
from tests.integration.planning import made, patch, plans_of, post
from tests.integration.processes import wait_until
from tests.integration.serving import Servers, client_of, connect, seen_by, settings_for
from tests.integration.working import waiting_to_write


@pytest.fixture(scope="module")
def gateway(servers: Servers) -> Any:
    with client_of(settings_for(servers)) as client:
        yield client


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
    (plan,) = plans_of(gateway, answer["patient_id"])
    return await asyncio.to_thread(patch, gateway, plan, kind="completed")


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
        made(gateway, answer, first)
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
