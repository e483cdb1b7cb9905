"""A request has an id of ours and keeps the caller's beside it, where that can hardly name anybody."""

from typing import Any
from uuid import UUID, uuid4

import httpx
import psycopg
import pytest

from app.faces.http.request_ids import request_ids
from tests.integration.answers import Json, found

Database = psycopg.Connection[tuple[Any, ...]]
RANDOM = {
    "UUID": "3f0c8f5e-9a4b-4c56-8b1d-0f3e5a7c9b21",
    "UUID in capitals": "3F0C8F5E-9A4B-4C56-8B1D-0F3E5A7C9B21",
    "32 hexadecimal digits": "3f0c8f5e9a4b4c568b1d0f3e5a7c9b21",
    "ULID": "01ARZ3NDEKTSV4RRFFQ69G5FAV",
    "traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
}
TELLING = {
    "a patient's id": "P-0017",
    "a name": "erika.mustermann",
    "a moment of birth": "1960-02-29T00:00:00",
    "a birth date and a number": "19600229-1234-5678-9012-345678901234",
    "digits alone": "12345678901234567890123456789012",
    "a word of 26 letters": "abcdefghjkmnpqrstvwxyzabcd",
}
UNFIT = {
    "nothing": "",
    "a space": "Erika Mustermann",
    "129 letters": "a" * 129,
    "quotes": '"x"',
    "angle brackets": "<x>",
}


def returned(client: httpx.Client, given: str) -> httpx.Headers:
    return client.get("/livez", headers={"X-Request-ID": given}).headers


def test_without_one_ours_is_returned(client: httpx.Client) -> None:
    headers = client.get("/livez").headers
    assert headers["x-request-id"] == headers["x-correlation-id"] == str(UUID(headers["x-request-id"]))


@pytest.mark.parametrize("given", [*RANDOM.values(), *TELLING.values()], ids=[*RANDOM, *TELLING])
def test_the_callers_id_goes_back_beside_ours(client: httpx.Client, given: str) -> None:
    headers = returned(client, given)
    assert headers["x-request-id"] == given
    assert UUID(headers["x-correlation-id"]) != given


@pytest.mark.parametrize("given", UNFIT.values(), ids=UNFIT)
def test_what_no_header_should_carry_does_not_go_back(client: httpx.Client, given: str) -> None:
    headers = returned(client, given)
    assert headers["x-request-id"] == headers["x-correlation-id"]


@pytest.mark.parametrize("given", RANDOM.values(), ids=RANDOM)
def test_a_random_id_is_fit_to_be_kept(given: str) -> None:
    ids, _ = request_ids(given)
    assert ids.callers == given


@pytest.mark.parametrize("given", [*TELLING.values(), *UNFIT.values()], ids=[*TELLING, *UNFIT])
def test_what_may_name_somebody_is_not(given: str) -> None:
    ids, _ = request_ids(given)
    assert ids.callers is None


def test_the_record_has_both(client: httpx.Client, question: Json, database: Database) -> None:
    theirs = str(uuid4())
    for given in (theirs, "P-0017"):  # the second time the answer comes from the cache
        found(client, question)
        response = client.post("/counterfactuals", json=question, headers={"X-Request-ID": given})
        ours, answer_id = response.headers["x-correlation-id"], response.json()["id"]
        rows = database.execute(
            "SELECT callers_id FROM requests WHERE correlation_id = %s AND answer_id = %s", [ours, answer_id]
        ).fetchall()
        assert rows == [(theirs if given == theirs else None,)]
