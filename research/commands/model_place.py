"""Where a command finds a model: in the model store, or in that of the data folder."""

from pathlib import Path
from typing import Annotated

import typer

from app.settings import Settings
from turnpoint.commands.console import say

Store = Annotated[
    Path | None,
    typer.Option(
        help="The model store; that of MODEL_STORE unless told, or `models` in the data folder if it alone "
        "has the model."
    ),
]


def own_models(home: Path) -> Path:
    """The store in the data folder: models that hold rows of people who are not public."""
    return home / "models"


def store_with(name: str, told: Path | None, home: Path) -> Path:
    """The store that is told; else that of the settings, or the data folder's if it alone has the model.

    `name` is a model's name or name@version.
    """
    if told is not None:
        return told.expanduser().resolve()
    usual, own = Settings().model_store, own_models(home)
    model, _, _ = name.partition("@")
    if (usual / model).is_dir() or not any((own / model).glob("*/manifest.json")):
        return usual
    say(f"{name} is in {own}")
    return own
