"""Research's commands; the client's `turnpoint` finds them by their entry point (pyproject.toml)."""

import typer

from app.cli.command import add_command
from app.cli.sensors import sensors
from research.commands import adding, carrying, comparing, evaluating, reviewing, sensor_models, training

cli = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False)
add_command(cli, adding.add_model, name="add-model", extra="fit")
add_command(sensors, sensor_models.model, extra="fit")  # the service has the group, research what fits
add_command(cli, training.train, extra="fit")
add_command(cli, training.pairs, extra="evaluate")
add_command(cli, training.finetune, extra="train")
add_command(cli, comparing.compare, extra="fit")
add_command(cli, evaluating.evaluate, extra="evaluate")
add_command(cli, carrying.carry_over, name="carry-over", extra="evaluate")
cli.add_typer(reviewing.review, name="review")
