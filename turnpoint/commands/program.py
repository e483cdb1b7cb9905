"""The command line: the client's own command, and those of whatever else is installed."""

import typer

from turnpoint.commands.augment import augment
from turnpoint.installed import installed

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
    for commands in installed(GROUP):
        program.add_typer(commands.load())
    program.command()(augment)
    return program


def is_there(program: typer.Typer, name: str) -> bool:
    """Whether the command line has a command of this name."""
    return name in typer.main.get_group(program).commands


def _options(
    version: bool = typer.Option(False, "--version", help="Show the version."),  # __main__ answers it
) -> None:
    pass
