"""What commands share: where data is kept, which language model is asked, how failures are said."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from app.settings import Settings

if TYPE_CHECKING:
    from app.local.embedded.llm_session import LlmEndpoint

Home = Annotated[Path, typer.Option(envvar="TURNPOINT_HOME", help="Where data and weights are kept.")]


def llm_endpoint(settings: Settings) -> "LlmEndpoint | None":
    """The language model that settings name, if they do."""
    from app.local.embedded.llm_session import LlmEndpoint

    key = settings.llm_api_key.get_secret_value() if settings.llm_api_key else None
    if settings.llm_url is None:
        return None
    return LlmEndpoint(settings.llm_url, settings.llm_model, key, at_once=settings.llm_concurrency)


def fail(message: str) -> NoReturn:
    """Say what is wrong in a sentence and end with exit code 1."""
    typer.echo(message, err=True)
    raise typer.Exit(1)
