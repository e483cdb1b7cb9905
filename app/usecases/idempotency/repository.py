"""Keys of requests, within one transaction of the caller's; times are the database's."""

from datetime import timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.events import Access
from app.identity.request_key import Reply, RequestKey
from app.storage.idempotency_tables import IdempotencyRow

Transaction = AsyncSession
_NOTHING: dict[str, Any] = dict.fromkeys(
    ("status", "media_type", "headers", "body", "patient_id", "entity", "entity_id", "answer_id")
)


class IdempotencyRepository:
    """Claims keys, keeps replies, forgets both."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def claim(self, key: RequestKey, at_most: timedelta) -> bool:
        """Whether the key is this attempt's now: nobody has it, or whoever had it took too long."""
        row = IdempotencyRow
        mine = {"request_digest": key.request_digest, "owner": key.owner, "expires_at": func.now() + at_most}
        statement = (
            insert(row)
            .values(key_digest=key.digest, **mine)
            .on_conflict_do_update(
                index_elements=[row.tenant, row.key_digest],
                set_=_NOTHING | mine | {"created_at": func.now()},
                where=row.expires_at <= func.now(),
            )
            .returning(row.owner)
        )
        return (await self._session.execute(statement)).first() is not None

    async def of(self, key: RequestKey) -> IdempotencyRow | None:
        """The row that has the key, while it counts."""
        row = IdempotencyRow
        return await self._session.scalar(
            select(row).where(row.key_digest == key.digest, row.expires_at > func.now())
        )

    async def seconds_of(self, key: RequestKey) -> tuple[float, float]:
        """For how long the attempt that has the key has been at work, and for how long it may be yet.

        Both are 0 where it has given the key back in this very moment.
        """
        row, now = IdempotencyRow, func.now()
        found = await self._session.execute(
            select(
                func.extract("epoch", now - row.created_at), func.extract("epoch", row.expires_at - now)
            ).where(row.key_digest == key.digest)
        )
        row_found = found.one_or_none()
        return (float(row_found[0]), float(row_found[1])) if row_found else (0.0, 0.0)

    async def keep(self, key: RequestKey, reply: Reply, of: Access | None) -> bool:
        """Whether the reply is kept: not where the key was taken over. `of` is what the reply tells of."""
        values: dict[str, Any] = {
            "status": reply.status,
            "media_type": reply.media_type,
            "headers": dict(reply.headers),
            "body": reply.body,
            "expires_at": func.now() + key.kept_for,
        }
        if of is not None:
            values |= {"patient_id": of.patient_id, "entity": of.entity}
            values |= {"entity_id": of.entity_id, "answer_id": of.answer_id}
        return await self._changed(update(IdempotencyRow).where(*_own(key)).values(values)) == 1

    async def release(self, key: RequestKey) -> None:
        """Give the key back, unless a reply is kept under it."""
        await self._changed(delete(IdempotencyRow).where(*_own(key), IdempotencyRow.status.is_(None)))

    async def forget_expired(self, most: int) -> int:
        """Take away at most so many rows that do not count any more; how many went."""
        row = IdempotencyRow
        old = (
            select(row.key_digest)
            .where(row.expires_at <= func.now())
            .limit(most)
            .with_for_update(skip_locked=True)
        )
        return await self._changed(delete(row).where(row.key_digest.in_(old)))

    async def _changed(self, statement: Any) -> int:
        result = await self._session.execute(statement, execution_options={"synchronize_session": False})
        return cast("CursorResult[Any]", result).rowcount


def _own(key: RequestKey) -> tuple[Any, ...]:
    return (IdempotencyRow.key_digest == key.digest, IdempotencyRow.owner == key.owner)
