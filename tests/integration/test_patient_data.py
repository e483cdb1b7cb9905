"""A patient's data given out whole and taken away whole, whatever was recorded of them."""

import json
from collections import Counter
from typing import Any
from uuid import uuid4

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.domain.errors import NotFoundError
from app.domain.ids import uuid7
from app.storage.belongings import BELONGINGS
from app.storage.cache import Cache, answer_key
from app.storage.database import Database, TenantDatabase
from app.storage.tables import Base
from app.storage.uploaded_people import HELD
from app.storage.watch_tables import DriftCountsRow, ShadowCountsRow
from app.usecases.patient_data.service import erase_patient, export_patient
from tests.integration import patient_records as records
from tests.integration.answers import Json, found
from tests.integration.patient_records import add_records, holding, insert
from tests.integration.serving import Servers, client_of, seen_by, settings_for

NAME_NOBODY = {
    *("uploads", "augmentations", "rejected_rows", "erasures"),
    *("api_keys", "audit_events", "audit_heads", "token_uses", "ehr_launches"),
    *(DriftCountsRow.__tablename__, ShadowCountsRow.__tablename__),
}
"""Tables that hold nothing of a patient: neither their id nor what is known of them."""
COUNTS = st.fixed_dictionaries({name: st.integers(0, 2) for name in BELONGINGS})


@pytest.fixture
def own(record: Database) -> TenantDatabase:
    return seen_by(record)


def test_every_table_is_known_to_tell_of_patients_or_not() -> None:
    tables = Base.metadata.tables
    reached = {"patients"}
    while (
        more := {
            name
            for name, table in tables.items()
            if any(key.column.table.name in reached for key in table.foreign_keys)
        }
        - reached
    ):
        reached |= more
    assert reached <= {*BELONGINGS}
    assert {*tables} == {*BELONGINGS, *HELD} | NAME_NOBODY
    assert not {*BELONGINGS, *HELD} & NAME_NOBODY
    for name in NAME_NOBODY:
        assert not {"patient_id", "source_id", "people"} & {*tables[name].columns.keys()}


def test_rows_that_refer_to_others_go_first() -> None:
    order = [*BELONGINGS]
    for name in order:
        for key in Base.metadata.tables[name].foreign_keys:
            other = key.column.table.name
            if other not in (name, "predictions"):
                assert order.index(name) < order.index(other)


@given(counts=COUNTS, others=COUNTS)
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_nothing_is_left_of_who_was_erased_and_nothing_is_gone_of_others(
    database: Any, own: TenantDatabase, cache: Cache, counts: dict[str, int], others: dict[str, int]
) -> None:
    patient, other, tenant = (f"{kind}-{uuid4().hex}" for kind in ("p", "other", "tenant"))
    canary = f"canary-{uuid4().hex}"
    add_records(database, patient, canary, counts)
    add_records(database, other, "kept", others)
    add_records(database, patient, "kept", others, tenant)
    elsewhere = seen_by(own._database, tenant)
    export = whole(await export_patient(own, patient))
    told = {name for name, rows in export["records"].items() if rows}
    assert holding(database, canary) == told - {"patients"}
    kept = [whole(await export_patient(*who))["records"] for who in ((own, other), (elsewhere, patient))]
    await erase_patient(own, cache, patient, None)
    assert holding(database, canary) == set()
    assert [
        whole(await export_patient(*who))["records"] for who in ((own, other), (elsewhere, patient))
    ] == kept
    with pytest.raises(NotFoundError):
        await export_patient(own, patient)
    await erase_patient(elsewhere, cache, patient, None)
    assert holding(database, patient) == set()
    await erase_patient(own, cache, other, None)


@given(counts=COUNTS)
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_an_export_has_every_row_with_every_column(
    database: Any, own: TenantDatabase, cache: Cache, counts: dict[str, int]
) -> None:
    patient, canary = f"p-{uuid4().hex}", f"canary-{uuid4().hex}"
    there = add_records(database, patient, canary, counts)
    export = whole(await export_patient(own, patient))
    assert Counter({name: len(rows) for name, rows in export["records"].items()}) == Counter(
        {name: len(keys) for name, keys in there.items()} | dict.fromkeys(HELD, 0)
    )
    for name, rows in export["records"].items():
        for row in rows:
            assert {*row} == {*Base.metadata.tables[name].columns.keys()}
    await erase_patient(own, cache, patient, None)


def whole(text: str) -> Json:
    read: Json = json.loads(text)
    return read


def add_uploaded(database: Any, ids: list[str | None], canary: str) -> None:
    """An upload, a job of it that has ended, and a job with rows of its own; each person has a row in all."""
    people = [
        {"row": number, "features": {"note": canary if one else "kept"}} | ({"id": one} if one else {})
        for number, one in enumerate(ids)
    ]
    upload, job = uuid7(), uuid7()
    for table, key in (("uploads", upload), ("augmentations", job)):
        columns = Base.metadata.tables[table].columns
        row = {column.name: records.of_kind(column, "kept") for column in columns if column.name != "tenant"}
        insert(database, table, row | {"id": key} | records.CHOSEN.get(table, {}))
    insert(database, "upload_chunks", {"upload_id": upload, "number": 0, "people": people, "faults": []})
    chunk: Json = {"job_id": job, "is_done": True, "accepted": 0, "rejected": 0, "degraded": []}
    own = {"number": 0, "upload_id": None, "people": people, "size": len(ids)}
    insert(database, "augmentation_chunks", chunk | own)
    for number, one in enumerate(ids):
        columns = Base.metadata.tables["augmented_rows"].columns
        row = {column.name: records.of_kind(column, canary if one else "kept") for column in columns}
        row |= {"job_id": job, "source_row": number, "source_id": one, "tenant": "default", "rank": 1}
        insert(database, "augmented_rows", row)


@given(st.lists(st.booleans(), min_size=1, max_size=6), st.booleans())
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_rows_of_batch_jobs_go_by_their_id_and_others_keep_their_places(
    database: Any, own: TenantDatabase, cache: Cache, theirs: list[bool], on_record: bool
) -> None:
    patient, canary = f"p-{uuid4().hex}", f"canary-{uuid4().hex}"
    add_uploaded(database, [patient if mine else None for mine in theirs], canary)
    if on_record:
        add_records(database, patient, canary, {})
    if not (on_record or any(theirs)):
        with pytest.raises(NotFoundError):
            await erase_patient(own, cache, patient, None)
        return
    export = whole(await export_patient(own, patient))
    assert [len(export["records"][table]) for table in HELD] == [sum(theirs)] * 3
    assert (export["pseudonym"] is not None) == on_record
    erased = await erase_patient(own, cache, patient, None)
    assert holding(database, patient, canary) == set()
    assert holding(database, str(erased.pseudonym)) == {"erasures", "audit_events"}
    (left,) = database.execute("SELECT people FROM upload_chunks ORDER BY upload_id DESC LIMIT 1").fetchone()
    assert [one is None for one in left] == theirs
    assert [one["row"] for one in left if one] == [n for n, mine in enumerate(theirs) if not mine]


@pytest.fixture(scope="module")
def gateway(servers: Servers) -> Any:
    with client_of(settings_for(servers)) as client:
        yield client


def test_over_http_with_a_receipt(gateway: httpx.Client, question: Json, database: Any) -> None:
    patient = question["patient_id"]
    assert gateway.get(f"/patients/{patient}/export").status_code == 404
    assert gateway.delete(f"/patients/{patient}").status_code == 404
    answer = found(gateway, question)
    option = answer["counterfactuals"][0]
    said = {"counterfactual_id": option["id"], "verdict": "declined", "reason": "other", "note": "n"}
    gateway.post(f"/counterfactuals/{answer['id']}/feedback", json=said).raise_for_status()
    export = gateway.get(f"/patients/{patient}/export").raise_for_status()
    assert patient not in str(export.headers)
    told = export.json()
    assert [row["id"] for row in told["records"]["answers"]] == [answer["id"]]
    assert len(told["records"]["feedback"]) == 1
    gone = gateway.delete(f"/patients/{patient}")
    assert (gone.status_code, gone.content) == (204, b"")
    assert gone.headers["X-Pseudonym"] == told["pseudonym"]
    assert holding(database, patient, option["id"]) == set()
    assert holding(database, answer["id"]) == {"audit_events"}
    events = database.execute(
        "SELECT action, patient::text FROM audit_events WHERE entity = 'patient' ORDER BY seq DESC LIMIT 2"
    ).fetchall()
    assert events == [("delete", told["pseudonym"]), ("read", told["pseudonym"])]
    for path in (f"/counterfactuals/{answer['id']}", f"/patients/{patient}/export"):
        assert gateway.get(path).status_code == 404
    assert gateway.delete(f"/patients/{patient}").status_code == 404


def test_who_is_asked_about_again_is_a_new_patient_and_is_answered_anew(
    gateway: httpx.Client, question: Json
) -> None:
    first = found(gateway, question)
    before = gateway.get(f"/patients/{question['patient_id']}/export").json()
    gateway.delete(f"/patients/{question['patient_id']}").raise_for_status()
    again = found(gateway, question)
    assert again["generation"]["cached"] is False
    assert again["id"] != first["id"]
    after = gateway.get(f"/patients/{question['patient_id']}/export").json()
    assert after["pseudonym"] != before["pseudonym"]
    assert [row["id"] for row in after["records"]["answers"]] == [again["id"]]


async def test_an_answer_in_hand_cannot_be_put_back_into_the_cache(
    database: Any, own: TenantDatabase, cache: Cache
) -> None:
    """The request had recorded it, and was about to put it there."""
    patient, digest = f"p-{uuid4().hex}", uuid4().hex
    add_records(database, patient, digest, {})
    key = answer_key("default", digest)
    await erase_patient(own, cache, patient, None)
    await cache.put(key, "their answer")
    assert await cache.get(key) != "their answer"
    other = answer_key("default", uuid4().hex)
    await cache.put(other, "another's answer")
    assert await cache.get(other) == "another's answer"
