"""The command that makes a model of wearables' days or people by a recipe; it stands among `sensors`."""

from pathlib import Path
from typing import Annotated

import typer

from app.cli.shared import Home, fail
from app.ingest.sensors.times import WithoutZone
from app.paths import HOME
from research.commands.adding import cleared_on_sigterm
from research.commands.model_place import own_models
from turnpoint.commands.console import say_once


def model(
    name: Annotated[str, typer.Argument(help="The recipe, such as lifesnaps-stress.")],
    origin: Annotated[Path, typer.Option("--from", help="The file or folder that it is made of.")],
    store: Annotated[
        Path | None,
        typer.Option(
            help="The model store; `models` in the data folder unless told, as it holds people's rows."
        ),
    ] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Replace the version of that number, once the new one is done.")
    ] = False,
    zone: Annotated[
        str | None,
        typer.Option(help="For aireadi-stress, of people of whom nothing else tells it, as in features."),
    ] = None,
    times_without_zone: Annotated[
        WithoutZone, typer.Option(help="For aireadi-stress: what times are that do not say their zone.")
    ] = WithoutZone.REFUSE,
    processes: Annotated[
        int | None, typer.Option(min=1, help="Of days that are made here; as many as cores unless told.")
    ] = None,
    home: Home = HOME,
) -> None:
    """Make a model of a file of days or people, with a recipe that decides everything else."""
    from research.own_model.report import report_of
    from research.sensor_models.measured_days import Making
    from research.sensor_models.recipes import make, recipe_named
    from research.training.errors import TrainingError

    place = (store or own_models(home)).expanduser().resolve()
    try:
        recipe = recipe_named(name)
        with cleared_on_sigterm():
            making = Making(zone, times_without_zone, processes)
            done, order = make(recipe, origin.expanduser(), place, say_once(), replace, making=making)
    except TrainingError as error:
        fail(f"{str(error).removesuffix('.')}.")
    typer.echo(report_of(done, order))
