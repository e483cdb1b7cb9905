"""Deliveries, and the plans whose reviews are due, within one transaction of the caller's."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, cast
from uuid import UUID

import procrastinate
from sqlalchemy import CursorResult, and_, case, delete, func, literal, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.storage.consultation_tables import PlanRow
from app.storage.queue import Arguments, defer_within
from app.storage.record import Values
from app.storage.webhook_tables import DeliveryRow
from app.usecases.webhooks.events import Review

Transaction = AsyncSession
"""What a unit of work hands on: use cases name it, and write no SQL in it."""


class WebhookRepository:
    """What is kept of deliveries."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, rows: Sequence[Values]) -> int:
        """Put deliveries on record; one of a review that is there already is passed over. How many came."""
        statement = insert(DeliveryRow).on_conflict_do_nothing().returning(literal(1))
        return len((await self._session.execute(statement, rows)).all()) if rows else 0

    async def defer(self, queue: procrastinate.App, task: str, arguments: Arguments) -> None:
        """Put a task into the queue, within this very transaction."""
        await self._session.flush()
        await defer_within(self._session, queue, task, [arguments])

    async def claim(self, receiver: str, most: int) -> Sequence[DeliveryRow]:
        """A receiver's deliveries whose time has come, the oldest first; what others have in hand is left."""
        row = DeliveryRow
        statement = (
            select(row)
            .where(row.receiver == receiver, row.ended_at.is_(None))
            .where(row.next_attempt_at <= func.now())
            .order_by(row.next_attempt_at, row.id)
            .limit(most)
            .with_for_update(skip_locked=True)
        )
        return (await self._session.scalars(statement)).all()

    async def begin_attempt(self, delivery: DeliveryRow, again_after: timedelta) -> None:
        """Count an attempt. Should nothing be heard of it, the next one comes after this time."""
        values = {"attempts": DeliveryRow.attempts + 1, "next_attempt_at": func.now() + again_after}
        await self._change(delivery.id, values)

    async def end(self, delivery_id: UUID, outcome: str) -> None:
        """A delivery needs no more attempts."""
        await self._change(delivery_id, {"outcome": outcome, "ended_at": func.now()})

    async def failed(self, delivery_id: UUID, reason: str, tried_for: timedelta, fewest: int) -> bool:
        """Note why an attempt came to nothing; whether it was the last, after so long and so many of them."""
        row = DeliveryRow
        is_last = and_(row.created_at <= func.now() - tried_for, row.attempts >= fewest)
        values = {
            "last_failure": reason,
            "outcome": case((is_last, "given_up")),
            "ended_at": case((is_last, func.now())),
        }
        statement = update(row).where(row.id == delivery_id, row.ended_at.is_(None)).values(values)
        return (await self._session.scalar(statement.returning(row.ended_at.is_not(None)))) or False

    async def not_delivered(self, limit: int) -> Sequence[DeliveryRow]:
        """What did not arrive so far, or will not any more, the newest first."""
        row = DeliveryRow
        missing = or_(row.outcome.is_(None), row.outcome != "delivered")
        return (
            await self._session.scalars(select(row).where(missing).order_by(row.id.desc()).limit(limit))
        ).all()

    async def try_again(self, ids: Sequence[UUID]) -> int:
        """Have what did not arrive tried again now, of these ids or of all; how many."""
        row = DeliveryRow
        statement = update(row).where(or_(row.outcome.is_(None), row.outcome != "delivered"))
        if ids:
            statement = statement.where(row.id.in_(list(ids)))
        return await self._count(statement.values(outcome=None, ended_at=None, next_attempt_at=func.now()))

    async def forget(self, older_than: timedelta, most: int) -> int:
        """Take away at most so many that are older, whatever came of them; how many went."""
        row = DeliveryRow
        old = (
            select(row.id)
            .where(row.created_at < func.now() - older_than)
            .limit(most)
            .with_for_update(skip_locked=True)
        )
        return await self._count(delete(row).where(row.id.in_(old)))

    async def reviews_to_tell(self, receiver: str, first: date, last: date, most: int) -> list[Review]:
        """Reviews of plans under way that are due within these dates, and of which nobody told so far."""
        told = select(DeliveryRow.id).where(
            DeliveryRow.plan_id == PlanRow.id,
            DeliveryRow.due_on == PlanRow.review_on,
            DeliveryRow.receiver == receiver,
        )
        statement = (
            select(PlanRow.id, PlanRow.review_on)
            .where(PlanRow.ended_at.is_(None), PlanRow.review_on.between(first, last), ~told.exists())
            .order_by(PlanRow.review_on, PlanRow.id)
            .limit(most)
        )
        return [Review(*row) for row in (await self._session.execute(statement)).all()]

    async def _change(self, delivery_id: UUID, values: dict[str, Any]) -> None:
        row = DeliveryRow
        await self._count(update(row).where(row.id == delivery_id, row.ended_at.is_(None)).values(values))

    async def _count(self, statement: Any) -> int:
        result = await self._session.execute(statement, execution_options={"synchronize_session": False})
        return cast("CursorResult[Any]", result).rowcount
