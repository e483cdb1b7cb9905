"""The files of a run: persons, days, provenance and a report. Each is whole, or not there."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from app.ingest.sensors.columns import of_days, of_persons, of_provenance
from app.ingest.sensors.losses import Losses
from app.ingest.sensors.measuring import Measured
from app.ingest.sensors.parts import Parts
from app.ingest.sensors.report import report_of
from app.ingest.sensors.sources.base import PersonRef, Source

ROWS_AT_ONCE = 20_000
"""Rows that are held before they are written."""


@dataclass(frozen=True, slots=True)
class Outputs:
    """Where a run writes."""

    persons: Path

    def beside(self, what: str, ending: str = ".parquet") -> Path:
        """Such as `people.days.parquet` beside `people.parquet`."""
        return self.persons.with_name(f"{self.persons.stem}.{what}{ending}")

    @property
    def days(self) -> Path:
        return self.beside("days")

    @property
    def provenance(self) -> Path:
        return self.beside("provenance")

    @property
    def report(self) -> Path:
        return self.beside("report", ".json")


@dataclass(slots=True)
class Totals:
    """What is in the files."""

    people: int = 0
    days: Counter[str] = field(default_factory=Counter)
    features: Counter[str] = field(default_factory=Counter)
    """People of whom each feature is told."""


def write_all(
    source: Source, people: Sequence[PersonRef], parts: Parts, outputs: Outputs, losses: Losses
) -> tuple[Totals, dict[str, Any]]:
    """Write the files of everybody's parts, in the order of `people`; the persons' file comes last."""
    totals = Totals()
    with ExitStack() as all_files:
        persons = all_files.enter_context(_table(outputs.persons, of_persons(source.facts)))
        report_path = all_files.enter_context(_fresh(outputs.report))
        provenance = all_files.enter_context(_table(outputs.provenance, of_provenance()))
        days = all_files.enter_context(_table(outputs.days, of_days()))
        for ref in people:
            measured, lost = parts.read(ref)
            for loss in lost:
                losses.add(loss.where, loss.reason, loss.count, loss.place)
            if measured is not None:
                persons.add([measured.person])
                days.add(measured.days)
                provenance.add(measured.provenance)
                _count(totals, measured)
        report = report_of(source, len(people), totals.people, totals.days, totals.features, losses)
        report_path.write_text(json.dumps(report, indent=1, ensure_ascii=False), encoding="utf-8")
    return totals, report


def _count(totals: Totals, measured: Measured) -> None:
    totals.people += 1
    totals.days["rows"] += len(measured.days)
    totals.days["observed"] += measured.person["days_observed"]
    totals.days["missing"] += measured.person["days_missing"]
    totals.days["worn"] += measured.person["days_worn"]
    totals.features.update(one["feature"] for one in measured.provenance if one["told_of_person"])


class _Rows:
    """Rows on their way into a Parquet file."""

    def __init__(self, writer: pq.ParquetWriter, schema: pa.Schema) -> None:
        self._writer, self._schema = writer, schema
        self._held: list[Mapping[str, Any]] = []

    def add(self, rows: Sequence[Mapping[str, Any]]) -> None:
        self._held += rows
        if len(self._held) >= ROWS_AT_ONCE:
            self.flush()

    def flush(self) -> None:
        if self._held:
            self._writer.write_table(pa.Table.from_pylist(self._held, schema=self._schema))
            self._held = []


@contextmanager
def _table(path: Path, schema: pa.Schema) -> Iterator[_Rows]:
    with _fresh(path) as fresh, pq.ParquetWriter(fresh, schema, compression="zstd") as writer:
        rows = _Rows(writer, schema)
        yield rows
        rows.flush()


@contextmanager
def _fresh(path: Path) -> Iterator[Path]:
    """A file that takes the place of `path` once it is whole, and is taken away if it never is."""
    fresh = path.with_name(f".{path.name}.unfinished")
    try:
        yield fresh
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise
    fresh.replace(path)
