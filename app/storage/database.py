"""The database engine, and one unit of work for each request."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace

import psycopg
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, async_sessionmaker

from app.identity.caller import Caller
from app.storage.engine import DatabaseLimits, SilentError, engine_of, probing
from app.storage.gone import nothing_gone
from app.storage.pool import count_connections
from app.storage.silence import Silence
from app.storage.tenancy import SET_OWNERS_TENANT, SET_PATIENT, SET_TENANT, TenantSession
from app.tracing import Work, span


class RecordError(RuntimeError):
    """The record could not be kept or read: the service fails closed with 503."""


class Database:
    """A pool of connections to PostgreSQL and the transactions on it."""

    def __init__(self, url: str, limits: DatabaseLimits) -> None:
        self._silence = Silence("database", self._answers)
        self._engine: AsyncEngine = engine_of(url, limits, self._silence)
        count_connections(self._engine)
        self._sessions = async_sessionmaker(
            self._engine, expire_on_commit=False, sync_session_class=TenantSession
        )

    def of(self, caller: Caller) -> "TenantDatabase":
        """The record as this caller may see it."""
        return TenantDatabase(self, caller)

    @asynccontextmanager
    async def transaction_of(self, caller: Caller, as_owner: bool = False) -> AsyncIterator[AsyncSession]:
        """One unit of work of a caller's: committed on leaving, rolled back on any error.

        It acts as the service's role, or with `as_owner` as whoever connected, whom policies may not bind.

        Raises:
            RecordError: the database is away, or lost during the work.
        """
        info = {"tenant": caller.tenant, "caller": caller}
        async with self._careful(), nothing_gone(), self._sessions(info=info) as session, session.begin():
            await session.execute(SET_OWNERS_TENANT if as_owner else SET_TENANT, {"tenant": caller.tenant})
            if caller.principal.patient is not None:
                await session.execute(SET_PATIENT, {"patient": caller.principal.patient})
            yield session

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[AsyncConnection]:
        """A transaction about what belongs to no tenant, such as the length of the queue.

        Raises:
            RecordError: the database is away, or lost during the work.
        """
        async with self._careful(), self._engine.begin() as connection:
            yield connection

    @asynccontextmanager
    async def _careful(self) -> AsyncIterator[None]:
        """Tell a database that is away, frozen or too busy from a statement that is wrong."""
        try:
            if self._silence.lasts and not probing.get():
                raise SilentError("the server did not answer before")
            with span(Work.DATABASE):
                yield
        except (DBAPIError, SilentError, PoolTimeoutError, OSError) as error:
            if isinstance(error, DBAPIError) and not error.connection_invalidated and not _is_away(error):
                raise
            raise RecordError("the database is away") from error

    async def is_ready(self) -> bool:
        """Whether the database answers now, whatever it did before."""
        ready = await self._answers()
        if ready:
            self._silence.end()
        return ready

    async def _answers(self) -> bool:
        probing.set(True)  # of this task alone
        try:
            async with self._careful(), self._engine.connect() as connection:
                await connection.execute(text("SELECT 1"))
        except (RecordError, SQLAlchemyError):
            return False
        finally:
            probing.set(False)
        return True

    async def close(self) -> None:
        await self._silence.close()
        await self._engine.dispose()


@asynccontextmanager
async def opened(url: str, limits: DatabaseLimits) -> AsyncIterator[Database]:
    """A database, closed in the end."""
    database = Database(url, limits)
    try:
        yield database
    finally:
        await database.close()


class TenantDatabase:
    """The record as one caller sees it: all that others' tenants have is not there."""

    def __init__(self, database: Database, caller: Caller) -> None:
        self._database = database
        self.caller = caller

    def apart(self) -> "TenantDatabase":
        """The same for what goes on behind the caller's request, of which no reply tells."""
        return TenantDatabase(self._database, replace(self.caller, key=None))

    def transaction(self) -> AbstractAsyncContextManager[AsyncSession]:
        """One unit of work: committed on leaving, rolled back on any error.

        Raises:
            RecordError: the database is away, or lost during the work.
        """
        return self._database.transaction_of(self.caller)


def _is_away(error: DBAPIError) -> bool:
    """psycopg raises OperationalError (and its subclasses, such as AdminShutdown) for a lost server."""
    return isinstance(error.orig, psycopg.OperationalError | psycopg.InterfaceError)
