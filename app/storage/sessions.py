"""Launches and sessions in the database, so that any gateway serves them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import structlog
from sqlalchemy import delete, func, select, true
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from app.identity.caller import Caller
from app.identity.ehr_sessions import EhrSession
from app.identity.principal import DEFAULT_TENANT
from app.identity.refusals import IdentityAwayError
from app.storage.database import Database, RecordError
from app.storage.session_tables import LaunchRow, SessionRow

_log = structlog.get_logger()


class Sessions:
    """Of all tenants: who asks is not known yet. What has ended is not there, and goes when others begin."""

    def __init__(self, database: Database) -> None:
        self._database = database.of(Caller.service(DEFAULT_TENANT, "sessions"))

    async def find(self, digest: bytes) -> EhrSession | None:
        """The session of this hash, unless it has ended.

        Raises:
            IdentityAwayError: the database is away.
        """
        mine = select(SessionRow).where(
            SessionRow.secret_sha256 == digest, SessionRow.expires_at > func.now()
        )
        try:
            async with self._database.transaction() as session:
                row = await session.scalar(mine)
        except (RecordError, SQLAlchemyError) as error:
            _log.error("sessions_unavailable", error=type(error).__name__)
            raise IdentityAwayError("Sessions cannot be looked up now. Try again shortly.") from error
        if row is None:
            return None
        return EhrSession(row.secret_sha256, row.tenant, row.patient_id, row.name, row.server, row.expires_at)

    async def open(self, opened: EhrSession, fhir_user: str | None, told: dict[str, Any] | None) -> None:
        """Begin a session.

        Raises:
            RecordError: the database is away.
        """
        row = SessionRow(
            secret_sha256=opened.digest,
            tenant=opened.tenant,
            patient_id=opened.patient_id,
            name=opened.name,
            fhir_user=fhir_user,
            server=opened.server,
            told=told,
            expires_at=opened.expires_at,
        )
        async with self._tidied() as session:
            session.add(row)

    async def end(self, digest: bytes) -> None:
        """End a session before its time.

        Raises:
            RecordError: the database is away.
        """
        async with self._database.transaction() as session:
            await session.execute(delete(SessionRow).where(SessionRow.secret_sha256 == digest))

    async def told_of(self, tenant: str, patient_id: str, since: datetime | None) -> dict[str, Any]:
        """What the EHR told last of a patient of whom it told too little, if that was after `since`.

        Raises:
            RecordError: the database is away.
        """
        mine = (
            select(SessionRow.told)
            .where(SessionRow.tenant == tenant, SessionRow.patient_id == patient_id)
            .where(SessionRow.told.is_not(None), SessionRow.expires_at > func.now())
            .where(true() if since is None else SessionRow.created_at > since)
            .order_by(SessionRow.created_at.desc())
            .limit(1)
        )
        async with self._database.transaction() as session:
            return await session.scalar(mine) or {}

    async def begin_launch(
        self, state_digest: bytes, browser_digest: bytes, server: str, expires_at: datetime
    ) -> None:
        """Note a browser that is sent to its EHR.

        Raises:
            RecordError: the database is away.
        """
        async with self._tidied() as session:
            session.add(
                LaunchRow(
                    state_sha256=state_digest,
                    browser_sha256=browser_digest,
                    server=server,
                    expires_at=expires_at,
                )
            )

    async def take_launch(self, state_digest: bytes, browser_digest: bytes) -> str | None:
        """The name of the EHR server that this very browser was sent to: told once, and in time alone.

        Raises:
            RecordError: the database is away.
        """
        taken = (
            delete(LaunchRow)
            .where(LaunchRow.state_sha256 == state_digest)
            .returning(LaunchRow.server, LaunchRow.browser_sha256, LaunchRow.expires_at)
        )
        async with self._database.transaction() as session:
            row = (await session.execute(taken)).first()
        if row is None or row.browser_sha256 != browser_digest or row.expires_at <= datetime.now(UTC):
            return None
        return str(row.server)

    async def forget_ended(self) -> None:
        """Take away what has ended.

        Raises:
            RecordError: the database is away.
        """
        async with self._tidied():
            """Nothing else."""

    @asynccontextmanager
    async def _tidied(self) -> AsyncIterator[AsyncSession]:
        async with self._database.transaction() as session:
            for table in (LaunchRow, SessionRow):
                await session.execute(delete(table).where(table.expires_at <= func.now()))
            yield session
