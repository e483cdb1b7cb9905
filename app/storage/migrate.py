"""Bringing the database's tables up to date."""

from alembic import command
from alembic.config import Config
from sqlalchemy.exc import ArgumentError, DBAPIError

from app.paths import MIGRATIONS
from app.settings import Settings


class MigrationError(RuntimeError):
    """The tables cannot be brought up to date; the message is one sentence without the URL's secrets."""


def migrate(settings: Settings) -> None:
    """Apply every migration that the database does not have yet.

    Raises:
        MigrationError: the URL is not one, the database is away, or it refuses.
    """
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["database_url"] = settings.database_url
    try:
        command.upgrade(config, "head")
    except ArgumentError as error:
        raise MigrationError("DATABASE_URL is not the URL of a PostgreSQL database.") from error
    except DBAPIError as error:
        reason = (str(error.orig).strip() or "no reason given").splitlines()[0]
        raise MigrationError(f"The database of DATABASE_URL cannot be used: {reason}") from error
