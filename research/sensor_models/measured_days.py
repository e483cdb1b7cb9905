"""Days with facts of their person: of a source's files, or of tables that were made of them before."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyarrow as pa

from app.cores import cores
from app.ingest.sensors.run import Order, run
from app.ingest.sensors.sources.base import Source, SourceError
from app.ingest.sensors.times import WithoutZone, zone_named
from app.ingest.sensors.writing import Outputs
from research.training.errors import TrainingError

_DAY = ("person_id",)


@dataclass(frozen=True, slots=True)
class Making:
    """How days are made of a source's files, where they are not made yet: options of the command line."""

    zone: str | None = None
    """The time zone of people of whom nothing else tells it."""
    without_zone: WithoutZone = WithoutZone.REFUSE
    """What times are that do not say their zone."""
    processes: int | None = None
    """As many as cores, if it is None."""

    def told(self) -> Iterator[str]:
        """The options that were given."""
        yield from ["--zone"] if self.zone is not None else []
        yield from ["--times-without-zone"] if self.without_zone is not WithoutZone.REFUSE else []
        yield from ["--processes"] if self.processes is not None else []


def is_made(origin: Path) -> bool:
    """Whether it is the persons' file that `turnpoint sensors features` wrote."""
    return origin.suffix == ".parquet"


def check_making(name: str, origin: Path, making: Making, taken: Sequence[str]) -> None:
    """Check that a recipe of this name takes the options, and would not pass one over without a word.

    Raises:
        TrainingError: it would, or the zone is none.
    """
    for option in making.told():
        if option not in taken:
            raise TrainingError(f"{name} takes no {option}: nothing in its file depends on it.")
        if is_made(origin):
            raise TrainingError(
                f"{option} is of no use here: the days of {origin} are made. It belongs to "
                "`turnpoint sensors features`, which made them."
            )
    if making.zone is not None and zone_named(making.zone) is None:
        raise TrainingError(f"{making.zone} is no time zone: give one such as Europe/Berlin.")


def measured_days(
    origin: Path,
    source_of: Callable[[Path], Source],
    features: Sequence[str],
    facts: Sequence[str],
    work: Path,
    processes: int | None = None,
) -> pd.DataFrame:
    """A row a day: `person_id`, the person's facts, and the features of the day, NaN where unknown.

    `origin` is what the source reads, or the persons' file that `turnpoint sensors features` wrote of it,
    with that of days beside. Features are made in `work`; what is dropped there is unknown here.

    Raises:
        TrainingError: it is neither.
    """
    outputs = Outputs(origin) if is_made(origin) else _made(origin, source_of, work, processes)
    days, people = _read(outputs.days, [*_DAY, *features]), _read(outputs.persons, [*_DAY, *facts])
    return days.merge(people, on="person_id", validate="many_to_one")


def _made(origin: Path, source_of: Callable[[Path], Source], work: Path, processes: int | None) -> Outputs:
    try:
        order = Order(source_of(origin), work / "people.parquet", processes or cores())
        outputs, _ = run(order, lambda words, fraction: None)
    except SourceError as error:
        raise TrainingError(str(error)) from error
    return outputs


def _read(path: Path, columns: list[str]) -> pd.DataFrame:
    try:
        return pd.read_parquet(path, columns=columns)
    except FileNotFoundError as error:
        raise TrainingError(f"There is no file {path}.") from error
    except (OSError, pa.ArrowInvalid, pa.ArrowKeyError) as error:
        raise TrainingError(
            f"{path} is no table of `turnpoint sensors features` with the columns {', '.join(columns)}."
        ) from error
