"""Days with facts of their person: of a source's files, or of tables that were made of them before."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pandas as pd
import pyarrow as pa

from app.cores import cores
from app.ingest.sensors.run import Order, run
from app.ingest.sensors.sources.base import Source, SourceError
from app.ingest.sensors.writing import Outputs
from research.training.errors import TrainingError

_DAY = ("person_id",)


def measured_days(
    origin: Path,
    source_of: Callable[[Path], Source],
    features: Sequence[str],
    facts: Sequence[str],
    work: Path,
) -> pd.DataFrame:
    """A row a day: `person_id`, the person's facts, and the features of the day, NaN where unknown.

    `origin` is what the source reads, or the persons' file that `turnpoint sensors features` wrote of it,
    with that of days beside. Features are made in `work`; what is dropped there is unknown here.

    Raises:
        TrainingError: it is neither.
    """
    outputs = Outputs(origin) if origin.suffix == ".parquet" else _made(origin, source_of, work)
    days, people = _read(outputs.days, [*_DAY, *features]), _read(outputs.persons, [*_DAY, *facts])
    return days.merge(people, on="person_id", validate="many_to_one")


def _made(origin: Path, source_of: Callable[[Path], Source], work: Path) -> Outputs:
    try:
        order = Order(source_of(origin), work / "people.parquet", cores())
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
