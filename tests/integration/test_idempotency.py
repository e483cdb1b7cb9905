"""What is sent twice under one key is done once, and answered with the very same reply."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import httpx
import pytest

from app.fhir.form import MEDIA_TYPE as FHIR
from app.identity.scopes import AccessScope
from tests.asking import Person
from tests.integration.answers import Json, found
from tests.integration.audits import Database, events_of, pseudonym_of
from tests.integration.keeping_keys import USUAL, bearer, key_for
from tests.integration.planning import today
from tests.integration.serving import NOWHERE, Servers, client_of, settings_for

Send = Callable[..., httpx.Response]
MODEL = "dysglycaemia"
AT_ONCE = 6


@pytest.fixture(scope="module")
def gateway(servers: Servers) -> Iterator[httpx.Client]:
    """Its language model is away, so that answers are degraded, and kept by no cache."""
    with client_of(settings_for(servers, llm_url=NOWHERE, api_keys=True)) as client:
        yield client


@pytest.fixture(scope="module")
def caller(servers: Servers, gateway: httpx.Client) -> httpx.Client:
    key = key_for(servers.database_url, f"ehr-{uuid4()}", *USUAL, AccessScope.AUGMENTATIONS)
    gateway.headers.update(bearer(key))
    return gateway


@pytest.fixture
def plain(patient_id: str, helpable: Person) -> Json:
    return {"patient_id": patient_id, "features": dict(helpable)}


@pytest.fixture
def send(caller: httpx.Client) -> Send:
    def send(path: str, body: Json, key: str, **headers: str) -> httpx.Response:
        return caller.post(path, json=body, headers={"Idempotency-Key": key} | headers)

    return send


def a_key() -> str:
    return str(uuid4())


Call = Callable[[httpx.Client, Json], tuple[str, Json]]


def _answer(client: httpx.Client, plain: Json) -> Json:
    return found(client, plain)


def _verdict(client: httpx.Client, plain: Json) -> tuple[str, Json]:
    answer = _answer(client, plain)
    option = answer["counterfactuals"][0]["id"]
    return f"/counterfactuals/{answer['id']}/feedback", {"counterfactual_id": option, "verdict": "accepted"}


def _plan(client: httpx.Client, plain: Json) -> tuple[str, Json]:
    option = _answer(client, plain)["counterfactuals"][0]["id"]
    return f"/patients/{plain['patient_id']}/plans", {"counterfactual_id": option}


def _result(_: httpx.Client, plain: Json) -> tuple[str, Json]:
    result = {"model": MODEL, "measured_on": today().isoformat(), "value": 6.6, "unit": "%"}
    return f"/patients/{plain['patient_id']}/measurements", result


def _job(_: httpx.Client, plain: Json) -> tuple[str, Json]:
    source = {"kind": "rows", "rows": [plain["features"]]}
    return "/augmentations", {"source": source, "target_label": "low", "generator": "search"}


CALLS: dict[str, tuple[Call, str]] = {
    "answer": (lambda _, plain: ("/counterfactuals", plain), "answers"),
    "prediction": (lambda _, plain: ("/predictions", {"features": plain["features"]}), "predictions"),
    "verdict": (_verdict, "feedback"),
    "plan": (_plan, "plans"),
    "result": (_result, "measurements"),
    "job": (_job, "augmentations"),
}
"""What records, and the table that it adds to."""


def rows_in(database: Database, table: str) -> int:
    row = database.execute(f"SELECT count(*) FROM {table}").fetchone()
    assert row is not None
    return int(row[0])


@pytest.mark.parametrize("name", CALLS)
def test_the_same_again_is_done_once_and_answered_byte_for_byte(
    caller: httpx.Client, send: Send, database: Database, plain: Json, name: str
) -> None:
    call, table = CALLS[name]
    path, body = call(caller, plain)
    key, before = a_key(), rows_in(database, table)
    first, again = send(path, body, key), send(path, body, key)
    assert first.status_code in (200, 201, 202), first.text
    assert (again.status_code, again.content) == (first.status_code, first.content)
    for header in ("content-type", "location", "vary"):
        assert again.headers.get(header) == first.headers.get(header)
    assert rows_in(database, table) == before + 1


@pytest.mark.parametrize("name", ["verdict", "plan", "result"])
def test_what_changes_nothing_is_answered_again_too(
    caller: httpx.Client, send: Send, plain: Json, name: str
) -> None:
    path, body = CALLS[name][0](caller, plain)
    caller.post(path, json=body).raise_for_status()
    key = a_key()
    first, again = send(path, body, key), send(path, body, key)
    assert (first.status_code, again.status_code) == (200, 200)
    assert again.content == first.content


def test_a_degraded_answer_is_given_again(send: Send, plain: Json) -> None:
    key = a_key()
    first, again = send("/counterfactuals", plain, key), send("/counterfactuals", plain, key)
    assert first.json()["generation"]["degraded"] == ["llm_unavailable"]
    assert again.content == first.content
    other = send("/counterfactuals", plain, a_key())
    assert other.json()["id"] != first.json()["id"]


@pytest.mark.parametrize("change", ["body", "path", "person"])
def test_a_key_is_good_for_one_request(send: Send, plain: Json, patient_id: str, change: str) -> None:
    path, body = _result(None, plain)  # type: ignore[arg-type]
    key = a_key()
    assert send(path, body, key).status_code == 201
    changes: dict[str, Callable[[], httpx.Response]] = {
        "body": lambda: send(path, body | {"value": 6.7}, key),
        "path": lambda: send(f"/patients/other-{patient_id}/measurements", body, key),
        "person": lambda: send(path, body, key, **{"X-On-Behalf-Of": "dr.okoye"}),
    }
    refused = changes[change]()
    assert refused.status_code == 422
    (fault,) = refused.json()["errors"]
    assert (fault["parameter"], fault["in"]) == ("Idempotency-Key", "header")


@pytest.mark.parametrize("key", ["", "two words", "ä", "x" * 256])
def test_what_is_no_key_is_refused(caller: httpx.Client, plain: Json, key: str) -> None:
    path, body = _result(caller, plain)
    refused = caller.post(path, json=body, headers=[(b"Idempotency-Key", key.encode())])
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["parameter"] == "Idempotency-Key"


@pytest.mark.parametrize("name", CALLS)
def test_two_keys_are_none(caller: httpx.Client, database: Database, plain: Json, name: str) -> None:
    call, table = CALLS[name]
    path, body = call(caller, plain)
    before = rows_in(database, table)
    for keys in ((a_key(), a_key()), (a_key(), ""), ("two words", a_key())):
        refused = caller.post(path, json=body, headers=[("Idempotency-Key", key) for key in keys])
        assert refused.status_code == 422
        assert refused.json()["errors"] == [
            {"parameter": "Idempotency-Key", "in": "header", "detail": "is there more than once"}
        ]
    assert rows_in(database, table) == before


def test_each_caller_has_keys_of_their_own(
    servers: Servers, caller: httpx.Client, send: Send, database: Database, plain: Json
) -> None:
    path, body, key = "/predictions", {"features": plain["features"]}, a_key()
    before = rows_in(database, "predictions")
    send(path, body, key).raise_for_status()
    for name, tenant in (("other", "default"), ("other", f"t-{uuid4()}")):
        theirs = bearer(key_for(servers.database_url, f"{name}-{uuid4()}", tenant=tenant))
        other = caller.post(path, json=body | {"model": MODEL}, headers=theirs | {"Idempotency-Key": key})
        assert other.status_code == 200
    assert rows_in(database, "predictions") == before + 3


def test_a_request_in_flight_is_told_and_one_that_broke_off_is_done_anew(
    send: Send, database: Database, plain: Json
) -> None:
    path, body = _result(None, plain)  # type: ignore[arg-type]
    key = a_key()
    refused = send(path, body | {"value": -1}, key)
    assert refused.status_code == 422  # of which nothing came: the key is free
    send(path, body, key).raise_for_status()
    mine = "WHERE patient_id = %s"
    broken = "UPDATE idempotency_keys SET status = NULL, body = NULL, created_at = now(), expires_at = now()"
    database.execute(f"{broken} + interval '1 hour' {mine}", [plain["patient_id"]])
    waiting = send(path, body, key)
    assert (waiting.status_code, waiting.headers["Retry-After"]) == (409, "1")
    database.execute(f"{broken} {mine}", [plain["patient_id"]])
    assert send(path, body, key).status_code == 200  # said already


@pytest.mark.parametrize(("so_far", "left", "told"), [(0, 180, 1), (40, 140, 40), (150, 30, 30)])
def test_who_waits_for_one_that_broke_off_is_told_to_wait_longer_and_no_longer_than_needed(
    send: Send, database: Database, plain: Json, so_far: int, left: int, told: int
) -> None:
    path, body = _result(None, plain)  # type: ignore[arg-type]
    key = a_key()
    send(path, body, key).raise_for_status()
    database.execute(
        "UPDATE idempotency_keys SET status = NULL, body = NULL, created_at = now() - %s * interval '1 s', "
        "expires_at = now() + %s * interval '1 s' WHERE patient_id = %s",
        [so_far, left, plain["patient_id"]],
    )
    waiting = send(path, body, key)
    assert waiting.status_code == 409
    assert abs(int(waiting.headers["Retry-After"]) - told) <= 5  # the clock goes on


def test_many_at_once_are_done_once(send: Send, database: Database, plain: Json) -> None:
    key, before = a_key(), rows_in(database, "answers")
    with ThreadPoolExecutor(AT_ONCE) as pool:
        replies = list(pool.map(lambda _: send("/counterfactuals", plain, key), range(AT_ONCE)))
    done = [reply for reply in replies if reply.status_code == 200]
    assert done
    assert {reply.status_code for reply in replies} <= {200, 409}
    assert len({reply.content for reply in done}) == 1
    assert rows_in(database, "answers") == before + 1


def test_a_reply_is_kept_for_as_long_as_it_is_set(send: Send, database: Database, plain: Json) -> None:
    key = a_key()
    first = send("/counterfactuals", plain, key)
    mine = [plain["patient_id"]]
    lasts = "SELECT expires_at - now() > interval '23 hours 59 minutes' FROM idempotency_keys"
    assert database.execute(f"{lasts} WHERE patient_id = %s", mine).fetchall() == [(True,)]
    database.execute("UPDATE idempotency_keys SET expires_at = now() WHERE patient_id = %s", mine)
    assert send("/counterfactuals", plain, key).json()["id"] != first.json()["id"]


def test_to_give_a_reply_again_is_a_read_and_on_record(send: Send, database: Database, plain: Json) -> None:
    key = a_key()
    first, again = send("/counterfactuals", plain, key), send("/counterfactuals", plain, key)
    (event,) = events_of(database, again.headers["x-correlation-id"])
    expected = {
        "action": "read",
        "entity": "answer",
        "outcome": "success",
        "route": "POST /counterfactuals",
        "patient": pseudonym_of(database, plain["patient_id"]),
    }
    assert expected.items() <= event.items()
    assert str(event["answer_id"]) == first.json()["id"]


@contextmanager
def nothing_kept_twice(database: Database, patient_id: str) -> Iterator[None]:
    """As if the gateway ended as soon as what it did is on record: a reply that is kept stays as it is."""
    name = f"once_{uuid4().hex}"
    database.execute(
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'it ended'; END $$"
    )
    database.execute(
        f"CREATE TRIGGER {name} BEFORE UPDATE ON idempotency_keys FOR EACH ROW "
        f"WHEN (OLD.status IS NOT NULL AND OLD.patient_id = '{patient_id}') EXECUTE FUNCTION {name}()"
    )
    try:
        yield
    finally:
        database.execute(f"DROP FUNCTION {name} CASCADE")


def test_a_reply_is_kept_as_it_goes_out_together_with_what_it_tells_of(
    send: Send, database: Database, plain: Json
) -> None:
    key, asked = a_key(), {"Accept": FHIR, "Prefer": "wait=30"}
    with nothing_kept_twice(database, plain["patient_id"]):
        send("/counterfactuals", plain, key, **asked)
    again = send("/counterfactuals", plain, key, **asked)
    assert again.status_code == 200
    assert again.headers["Content-Type"] == FHIR
    assert again.json()["resourceType"] == "Bundle"
    assert again.headers["Preference-Applied"] == "wait=30"


def test_the_replies_about_a_patient_go_with_them(
    servers: Servers, caller: httpx.Client, send: Send, database: Database, plain: Json
) -> None:
    key = a_key()
    first = send("/counterfactuals", plain, key)
    admin = bearer(key_for(servers.database_url, f"admin-{uuid4()}", AccessScope.ADMIN))
    caller.delete(f"/patients/{plain['patient_id']}", headers=admin).raise_for_status()
    held = "SELECT count(*) FROM idempotency_keys WHERE patient_id = %s OR strpos(body, %s) > 0"
    assert database.execute(held, [plain["patient_id"]] * 2).fetchone() == (0,)
    assert send("/counterfactuals", plain, key).json()["id"] != first.json()["id"]


def test_what_the_key_says_is_not_kept(send: Send, database: Database, plain: Json) -> None:
    key: Any = f"doe-jane-{uuid4()}"
    send("/counterfactuals", plain, key).raise_for_status()
    held = "SELECT count(*) FROM idempotency_keys AS row WHERE strpos(row::text, %s) > 0"
    assert database.execute(held, [key]).fetchone() == (0,)
