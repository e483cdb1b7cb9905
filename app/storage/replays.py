"""Which tokens were used: Redis refuses a flood of copies, and PostgreSQL knows when Redis does not."""

from contextlib import suppress
from datetime import UTC, datetime

import structlog
from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import SQLAlchemyError

from app.identity.caller import Caller
from app.identity.refusals import IdentityAwayError
from app.storage.cache import Cache, CacheAwayError
from app.storage.database import Database, RecordError
from app.storage.token_tables import TokenUseRow

_log = structlog.get_logger()
_MOST_SWEPT = 10
"""With each that is added, so many go that are good no more: nothing has to be swept at night."""


class TokenUses:
    """See `app.identity.cds_jwt.Replays`."""

    def __init__(self, database: Database, cache: Cache) -> None:
        self._database, self._cache = database, cache

    async def is_first(self, tenant: str, token: str, until: datetime) -> bool:
        """Whether a token (64 hexadecimal digits) was not used before; it is remembered until then.

        Raises:
            IdentityAwayError: the database is away.
        """
        now = datetime.now(UTC)
        with suppress(CacheAwayError):
            left_s = max(1, round((until - now).total_seconds()))
            if not await self._cache.take(f"turnpoint:{tenant}:token:{token}", left_s):
                return False
        ended = select(TokenUseRow.digest).where(TokenUseRow.expires_at < now).limit(_MOST_SWEPT)
        swept = delete(TokenUseRow).where(TokenUseRow.digest.in_(ended.with_for_update(skip_locked=True)))
        used = (
            insert(TokenUseRow)
            .values(digest=bytes.fromhex(token), expires_at=until)
            .on_conflict_do_nothing()
            .returning(TokenUseRow.digest)
        )
        own = self._database.of(Caller.service(tenant, "token"))
        try:
            async with own.transaction() as session:
                await session.execute(swept)
                return (await session.execute(used)).first() is not None
        except (RecordError, SQLAlchemyError) as error:
            _log.error("token_uses_unavailable", error=type(error).__name__)
            raise IdentityAwayError("Who calls cannot be told now. Try again shortly.") from error
