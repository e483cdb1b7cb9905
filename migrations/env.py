"""Alembic's environment: one synchronous psycopg connection, URL from DATABASE_URL.

Each migration is a transaction of its own, or several: gateways go on working meanwhile.
"""

import time

from alembic import context
from psycopg.errors import DeadlockDetected, LockNotAvailable
from sqlalchemy import Connection, create_engine, pool, text
from sqlalchemy.exc import OperationalError

from app.settings import Settings
from app.storage import (  # noqa: F401 - tables that are migrated, too
    audit_tables,
    augmentation_tables,
    consultation_tables,
    erasure_tables,
    feedback_tables,
    key_tables,
    worklist_tables,
)
from app.storage.online import LOCK_TIMEOUT
from app.storage.tables import Base

config = context.config

_TRIES = 60
_PAUSE_S = 0.5
"""Between two tries: whoever waited behind the last one gets through."""


def run() -> None:
    url = config.attributes.get("database_url") or Settings().database_url
    engine = create_engine(url, poolclass=pool.NullPool)
    with engine.connect() as connection:
        _wait_for_others(connection)
        connection.exec_driver_sql(f"SET lock_timeout = '{LOCK_TIMEOUT}'")
        connection.exec_driver_sql("SET statement_timeout = 0")
        connection.commit()
        for left in reversed(range(_TRIES)):
            try:
                _migrate(connection)
                return
            except OperationalError as error:
                if left == 0 or not isinstance(error.orig, LockNotAvailable | DeadlockDetected):
                    raise
                connection.rollback()
                time.sleep(_PAUSE_S)


def _migrate(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        compare_type=True,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()


def _wait_for_others(connection: Connection) -> None:
    """Gateways may start side by side: one migrates, the others wait and find nothing left to do.

    They ask again and again: an index that is built while others write waits for every statement under way,
    and so for one that waited for its end.
    """
    while not connection.scalar(text("SELECT pg_try_advisory_lock(7083201)")):
        connection.commit()
        time.sleep(_PAUSE_S)


run()
