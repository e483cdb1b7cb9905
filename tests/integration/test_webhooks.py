"""Webhooks arrive signed, at least once, at their own receiver alone, whatever becomes of an attempt."""

import asyncio
import json
from contextlib import ExitStack, suppress
from uuid import uuid4

import pytest

from app.domain.webhook_event import EventType
from app.storage.database import Database
from app.storage.queue import queue_app
from app.usecases.webhooks.deliveries import forget_old, not_delivered, try_again
from app.usecases.webhooks.events import Event
from app.usecases.webhooks.notices import SEND_TASK, Notices
from app.usecases.webhooks.tasks import REVIEWS_TASK, SWEEP_TASK, register_webhooks
from tests.integration.fake_receiver import FIRST, SECOND, FakeReceiver, fake_receiver
from tests.integration.fake_server import Reply
from tests.integration.processes import wait_until
from tests.integration.serving import PATIENT_DATABASE
from tests.integration.webhooks import (
    ENDED,
    Connection,
    announce,
    deliveries_to,
    made_older,
    of_tenant,
    receivers_at,
    rows,
    time_has_come,
)

FEWEST = 5
"""Attempts before a delivery is given up."""


@pytest.fixture
def tenant() -> str:
    return f"t-{uuid4().hex[:12]}"


async def test_a_receiver_that_fails_first_is_told_again_under_the_same_id(
    record: Database, database: Connection, tenant: str
) -> None:
    with fake_receiver(Reply(500), Reply(503)) as receiver:
        receivers = receivers_at(receiver.url, tenant)
        await announce(record, receivers, tenant)
        async with deliveries_to(receivers) as deliveries:
            own = of_tenant(record, tenant)
            await deliveries.send_due(own)
            assert rows(database, tenant) == [(1, None, "failed")]
            await deliveries.send_due(own)  # not before its time
            assert len(receiver.heard) == 1
            for _ in range(2):
                time_has_come(database, tenant)
                await deliveries.send_due(own)
            time_has_come(database, tenant)
            await deliveries.send_due(own)  # it has arrived
    assert rows(database, tenant) == [(3, "delivered", "failed")]
    assert len(receiver.heard) == 3
    assert len({*receiver.ids}) == 1
    assert len({body for _, body in receiver.heard}) == 1
    told = receiver.told()[0]
    assert told["type"] == "augmentation.completed"
    assert told["data"] == {"job_id": "a"}
    assert {*told} == {"type", "timestamp", "data"}


async def test_an_attempt_whose_worker_died_before_it_was_noted_is_made_again(
    record: Database, database: Connection, tenant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    class DiedError(Exception):
        pass

    async def die(*_: object) -> None:
        raise DiedError

    with fake_receiver() as receiver:
        receivers = receivers_at(receiver.url, tenant)
        await announce(record, receivers, tenant)
        async with deliveries_to(receivers) as deliveries:
            with monkeypatch.context() as dying:
                dying.setattr(deliveries, "_note", die)
                await deliveries.send_due(of_tenant(record, tenant))
            assert rows(database, tenant) == [(1, None, None)]
            time_has_come(database, tenant)
            await deliveries.send_due(of_tenant(record, tenant))
    assert rows(database, tenant) == [(2, "delivered", None)]
    assert len(receiver.told()) == 2
    assert len({*receiver.ids}) == 1


async def test_while_secrets_change_each_signs(record: Database, tenant: str) -> None:
    with fake_receiver() as receiver:
        receivers = receivers_at(receiver.url, tenant, secrets=[FIRST, SECOND])
        await announce(record, receivers, tenant)
        async with deliveries_to(receivers) as deliveries:
            await deliveries.send_due(of_tenant(record, tenant))
    assert receiver.told(FIRST) == receiver.told(SECOND) != []


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (Reply(302, headers={"Location": "http://127.0.0.1:9/"}), "redirected"),
        (Reply(404), "refused"),
        (Reply(drop=True), "unreachable"),
        (Reply(raw=b"no HTTP at all\r\n\r\n"), "unreachable"),
    ],
)
async def test_what_is_no_success_is_tried_again(
    record: Database, database: Connection, tenant: str, reply: Reply, reason: str
) -> None:
    with fake_receiver(reply) as receiver:
        receivers = receivers_at(receiver.url, tenant)
        await announce(record, receivers, tenant)
        async with deliveries_to(receivers) as deliveries:
            await deliveries.send_due(of_tenant(record, tenant))
        assert rows(database, tenant) == [(1, None, reason)]
    assert len(receiver.heard) == 1


async def test_a_receiver_that_does_not_answer_is_not_waited_for(
    record: Database, database: Connection, tenant: str
) -> None:
    with fake_receiver(Reply(raw=b"HTTP/1.1 200", hang=True)) as receiver:
        receivers = receivers_at(receiver.url, tenant)
        await announce(record, receivers, tenant)
        async with deliveries_to(receivers, wait_s=0.2) as deliveries:
            await deliveries.send_due(of_tenant(record, tenant))
    assert rows(database, tenant) == [(1, None, "too_slow")]


async def test_an_endless_answer_is_not_read(record: Database, database: Connection, tenant: str) -> None:
    with fake_receiver(Reply(200, drip=True)) as receiver:
        receivers = receivers_at(receiver.url, tenant)
        await announce(record, receivers, tenant)
        async with deliveries_to(receivers) as deliveries:
            await deliveries.send_due(of_tenant(record, tenant))
    assert rows(database, tenant) == [(1, "delivered", None)]


async def test_410_ends_a_delivery(record: Database, database: Connection, tenant: str) -> None:
    with fake_receiver(Reply(410)) as receiver:
        receivers = receivers_at(receiver.url, tenant)
        await announce(record, receivers, tenant)
        async with deliveries_to(receivers) as deliveries:
            for _ in range(2):
                await deliveries.send_due(of_tenant(record, tenant))
                time_has_come(database, tenant)
    assert rows(database, tenant) == [(1, "gone", None)]
    assert len(receiver.heard) == 1


async def test_after_some_days_a_failure_is_the_last_until_somebody_says_otherwise(
    record: Database, database: Connection, tenant: str
) -> None:
    with fake_receiver(*[Reply(500)] * FEWEST) as receiver:
        receivers, own = receivers_at(receiver.url, tenant), of_tenant(record, tenant)
        await announce(record, receivers, tenant)
        made_older(database, tenant, days=3)
        async with deliveries_to(receivers) as deliveries:
            for attempt in range(1, FEWEST):  # it may have been turned off until now
                await deliveries.send_due(own)
                assert rows(database, tenant) == [(attempt, None, "failed")]
                time_has_come(database, tenant)
            for _ in range(2):
                await deliveries.send_due(own)
                assert rows(database, tenant) == [(FEWEST, "given_up", "failed")]
                time_has_come(database, tenant)
            assert len(receiver.heard) == FEWEST
            (missing,) = await not_delivered(own)
            assert await try_again(own, [uuid4()]) == 0
            assert await try_again(own, [missing.id]) == 1
            await deliveries.send_due(own)
        assert await not_delivered(own) == []
        assert await try_again(own, []) == 0
    assert rows(database, tenant) == [(FEWEST + 1, "delivered", "failed")]


async def heard(receiver: FakeReceiver, calls: int) -> None:
    await asyncio.to_thread(wait_until, lambda: len(receiver.heard) == calls)


async def test_one_that_is_slow_keeps_no_other_waiting_and_no_place_of_a_worker(
    record: Database, database: Connection, tenant: str
) -> None:
    queue = queue_app("postgresql+psycopg://nowhere/nothing", PATIENT_DATABASE)
    never = Reply(raw=b"HTTP/1.1 200", hang=True)
    with fake_receiver() as prompt, ExitStack() as until_all_is_said:
        slow = until_all_is_said.enter_context(fake_receiver(*[never] * 50))
        one, other = receivers_at(slow.url, tenant), receivers_at(prompt.url, tenant)
        both = one.model_copy(update={"receivers": (*one.receivers, *other.receivers)})
        async with deliveries_to(both, wait_s=3600) as deliveries:
            register_webhooks(queue, record, Notices(both, queue), deliveries)
            for events in (20, 40):
                await announce(record, both, tenant, *[ENDED] * 20)
                await queue.tasks[SEND_TASK](tenant=tenant)  # it ends, though nobody answers yet
                await heard(prompt, events)
            await heard(slow, 8)
            assert {failure for _, _, failure in rows(database, tenant)} == {None}
            until_all_is_said.close()


async def test_a_receiver_that_fails_is_left_alone_and_keeps_no_other_waiting(
    record: Database, database: Connection, tenant: str
) -> None:
    with fake_receiver(*[Reply(500)] * 50) as broken, fake_receiver() as whole:
        one, other = receivers_at(broken.url, tenant), receivers_at(whole.url, tenant)
        both = one.model_copy(update={"receivers": (*one.receivers, *other.receivers)})
        await announce(record, both, tenant, *[ENDED] * 20)
        async with deliveries_to(both) as deliveries:
            await deliveries.send_due(of_tenant(record, tenant))
    assert len(whole.heard) == 20
    assert len(broken.heard) <= 8


async def test_what_happens_while_a_receiver_is_not_enabled_waits(
    record: Database, database: Connection, tenant: str
) -> None:
    with fake_receiver() as receiver:
        off = receivers_at(receiver.url, tenant, enabled=False)
        await announce(record, off, tenant)
        async with deliveries_to(off) as deliveries:
            await deliveries.send_due(of_tenant(record, tenant))
        assert receiver.heard == []
        on = off.model_copy(
            update={"receivers": tuple(one.model_copy(update={"enabled": True}) for one in off.receivers)}
        )
        async with deliveries_to(on) as deliveries:
            await deliveries.send_due(of_tenant(record, tenant))
        assert len(receiver.told()) == 1


async def test_tenants_hear_of_their_own_events_alone(
    record: Database, database: Connection, tenant: str
) -> None:
    other = f"{tenant}-other"
    with fake_receiver() as mine, fake_receiver() as theirs:
        one, two = receivers_at(mine.url, tenant), receivers_at(theirs.url, other)
        both = one.model_copy(update={"receivers": (*one.receivers, *two.receivers)})
        await announce(record, both, tenant)
        assert rows(database, other) == []
        async with deliveries_to(both) as deliveries:
            await deliveries.send_due(of_tenant(record, other))
            assert mine.heard == theirs.heard == []
            assert await not_delivered(of_tenant(record, other)) == []
            assert await try_again(of_tenant(record, other), []) == 0
            await deliveries.send_due(of_tenant(record, tenant))
        assert len(mine.heard) == 1
        assert theirs.heard == []


async def test_only_events_that_were_asked_for_are_told(
    record: Database, database: Connection, tenant: str
) -> None:
    receivers = receivers_at("https://nobody.example/", tenant, events=["augmentation.failed"])
    failed = Event(EventType.AUGMENTATION_FAILED, {"job_id": "b"})
    await announce(record, receivers, tenant, ENDED, failed)
    told = "SELECT event, body FROM webhook_deliveries WHERE tenant = %s"
    ((event, body),) = database.execute(told, [tenant]).fetchall()
    assert event == json.loads(body)["type"] == "augmentation.failed"


async def test_what_is_rolled_back_is_told_to_nobody(
    record: Database, database: Connection, tenant: str
) -> None:
    class ChangedMindError(Exception):
        pass

    waiting = "SELECT count(*) FROM queue.procrastinate_jobs WHERE args->>'tenant' = %s"
    receivers = receivers_at("https://nobody.example/", tenant)
    notices = Notices(receivers, queue_app("postgresql+psycopg://nowhere/nothing", PATIENT_DATABASE))
    with suppress(ChangedMindError):
        async with of_tenant(record, tenant).transaction() as session:
            await notices.announce(session, ENDED)
            raise ChangedMindError
    assert rows(database, tenant) == []
    assert database.execute(waiting, [tenant]).fetchone() == (0,)
    await announce(record, receivers, tenant)
    assert database.execute(waiting, [tenant]).fetchone() == (1,)


async def test_every_minute_a_worker_sends_what_waits_of_every_tenant(
    record: Database, database: Connection, tenant: str
) -> None:
    queue = queue_app("postgresql+psycopg://nowhere/nothing", PATIENT_DATABASE)
    with fake_receiver() as mine, fake_receiver() as theirs:
        one, two = receivers_at(mine.url, tenant), receivers_at(theirs.url, f"{tenant}-other")
        both = one.model_copy(update={"receivers": (*one.receivers, *two.receivers)})
        await announce(record, both, tenant)
        await announce(record, both, f"{tenant}-other")
        async with deliveries_to(both) as deliveries:
            register_webhooks(queue, record, Notices(both, queue), deliveries)
            await queue.tasks[SWEEP_TASK](timestamp=0)
            await asyncio.to_thread(wait_until, lambda: bool(mine.heard and theirs.heard))
    assert len(mine.told()) == len(theirs.told()) == 1
    crons = {one.task.name: one.cron for one in queue.periodic_registry.periodic_tasks.values()}
    assert crons == {SWEEP_TASK: "* * * * *", REVIEWS_TASK: "7 * * * *"}


async def test_nothing_is_kept_longer_than_it_may_be(
    record: Database, database: Connection, tenant: str
) -> None:
    receivers = receivers_at("https://nobody.example/", tenant)
    await announce(record, receivers, tenant)
    made_older(database, tenant, days=31)
    await announce(record, receivers, tenant)
    await forget_old(of_tenant(record, tenant), days=30)
    assert len(rows(database, tenant)) == 1
