"""The database engine, and one unit of work for each request."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import psycopg
from sqlalchemy import make_url, text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import (
    AsyncConnection,
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)

from app.identity.caller import Caller
from app.storage.gone import nothing_gone
from app.storage.pool import CountingPool, count_connections
from app.storage.tenancy import SET_TENANT, TenantSession
from app.tracing import Work, span


class RecordError(RuntimeError):
    """The record could not be kept or read: the service fails closed with 503."""


class Database:
    """A pool of connections to PostgreSQL and the transactions on it."""

    def __init__(self, url: str, longest_pause_s: float | None = None) -> None:
        """With `longest_pause_s` the server ends a transaction in which nothing was said for so long.

        So whoever froze, or was cut off, in the middle of one does not keep for good what it had locked.
        """
        # Fail within seconds when PostgreSQL is away: callers have deadlines of their own.
        self._engine: AsyncEngine = create_async_engine(
            url,
            pool_size=10,
            max_overflow=10,
            pool_timeout=5,
            poolclass=CountingPool,
            hide_parameters=True,  # what a statement carries must not reach a log by way of an error
            connect_args={"connect_timeout": 5} | _pausing_at_most(url, longest_pause_s),
        )
        count_connections(self._engine)
        self._sessions = async_sessionmaker(
            self._engine, expire_on_commit=False, sync_session_class=TenantSession
        )

    def of(self, caller: Caller) -> "TenantDatabase":
        """The record as this caller may see it."""
        return TenantDatabase(self, caller)

    @asynccontextmanager
    async def transaction_of(self, caller: Caller) -> AsyncIterator[AsyncSession]:
        """One unit of work of a caller's: committed on leaving, rolled back on any error.

        Raises:
            RecordError: the database is away, or lost during the work.
        """
        info = {"tenant": caller.tenant, "caller": caller}
        async with self._careful(), nothing_gone(), self._sessions(info=info) as session, session.begin():
            await session.execute(SET_TENANT, {"tenant": caller.tenant})
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
        """Tell a database that is away from a statement that is wrong.

        A connection that died since its last use (the server was restarted) is noticed here: the pool is
        emptied, so that the next request connects anew.
        """
        try:
            with span(Work.DATABASE):
                yield
        except (DBAPIError, PoolTimeoutError, OSError) as error:
            if isinstance(error, DBAPIError) and not error.connection_invalidated and not _is_away(error):
                raise
            await self._engine.dispose()
            raise RecordError("the database is away") from error

    async def is_ready(self) -> bool:
        try:
            async with self._careful(), self._engine.connect() as connection:
                await connection.execute(text("SELECT 1"))
        except (RecordError, SQLAlchemyError):
            return False
        return True

    async def close(self) -> None:
        await self._engine.dispose()


class TenantDatabase:
    """The record as one caller sees it: all that others' tenants have is not there."""

    def __init__(self, database: Database, caller: Caller) -> None:
        self._database = database
        self.caller = caller

    def transaction(self) -> AbstractAsyncContextManager[AsyncSession]:
        """One unit of work: committed on leaving, rolled back on any error.

        Raises:
            RecordError: the database is away, or lost during the work.
        """
        return self._database.transaction_of(self.caller)


def _pausing_at_most(url: str, seconds: float | None) -> dict[str, str]:
    if seconds is None:
        return {}
    given = make_url(url).query.get("options", "")  # those in the URL would be replaced
    milliseconds = max(1, round(1000 * seconds))
    return {"options": f"{given} -c idle_in_transaction_session_timeout={milliseconds}"}


def _is_away(error: DBAPIError) -> bool:
    """psycopg raises OperationalError (and its subclasses, such as AdminShutdown) for a lost server."""
    return isinstance(error.orig, psycopg.OperationalError | psycopg.InterfaceError)
