"""A command of the server: what stands in its way is told in a sentence before it starts."""

from collections.abc import Callable
from importlib.util import find_spec
from typing import Any, NoReturn

import typer
from pydantic import ValidationError
from typer.core import TyperCommand

from app.parsing.misfits import Misfit, misfits
from app.parsing.places import place_words

_FIT = ("pandas", "sklearn")
_REPORT = ("matplotlib", "sklearn")
_EMBEDDED = ("gguf", "psutil", "safetensors")  # the servers' own packages are not there for every platform
_EXTRAS = {
    "embedded": _EMBEDDED,
    "fit": _FIT,
    "evaluate": (*_EMBEDDED, *_REPORT),
    "train": (*_EMBEDDED, *_FIT, *_REPORT, "accelerate", "peft", "torch", "transformers"),
}
"""Modules by which it is known whether an extra of the distribution is installed (pyproject.toml)."""


def add_command(
    cli: typer.Typer, function: Callable[..., None], name: str | None = None, extra: str | None = None
) -> None:
    """Add a command that says in a sentence each which settings are wrong, or which extra it lacks."""

    class Command(_Command):
        needed = extra

    cli.command(name=name, cls=Command)(function)


class _Command(TyperCommand):
    """A command of the server; what stands in its way is told before it starts, with exit code 2."""

    needed: str | None = None

    def make_context(self, info_name: str | None, args: list[str], *rest: Any, **options: Any) -> Any:
        lacks_some = any(find_spec(module) is None for module in _EXTRAS.get(self.needed or "", ()))
        if lacks_some and "--help" not in args:
            _refuse(f"turnpoint {info_name} needs more: pip install 'turnpoint-server[{self.needed}]'")
        return super().make_context(info_name, args, *rest, **options)

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except ValidationError as error:
            _refuse("\n".join(map(_sentence, misfits(error))))


def _sentence(misfit: Misfit) -> str:
    """A wrong setting, by its name and without its value, which may be secret."""
    return f"Setting {place_words(misfit.place).upper() or 'combination'}: {misfit.sentence}"


def _refuse(message: str) -> NoReturn:
    typer.echo(message, err=True)
    raise typer.Exit(2)
