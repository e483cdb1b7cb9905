"""Bringing the database's tables up to date."""

from alembic import command
from alembic.config import Config

from app.settings import ROOT, Settings


def migrate(settings: Settings) -> None:
    """Apply every migration that the database does not have yet."""
    config = Config()
    config.set_main_option("script_location", str(ROOT / "migrations"))
    config.attributes["database_url"] = settings.database_url
    command.upgrade(config, "head")
