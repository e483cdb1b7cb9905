"""Commands that bring wearables' and glucose sensors' files in, and make features of them."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.command import add_command
from app.cli.shared import Home, fail
from app.cli.suggesting import suggest
from app.ingest.sensors.times import WithoutZone
from app.paths import HOME

if TYPE_CHECKING:
    from app.ingest.sensors.sources.base import Source


class SourceName(StrEnum):
    """Sources that are known."""

    AIREADI = "aireadi"
    LIFESNAPS = "lifesnaps"
    OMH = "omh"
    CSV = "csv"
    FHIR = "fhir"


class Public(StrEnum):
    """Tables that can be fetched."""

    LIFESNAPS = "lifesnaps"


def features(
    origin: Annotated[Path, typer.Option("--from", help="The folder of the source; of a table, its file.")],
    source: Annotated[SourceName, typer.Option(help="What the folder holds.")],
    out: Annotated[
        Path,
        typer.Option(help="The Parquet file of people; those of days, provenance and report go beside it."),
    ],
    mapping: Annotated[
        Path | None, typer.Option(help="For csv: a TOML file that says which column is which feature.")
    ] = None,
    zone: Annotated[
        str | None,
        typer.Option(
            help="For omh, where the people lived, such as Europe/Berlin; for aireadi, of whom nothing else "
            "tells it."
        ),
    ] = None,
    model: Annotated[
        str | None, typer.Option(help="For fhir: whose mapping of an EHR is read by; the default model's.")
    ] = None,
    as_of: Annotated[str | None, typer.Option(help="For fhir: the day, such as 2026-11-29; today's.")] = None,
    times_without_zone: Annotated[
        WithoutZone, typer.Option(help="What times are that do not say their zone.")
    ] = WithoutZone.REFUSE,
    processes: Annotated[int | None, typer.Option(min=1, help="As many as cores unless told.")] = None,
) -> None:
    """Make features of days and of people; a run that was ended goes on where it was."""
    from app.cores import cores
    from app.ingest.sensors.report import words_of
    from app.ingest.sensors.run import Order, run
    from app.ingest.sensors.sources.base import SourceError
    from turnpoint.commands.console import progress, say

    try:
        _check_options(source, mapping, zone, model or as_of)
        if source is SourceName.FHIR:
            chosen = _bundles(origin.expanduser(), model, as_of)
        else:
            chosen = _source(source, origin.expanduser(), mapping, zone, times_without_zone)
        order = Order(chosen, out.expanduser().absolute(), processes or cores())
        with progress() as tell:
            outputs, report = run(order, tell)
    except SourceError as error:
        fail(str(error))
    except OSError as error:  # of the output: what cannot be read of the source is counted
        fail(f"{error.filename or out} cannot be written: {error.strerror}.")
    for line in words_of(report):
        say(line)
    say(f"Wrote {outputs.persons}, {outputs.days.name}, {outputs.provenance.name}, {outputs.report.name}.")


def get(
    what: Annotated[Public, typer.Argument(help="The table.")],
    origin: Annotated[str, typer.Option("--from", help="A file, a zip archive that has it, or a URL.")],
    home: Home = HOME,
) -> None:
    """Put a public table into the data folder, if it is the one that is known by its digest."""
    from app.ingest.sensors.getting import get_lifesnaps
    from app.ingest.sensors.sources.base import SourceError
    from turnpoint.commands.console import say

    try:
        path = get_lifesnaps(origin, home.expanduser().resolve() / "sensors")
    except SourceError as error:
        fail(str(error))
    say(f"{path}: LifeSnaps' daily table, CC BY 4.0, Yfantidou et al. 2022 (Zenodo 7229547).")


def _check_options(source: SourceName, mapping: Path | None, zone: str | None, of_fhir: str | None) -> None:
    """Refuse what would be passed over without a word."""
    from app.ingest.sensors.sources.base import SourceError
    from app.ingest.sensors.times import zone_named

    if (source is SourceName.CSV) != (mapping is not None):
        raise SourceError("--mapping belongs to --source csv, which takes one.")
    if of_fhir and source is not SourceName.FHIR:
        raise SourceError("--model and --as-of belong to --source fhir.")
    if zone is None:
        return
    if source not in (SourceName.OMH, SourceName.AIREADI):
        raise SourceError("--zone belongs to --source omh and --source aireadi.")
    if zone_named(zone) is None:
        raise SourceError(f"{zone} is no time zone: give one such as Europe/Berlin.")


def _source(
    source: SourceName, origin: Path, mapping: Path | None, zone: str | None, without_zone: WithoutZone
) -> "Source":
    from app.ingest.sensors.sources.aireadi import AiReadi
    from app.ingest.sensors.sources.base import SourceError
    from app.ingest.sensors.sources.daily_table import DailyTable
    from app.ingest.sensors.sources.lifesnaps import lifesnaps
    from app.ingest.sensors.sources.mapping import read_mapping
    from app.ingest.sensors.sources.omh import OpenMHealth

    if source is SourceName.AIREADI:
        return AiReadi(origin, zone, without_zone)
    if source is SourceName.OMH:
        if zone is None:
            raise SourceError("--source omh takes --zone: data points tell offsets, not where people lived.")
        return OpenMHealth(origin, zone, without_zone)
    if source is SourceName.LIFESNAPS:
        return lifesnaps(origin)
    assert mapping is not None
    return DailyTable("csv", origin, read_mapping(mapping))


def _bundles(origin: Path, model: str | None, as_of: str | None) -> "Source":
    from datetime import date

    from app.classifiers.base import ClassifierError
    from app.classifiers.store import ModelFolderError, load_version
    from app.domain.ehr import EhrCodes, EhrMapping
    from app.engine.registry import consultation_of
    from app.ingest.sensors.sources.base import SourceError
    from app.ingest.sensors.sources.fhir import FhirBundles
    from app.parsing.dates import DateError, read_date
    from app.settings import Settings

    settings = Settings()
    try:
        version = load_version(settings.model_store, model or settings.default_reference)
        day = read_date(as_of) if as_of else date.today()
    except (ModelFolderError, ClassifierError) as error:
        raise SourceError(str(error)) from None
    except DateError as error:
        raise SourceError(f"--as-of {error}.") from None
    codes = version.ehr or EhrCodes.nothing()
    return FhirBundles(origin, EhrMapping(version.schema, codes, consultation_of(version).measured), day)


sensors = typer.Typer(
    help="Wearables and glucose sensors: from files to features and suggestions.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
add_command(sensors, features)
add_command(sensors, get)
add_command(sensors, suggest)
