"""Alembic's environment: one synchronous psycopg connection, URL from DATABASE_URL.

Each migration is a transaction of its own, or several: gateways go on working meanwhile.
"""

import time

from alembic import context
from psycopg.errors import DeadlockDetected, LockNotAvailable
from sqlalchemy import Connection, create_engine, pool
from sqlalchemy.exc import OperationalError

from app.settings import Settings
from app.storage import (  # noqa: F401 - tables that are migrated, too
    audit_tables,
    augmentation_tables,
    consultation_tables,
    erasure_tables,
    feedback_tables,
    idempotency_tables,
    key_tables,
    session_tables,
    token_tables,
    watch_tables,
    webhook_tables,
    worklist_tables,
)
from app.storage.migrate import wait_for_others
from app.storage.online import LOCK_TIMEOUT
from app.storage.row_security import EVERY_TENANT
from app.storage.tables import Base

config = context.config

_TRIES = 60
_PAUSE_S = 0.5
"""Between two tries: whoever waited behind the last one gets through."""


def run() -> None:
    url = config.attributes.get("database_url") or Settings().database_url
    engine = create_engine(url, poolclass=pool.NullPool)
    with engine.connect() as connection:
        wait_for_others(connection)
        connection.exec_driver_sql(f"SET lock_timeout = '{LOCK_TIMEOUT}'")
        connection.exec_driver_sql("SET statement_timeout = 0")
        connection.exec_driver_sql(f"SET {EVERY_TENANT} = 'yes'")  # or no row would be seen, to be changed
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


run()
