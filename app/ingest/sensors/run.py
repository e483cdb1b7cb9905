"""From a source to files of features: people one by one, resumable, in bounded memory."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.ingest.sensors.losses import Losses
from app.ingest.sensors.parts import Parts
from app.ingest.sensors.sources.base import Source, SourceError
from app.ingest.sensors.working import work
from app.ingest.sensors.writing import Outputs, write_all


@dataclass(frozen=True, slots=True)
class Order:
    """What a run shall do."""

    source: Source
    out: Path
    """The persons' file; the others go beside it."""
    processes: int = 1


def run(order: Order, tell: Callable[[str, float], None]) -> tuple[Outputs, dict[str, Any]]:
    """Make the files; `tell` is told what is being done, and which share of it is.

    A run that is ended leaves its parts beside the output, and nothing under the output's names: the same
    order goes on with them.

    Raises:
        SourceError: the source is none, nobody in it can be read, or there is no folder for the output.
    """
    outputs = Outputs(order.out)
    if order.out.suffix != ".parquet":
        raise SourceError(f"{order.out} must end in .parquet.")
    if not order.out.parent.is_dir():
        raise SourceError(f"There is no folder {order.out.parent} to write into.")
    losses = Losses()
    people = order.source.people(losses)
    if not people and not any(losses):
        raise SourceError("There is nobody in it, and nothing that could not be read.")
    parts = Parts(order.out.with_name(f".{order.out.name}.parts"))
    parts.begin(order.source)
    tell("people", 0.0)
    for done, _ in enumerate(work(order.source, parts, people, order.processes), start=1):
        tell("people", done / len(people))
    totals, report = write_all(order.source, people, parts, outputs, losses)
    parts.end()
    if totals.people == 0:
        raise SourceError(f"Nobody could be read; {outputs.report} says why.")
    return outputs, report
