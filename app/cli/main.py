"""The server's commands; the client's `turnpoint` finds them by their entry point (pyproject.toml)."""

import typer

from app.cli import audit, patient, running
from app.cli.command import add_command
from app.cli.ehr import ehr
from app.cli.keys import keys
from app.cli.model_check import check
from app.cli.sensors import sensors
from app.cli.webhooks import webhooks
from app.cli.worker import worker

cli = typer.Typer(
    help="Verified counterfactual suggestions for clinicians.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
add_command(cli, running.run, extra="embedded")
add_command(cli, running.fetch, extra="embedded")
add_command(cli, running.serve)
add_command(cli, running.compile_search, name="compile")
add_command(cli, running.migrate)
add_command(cli, check)
add_command(cli, worker)
add_command(cli, patient.retain)
cli.add_typer(patient.commands(), name="patient")
cli.add_typer(keys, name="keys")
cli.add_typer(ehr, name="ehr")
cli.add_typer(webhooks, name="webhooks")
cli.add_typer(sensors, name="sensors")
cli.add_typer(audit.cli, name="audit")


def main() -> None:
    """The entry point of `python -m app.cli`."""
    cli()
