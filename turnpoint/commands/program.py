"""The command line: the client's own command, and those of whatever else is installed."""

from collections.abc import Iterator
from importlib.metadata import EntryPoint, entry_points
from importlib.util import find_spec
from pathlib import Path

import typer

from turnpoint.commands.augment import augment

GROUP = "turnpoint.commands"
"""The group of entry points by which a distribution adds a `typer.Typer` of commands."""


def command_line() -> typer.Typer:
    """Every command that is there."""
    program = typer.Typer(
        help="Verified counterfactual suggestions for clinicians.",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
    )
    program.callback()(_options)
    for commands in _installed():
        program.add_typer(commands)
    program.command()(augment)
    return program


def is_there(program: typer.Typer, name: str) -> bool:
    """Whether the command line has a command of this name."""
    return name in typer.main.get_group(program).commands


def _options(
    version: bool = typer.Option(False, "--version", help="Show the version."),  # __main__ answers it
) -> None:
    pass


def hidden_by() -> str | None:
    """A module that bears the name of an installed package and is found before it."""
    for entry in entry_points(group=GROUP):
        spec = find_spec(_top(entry))
        if spec is not None and not _has_module(entry):
            return spec.origin or _top(entry)
    return None


def _installed() -> Iterator[typer.Typer]:
    if hidden_by() is not None:
        return  # one package may import another, and with it what hides that
    for entry in sorted(entry_points(group=GROUP), key=lambda entry: entry.name, reverse=True):
        if _has_module(entry):
            yield entry.load()


def _has_module(entry: EntryPoint) -> bool:
    """Whether its module is there, found without importing anything; an image may leave research out."""
    _, *inner = entry.module.split(".")
    spec = find_spec(_top(entry))
    folders = spec.submodule_search_locations if spec else None
    return any(Path(folder, *inner).with_suffix(".py").is_file() for folder in folders or ())


def _top(entry: EntryPoint) -> str:
    return entry.module.partition(".")[0]
