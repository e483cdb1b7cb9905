"""Keys of callers in the database."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import structlog
from sqlalchemy import func, or_, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from app.identity.caller import Caller
from app.identity.keys import StoredKey
from app.identity.principal import DEFAULT_TENANT, PrincipalKind
from app.identity.refusals import IdentityAwayError
from app.identity.scopes import AccessScope
from app.storage.database import Database, RecordError
from app.storage.key_tables import KeyRow

_log = structlog.get_logger()
_USE_KEPT_EVERY = timedelta(minutes=1)
_SCOPES = {scope.value: scope for scope in AccessScope}


class KeysError(RuntimeError):
    """Keys cannot be kept or read; the message is a sentence for whoever keeps them."""


class Keys:
    """Finds, keeps and revokes keys of all tenants: who asks is not known yet.

    The service's role finds them, and notes their use. To keep and to revoke is for whoever owns the tables.
    """

    def __init__(self, database: Database) -> None:
        self._all = database
        self._database = database.of(Caller.service(DEFAULT_TENANT, "keys"))

    async def find(self, key_id: str) -> StoredKey | None:
        """The key with this id, good or not.

        Raises:
            IdentityAwayError: the database is away.
        """
        try:
            async with self._database.transaction() as session:
                row = await session.get(KeyRow, key_id)
        except (RecordError, SQLAlchemyError) as error:
            _log.error("keys_unavailable", error=type(error).__name__)
            raise IdentityAwayError("Keys cannot be looked up now. Try again shortly.") from error
        return _stored(row) if row else None

    async def note_use(self, key_id: str) -> None:
        """Keep that it was used just now, unless that was kept within the last minute."""
        now = datetime.now(UTC)
        is_old = or_(KeyRow.last_used_at.is_(None), KeyRow.last_used_at < now - _USE_KEPT_EVERY)
        try:
            async with self._database.transaction() as session:
                await session.execute(
                    update(KeyRow).where(KeyRow.id == key_id, is_old).values(last_used_at=now)
                )
        except (RecordError, SQLAlchemyError) as error:
            _log.warning("key_use_not_kept", error=type(error).__name__)

    async def add(self, key: StoredKey) -> None:
        """Keep a new key.

        Raises:
            KeysError: it cannot be kept.
        """
        row = KeyRow(
            id=key.id,
            tenant=key.tenant,
            name=key.name,
            kind=key.kind,
            secret_sha256=key.digest,
            scopes=sorted(key.scopes),
            created_at=key.created_at,
            expires_at=key.expires_at,
        )
        async with self._transaction() as session:
            session.add(row)

    async def listed(self) -> list[StoredKey]:
        """All keys, the oldest first.

        Raises:
            KeysError: they cannot be read.
        """
        async with self._transaction() as session:
            rows = await session.scalars(select(KeyRow).order_by(KeyRow.created_at, KeyRow.id))
            return [_stored(row) for row in rows]

    async def revoke(self, key_id: str) -> bool:
        """End a key for good; whether there is such a key. One that was revoked stays so since then.

        Raises:
            KeysError: it cannot be ended.
        """
        ended = (
            update(KeyRow)
            .where(KeyRow.id == key_id)
            .values(revoked_at=func.coalesce(KeyRow.revoked_at, datetime.now(UTC)))
            .returning(KeyRow.id)
        )
        async with self._transaction() as session:
            return (await session.execute(ended)).first() is not None

    @asynccontextmanager
    async def _transaction(self) -> AsyncIterator[AsyncSession]:
        """As the database's own user, not as the service's role."""
        try:
            async with (
                self._all.connection() as connection,
                AsyncSession(connection, expire_on_commit=False) as session,
            ):
                yield session
                await session.flush()
        except RecordError as error:
            raise KeysError("The database of DATABASE_URL is away.") from error
        except SQLAlchemyError as error:
            raise KeysError(
                "The database of DATABASE_URL has no table of keys (turnpoint migrate), or its user may not "
                "change it: keys are made and revoked as the owner of the tables."
            ) from error


def _stored(row: KeyRow) -> StoredKey:
    return StoredKey(
        id=row.id,
        tenant=row.tenant,
        name=row.name,
        kind=PrincipalKind(row.kind),
        digest=row.secret_sha256,
        scopes=frozenset(_SCOPES[one] for one in row.scopes if one in _SCOPES),
        created_at=row.created_at,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
        last_used_at=row.last_used_at,
    )
