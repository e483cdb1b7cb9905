"""Alembic's environment: one synchronous psycopg connection, URL from DATABASE_URL."""

from alembic import context
from sqlalchemy import create_engine, pool

from app.settings import Settings
from app.storage import (  # noqa: F401 - tables that are migrated, too
    audit_tables,
    augmentation_tables,
    consultation_tables,
    feedback_tables,
    key_tables,
    worklist_tables,
)
from app.storage.migrate import MIGRATING
from app.storage.row_security import EVERY_TENANT
from app.storage.tables import Base

config = context.config


def run() -> None:
    url = config.attributes.get("database_url") or Settings().database_url
    engine = create_engine(url, poolclass=pool.NullPool)
    with engine.connect() as connection:
        # Gateways may start side by side: one migrates, the others wait and find nothing left to do.
        connection.exec_driver_sql(f"SELECT pg_advisory_lock({MIGRATING})")
        connection.exec_driver_sql(f"SET {EVERY_TENANT} = 'yes'")  # or no row would be seen, to be changed
        context.configure(connection=connection, target_metadata=Base.metadata, compare_type=True)
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()


run()
