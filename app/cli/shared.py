"""What commands share: where data is kept, and how failures are said."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

if TYPE_CHECKING:
    from app.settings import Settings

Home = Annotated[Path, typer.Option(envvar="TURNPOINT_HOME", help="Where data and weights are kept.")]


def refuse_strangers(settings: "Settings") -> None:
    """End where a server of the settings is not who it should be, with a sentence."""
    from app.storage.encryption import UntrustedServerError, check_certificates

    try:
        check_certificates(settings.database_url, settings.redis_url)
    except UntrustedServerError as error:
        fail(str(error))


def user_name() -> str:
    """Who runs the command, by the operating system: the audit names them."""
    import pwd  # not on every platform

    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:  # as in a container
        return f"user {os.getuid()}"


def fail(message: str) -> NoReturn:
    """Say what is wrong in a sentence and end with exit code 1."""
    typer.echo(message, err=True)
    raise typer.Exit(1)
