"""Reviews of plans that are due are told of once, by the plan's id alone."""

from datetime import timedelta
from typing import Any

import httpx
import pytest

from app.identity.webhook_receivers import Receivers
from app.storage.database import Database
from app.storage.queue import queue_app
from app.usecases.patient_data.service import erase_patient
from app.usecases.webhooks.notices import Notices
from app.usecases.webhooks.reviews import LOOKED_BACK_DAYS, announce_reviews
from tests.integration.answers import Json, found
from tests.integration.fake_receiver import fake_receiver
from tests.integration.planned import plan_of
from tests.integration.planning import today
from tests.integration.serving import PATIENT_DATABASE
from tests.integration.webhooks import Connection, deliveries_to, of_tenant, receivers_at

TENANT = "default"


@pytest.fixture
def answer(client: httpx.Client, question: Json) -> Json:
    return found(client, question)


async def tell(record: Database, receivers: Receivers) -> None:
    """What a worker does every hour."""
    notices = Notices(receivers, queue_app("postgresql+psycopg://nowhere/nothing", PATIENT_DATABASE))
    await announce_reviews(of_tenant(record, TENANT), notices)


def on_record(database: Connection, plan: Any) -> int:
    rows = database.execute("SELECT count(*) FROM webhook_deliveries WHERE plan_id = %s", [plan]).fetchone()
    assert rows is not None
    return int(rows[0])


async def test_a_review_is_told_of_once_and_again_when_it_is_moved(
    record: Database, database: Connection, answer: Json
) -> None:
    plan = plan_of(database, answer, review_on=today())
    with fake_receiver() as receiver:
        receivers = receivers_at(receiver.url, TENANT)
        for _ in range(2):
            await tell(record, receivers)
            assert on_record(database, plan) == 1
        async with deliveries_to(receivers) as deliveries:
            await deliveries.send_due(of_tenant(record, TENANT))
        (told,) = [one for one in receiver.told() if one["data"]["plan_id"] == str(plan)]
        moved = "UPDATE plans SET review_on = %s WHERE id = %s"
        database.execute(moved, [today() + timedelta(days=1), plan])
        await tell(record, receivers)
        assert on_record(database, plan) == 1
        database.execute(moved, [today() - timedelta(days=1), plan])
        await tell(record, receivers)
        assert on_record(database, plan) == 2
    assert told["type"] == "plan.review_due"
    assert told["data"] == {"plan_id": str(plan)}


@pytest.mark.parametrize(
    ("days", "told"), [(1, 0), (0, 1), (-LOOKED_BACK_DAYS, 1), (-LOOKED_BACK_DAYS - 1, 0)]
)
async def test_reviews_are_told_of_from_their_day_on_for_a_while(
    record: Database, database: Connection, answer: Json, days: int, told: int
) -> None:
    plan = plan_of(database, answer, review_on=today() + timedelta(days=days))
    await tell(record, receivers_at("https://nobody.example/", TENANT))
    assert on_record(database, plan) == told


async def test_a_plan_that_ended_needs_no_review(
    record: Database, database: Connection, answer: Json
) -> None:
    plan = plan_of(database, answer, review_on=today())
    database.execute("UPDATE plans SET ended_at = now() WHERE id = %s", [plan])
    await tell(record, receivers_at("https://nobody.example/", TENANT))
    assert on_record(database, plan) == 0


async def test_nobody_is_told_of_reviews_who_did_not_ask(
    record: Database, database: Connection, answer: Json
) -> None:
    plan = plan_of(database, answer, review_on=today())
    receivers = receivers_at("https://nobody.example/", TENANT, events=["augmentation.failed"])
    await tell(record, receivers)
    await tell(record, receivers_at("https://nobody.example/", "another"))
    assert on_record(database, plan) == 0


async def test_nothing_that_is_told_names_the_patient_or_tells_a_value(
    record: Database, database: Connection, answer: Json
) -> None:
    plan = plan_of(database, answer, review_on=today())
    await tell(record, receivers_at("https://nobody.example/", TENANT))
    whole = "SELECT to_jsonb(d)::text, body::jsonb FROM webhook_deliveries AS d WHERE plan_id = %s"
    ((row, body),) = database.execute(whole, [plan]).fetchall()
    assert answer["patient_id"] not in row
    assert {*body} == {"type", "timestamp", "data"}
    assert body["data"] == {"plan_id": str(plan)}


async def test_what_waits_goes_with_the_patient(
    record: Database, database: Connection, cache: Any, answer: Json
) -> None:
    plan = plan_of(database, answer, review_on=today())
    await tell(record, receivers_at("https://nobody.example/", TENANT))
    assert on_record(database, plan) == 1
    await erase_patient(of_tenant(record, TENANT), cache, answer["patient_id"], None)
    assert on_record(database, plan) == 0
