"""Keys of callers in the database."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import structlog
from sqlalchemy import or_, select, update
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
    """Finds keys of all tenants, since who asks is not known yet, and notes their use, as the service's role.

    To make and to revoke is for whoever owns the tables: `owners_work`.
    """

    def __init__(self, database: Database) -> None:
        self._database = database.of(Caller.service(DEFAULT_TENANT, "keys"))

    async def find(self, key_id: str) -> StoredKey | None:
        """The key with this id, good or not.

        Raises:
            IdentityAwayError: the database is away.
        """
        try:
            async with self._database.transaction() as session:
                return await key_with(session, key_id)
        except (RecordError, SQLAlchemyError) as error:
            _log.error("keys_unavailable", error=type(error).__name__)
            raise IdentityAwayError("Keys cannot be looked up now. Try again shortly.") from error

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


@asynccontextmanager
async def owners_work(database: Database, caller: Caller) -> AsyncIterator[AsyncSession]:
    """A unit of work about keys as the database's own user, not as the service's role.

    Raises:
        KeysError: the database is away, or its user may not do this.
    """
    try:
        async with database.transaction_of(caller, as_owner=True) as session:
            yield session
    except RecordError as error:
        raise KeysError("The database of DATABASE_URL is away.") from error
    except SQLAlchemyError as error:
        raise KeysError(
            "The database of DATABASE_URL has no table of keys (turnpoint migrate), or its user may not "
            "change it: keys are made and revoked as the owner of the tables."
        ) from error


def add_key(session: AsyncSession, key: StoredKey) -> None:
    """Keep a new key."""
    session.add(
        KeyRow(
            id=key.id,
            tenant=key.tenant,
            name=key.name,
            kind=key.kind,
            secret_sha256=key.digest,
            scopes=sorted(key.scopes),
            created_at=key.created_at,
            expires_at=key.expires_at,
        )
    )


async def every_key(session: AsyncSession) -> list[StoredKey]:
    """Of all tenants, the oldest first."""
    rows = await session.scalars(select(KeyRow).order_by(KeyRow.created_at, KeyRow.id))
    return [_stored(row) for row in rows]


async def key_with(session: AsyncSession, key_id: str) -> StoredKey | None:
    """The key with this id, good or not."""
    row = await session.get(KeyRow, key_id)
    return _stored(row) if row else None


async def end_key(session: AsyncSession, key_id: str) -> bool:
    """Revoke a key for good; whether that ended it, and no earlier time did."""
    ended = (
        update(KeyRow)
        .where(KeyRow.id == key_id, KeyRow.revoked_at.is_(None))
        .values(revoked_at=datetime.now(UTC))
        .returning(KeyRow.id)
    )
    return (await session.execute(ended)).first() is not None


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
