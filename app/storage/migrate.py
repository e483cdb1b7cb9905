"""Bringing the database's tables up to date."""

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.pool import NullPool

from app.paths import MIGRATIONS
from app.settings import Settings
from app.storage.service_role import grant_to


class MigrationError(RuntimeError):
    """The tables cannot be brought up to date; the message is one sentence without the URL's secrets."""


def migrate(settings: Settings, service_role: str | None = None) -> None:
    """Apply every migration that the database does not have yet; then let a role of the service's use it.

    Raises:
        MigrationError: the URL is not one, the database is away, or it refuses; or there is no such role.
    """
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["database_url"] = settings.database_url
    try:
        command.upgrade(config, "head")
        if service_role is not None:
            with create_engine(settings.database_url, poolclass=NullPool).begin() as connection:
                grant_to(connection, service_role)
    except LookupError as error:
        raise MigrationError(
            f"There is no role {service_role} in the database: create it first, with a password of its own."
        ) from error
    except ArgumentError as error:
        raise MigrationError("DATABASE_URL is not the URL of a PostgreSQL database.") from error
    except DBAPIError as error:
        reason = (str(error.orig).strip() or "no reason given").splitlines()[0]
        raise MigrationError(f"The database of DATABASE_URL cannot be used: {reason}") from error
