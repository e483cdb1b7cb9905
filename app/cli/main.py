"""The `turnpoint` command."""

import sys

import typer
from pydantic import ValidationError

from app.cli import running
from app.cli.worker import worker
from research.commands import evaluating, training
from turnpoint.commands import augment

cli = typer.Typer(
    help="Verified counterfactual suggestions for clinicians.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
cli.command()(running.run)
cli.command()(running.fetch)
cli.command()(running.serve)
cli.command(name="compile")(running.compile_search)
cli.command()(running.migrate)
cli.command()(worker)
cli.command()(training.train)
cli.command()(training.pairs)
cli.command()(training.finetune)
cli.command()(evaluating.evaluate)
cli.command()(augment.augment)


def main() -> None:
    """The entry point; wrong settings are said in a sentence each."""
    try:
        cli()
    except ValidationError as error:
        for fault in error.errors():
            where = ".".join(str(part) for part in fault["loc"]).upper()
            typer.echo(
                f"Setting {where or 'combination'}: {fault['msg'].removeprefix('Value error, ')}", err=True
            )
        sys.exit(2)


if __name__ == "__main__":
    main()
