"""Bringing the database's tables up to date."""

import time

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.pool import NullPool

from app.paths import MIGRATIONS
from app.settings import Settings
from app.storage.row_security import RoleError, separate_tenants
from app.storage.service_role import grant_to

MIGRATING = 7083201
"""The advisory lock of whoever changes tables."""
_PAUSE_S = 0.5


class MigrationError(RuntimeError):
    """The tables cannot be brought up to date; the message is one sentence without the URL's secrets."""


def migrate(settings: Settings, service_role: str | None = None) -> None:
    """Apply every migration that the database does not have yet; then let a role of the service's use it.

    Raises:
        MigrationError: the URL is not one, the database is away, or it refuses; its user may not act as the
            role that keeps tenants apart; or there is no role of the service's.
    """
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["database_url"] = settings.database_url
    try:
        command.upgrade(config, "head")
        _keep_apart(settings.database_url, service_role)
    except RoleError as error:
        raise MigrationError(str(error)) from error
    except LookupError as error:
        raise MigrationError(
            f"There is no role {service_role} in the database: create it first, with a password of its own."
        ) from error
    except ArgumentError as error:
        raise MigrationError("DATABASE_URL is not the URL of a PostgreSQL database.") from error
    except DBAPIError as error:
        reason = (str(error.orig).strip() or "no reason given").splitlines()[0]
        raise MigrationError(f"The database of DATABASE_URL cannot be used: {reason}") from error


def _keep_apart(database_url: str, service_role: str | None) -> None:
    """Also where no migration is due: a dump that was restored on another server brings no roles along."""
    with create_engine(database_url, poolclass=NullPool).connect() as connection:
        wait_for_others(connection)
        separate_tenants(connection)
        if service_role is not None:
            grant_to(connection, service_role)
        connection.commit()


def wait_for_others(connection: Connection) -> None:
    """Gateways may start side by side: one migrates, the others wait and find nothing left to do.

    They ask again and again: an index that is built while others write waits for every statement under way,
    and so for one that waited for its end. The lock ends with the connection.
    """
    while not connection.scalar(text(f"SELECT pg_try_advisory_lock({MIGRATING})")):
        connection.commit()
        time.sleep(_PAUSE_S)
