"""Putting an event on record for its receivers, in the transaction that it happens in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import procrastinate

from app.domain.ids import uuid7
from app.identity.webhook_receivers import Receiver, Receivers
from app.storage.record import Values
from app.usecases.webhooks.events import Event
from app.usecases.webhooks.repository import Transaction, WebhookRepository

SEND_TASK = "webhooks.send"


@dataclass(frozen=True, slots=True)
class Notices:
    """Who is told of what. Links begin with `base`, or with the path where it is empty."""

    receivers: Receivers
    queue: procrastinate.App
    base: str = ""

    async def announce(self, session: Transaction, event: Event) -> None:
        """Tell everybody who asked for such events of the tenant: once the transaction commits, surely."""
        for receiver in self.receivers.of(session.info["tenant"], event.type):
            await self.announce_to(session, receiver, [event])

    async def announce_to(self, session: Transaction, receiver: Receiver, events: Sequence[Event]) -> int:
        """Tell one receiver of the session's tenant; how much of it is news."""
        repository = WebhookRepository(session)
        news = await repository.add([_row(receiver, event) for event in events])
        if news and receiver.enabled:
            await repository.defer(self.queue, SEND_TASK, {"tenant": receiver.tenant})
        return news


def _row(receiver: Receiver, event: Event) -> Values:
    now, review = datetime.now(UTC), event.review
    return {
        "id": uuid7(),
        "receiver": receiver.name,
        "event": event.type,
        "body": event.body(now),
        "plan_id": review.plan_id if review else None,
        "due_on": review.due_on if review else None,
    }
