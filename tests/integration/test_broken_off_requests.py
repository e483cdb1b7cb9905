"""A process that ends in the middle of a request with a key: nothing is doubled, and nothing is lost."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from app.engine.registry import ServedModel
from app.identity.request_key import RequestKey
from app.storage.database import Database, TenantDatabase
from app.usecases.idempotency.keeping import TakenOverError
from app.usecases.idempotency.service import InFlightError, begin, finish, forget_expired, give_back
from app.usecases.measurements.schemas import MeasurementIn
from app.usecases.measurements.service import record_result, results_of
from tests.integration.planning import today
from tests.integration.serving import seen_by

DAY = timedelta(days=1)


@pytest.fixture
def result() -> MeasurementIn:
    return MeasurementIn(model="dysglycaemia", measured_on=today(), value=6.6, unit="%")


def attempt(record: Database, patient_id: str, kept_for: timedelta = DAY) -> TenantDatabase:
    """The record as another attempt at the same request sees it."""
    key = RequestKey(f"key-{patient_id}", "the same request", kept_for)
    return record.of(replace(seen_by(record).caller, key=key))


def expire(database: Any, patient_id: str) -> None:
    database.execute(
        "UPDATE idempotency_keys SET expires_at = now() WHERE key_digest = %s", [f"key-{patient_id}"]
    )


async def test_an_attempt_that_ends_before_it_records_blocks_until_its_time_is_over(
    record: Database, database: Any, patient_id: str
) -> None:
    assert await begin(attempt(record, patient_id)) is None
    with pytest.raises(InFlightError):
        await begin(attempt(record, patient_id))
    expire(database, patient_id)
    assert await begin(attempt(record, patient_id)) is None


async def test_what_was_recorded_before_the_end_is_told_again(
    record: Database, patient_id: str, served: ServedModel, result: MeasurementIn
) -> None:
    first = attempt(record, patient_id)
    assert await begin(first) is None
    out, _ = await record_result(first, patient_id, served, result)  # and there it ends
    reply = await begin(attempt(record, patient_id))
    assert reply is not None
    assert (reply.status, reply.body) == (201, out.model_dump_json(by_alias=True))


async def test_an_attempt_that_was_taken_over_records_nothing(
    record: Database, database: Any, patient_id: str, served: ServedModel, result: MeasurementIn
) -> None:
    slow, quick = attempt(record, patient_id), attempt(record, patient_id)
    assert await begin(slow) is None
    expire(database, patient_id)
    assert await begin(quick) is None
    other = result.model_copy(update={"value": 7.1})
    with pytest.raises(TakenOverError):
        await record_result(slow, patient_id, served, other)
    await give_back(slow)  # which is not its own to give
    await record_result(quick, patient_id, served, result)
    listed = await results_of(seen_by(record), patient_id, served)
    assert [one.value for one in listed.measurements] == [6.6]


async def test_a_key_that_is_given_back_is_free_unless_a_reply_is_kept(
    record: Database, patient_id: str, served: ServedModel, result: MeasurementIn
) -> None:
    first = attempt(record, patient_id)
    assert await begin(first) is None
    await give_back(first)
    second = attempt(record, patient_id)
    assert await begin(second) is None
    await record_result(second, patient_id, served, result)
    await give_back(second)
    assert await begin(attempt(record, patient_id)) is not None


async def test_what_is_kept_no_longer_goes(
    record: Database, database: Any, patient_id: str, served: ServedModel, result: MeasurementIn
) -> None:
    gone = attempt(record, patient_id, timedelta(0))
    assert await begin(gone) is None
    await record_result(gone, patient_id, served, result)
    kept = attempt(record, f"kept-{patient_id}")
    assert await begin(kept) is None
    await record_result(kept, f"kept-{patient_id}", served, result)
    await finish(kept, kept.caller.key.reply, None)  # type: ignore[union-attr, arg-type]
    assert await forget_expired(seen_by(record)) >= 1
    left = "SELECT key_digest FROM idempotency_keys WHERE key_digest LIKE %s"
    assert database.execute(left, [f"%{patient_id}"]).fetchall() == [(f"key-kept-{patient_id}",)]
