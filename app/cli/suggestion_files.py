"""Everybody's suggestions in a file, Parquet or JSON lines; it is whole, or not there."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa
import pyarrow.parquet as pq

from app.ingest.sensors.asking import Question, Unasked
from app.ingest.sensors.sources.base import SourceError
from app.usecases.counterfactuals.schemas import CounterfactualsAnswer

_AT_ONCE = 200
_OPTION = pa.struct(
    [
        pa.field("summary", pa.string()),
        pa.field("risk", pa.float64()),
        pa.field("effort", pa.float64()),
        pa.field("fragile", pa.bool_()),
        pa.field("on_days", pa.list_(pa.string())),
    ]
)
_COLUMNS = pa.schema(
    [
        pa.field("person_id", pa.string(), nullable=False),
        pa.field("day", pa.string()),
        pa.field("why_not", pa.string()),
        pa.field("model", pa.string()),
        pa.field("status", pa.string()),
        pa.field("risk", pa.float64()),
        pa.field("risk_low", pa.float64()),
        pa.field("risk_high", pa.float64()),
        pa.field("threshold", pa.float64()),
        pa.field("certainty", pa.string()),
        pa.field("unknown", pa.list_(pa.string())),
        pa.field("options", pa.list_(_OPTION)),
        pa.field("improvements", pa.list_(_OPTION)),
        pa.field("answer", pa.string()),
    ]
)


@dataclass(frozen=True, slots=True)
class Suggested:
    """A person, and their answer or why there is none."""

    asked: Question | Unasked
    answer: CounterfactualsAnswer | None
    why_not: str | None = None


class Sink(Protocol):
    """What takes one person after another."""

    def add(self, one: Suggested) -> None: ...


@contextmanager
def suggestions_file(path: Path) -> Iterator[Sink]:
    """A file that is there once it is whole: `.parquet` has a row a person, `.jsonl` a line.

    Raises:
        SourceError: its name ends otherwise.
        OSError: it cannot be written.
    """
    if path.suffix not in (".parquet", ".jsonl"):
        raise SourceError("--out is a file that ends in .parquet or .jsonl.")
    fresh = path.with_name(f".{path.name}.unfinished")
    try:
        with _lines(fresh) if path.suffix == ".jsonl" else _rows(fresh) as sink:
            yield sink
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise
    fresh.replace(path)


class _Lines:
    def __init__(self, file: Any) -> None:
        self._file = file

    def add(self, one: Suggested) -> None:
        told = _identity(one) | {"answer": one.answer and one.answer.model_dump(mode="json", by_alias=True)}
        self._file.write(json.dumps(told, ensure_ascii=False) + "\n")


class _Rows:
    def __init__(self, writer: pq.ParquetWriter) -> None:
        self._writer = writer
        self._held: list[Mapping[str, Any]] = []

    def add(self, one: Suggested) -> None:
        self._held.append(_row(one))
        if len(self._held) >= _AT_ONCE:
            self.flush()

    def flush(self) -> None:
        if self._held:
            self._writer.write_table(pa.Table.from_pylist(self._held, schema=_COLUMNS))
            self._held = []


@contextmanager
def _lines(path: Path) -> Iterator[Sink]:
    with path.open("w", encoding="utf-8") as file:
        yield _Lines(file)


@contextmanager
def _rows(path: Path) -> Iterator[Sink]:
    with pq.ParquetWriter(path, _COLUMNS, compression="zstd") as writer:
        rows = _Rows(writer)
        yield rows
        rows.flush()


def _identity(one: Suggested) -> dict[str, Any]:
    day = one.asked.day if isinstance(one.asked, Question) else None
    return {"person_id": one.asked.person_id, "day": day, "why_not": one.why_not}


def _row(one: Suggested) -> dict[str, Any]:
    told = _identity(one)
    answer = one.answer
    if answer is None:
        return told
    estimate, band = answer.prediction, answer.prediction.band or (None, None)
    return told | {
        "model": f"{answer.model.name}@{answer.model.version}",
        "status": answer.status,
        "risk": estimate.risk,
        "risk_low": band[0],
        "risk_high": band[1],
        "threshold": estimate.threshold,
        "certainty": estimate.certainty,
        "unknown": [name for name, value in answer.question.features.items() if value is None],
        "options": [_option(each) for each in answer.counterfactuals],
        "improvements": [_option(each) for each in answer.improvements],
        "answer": answer.model_dump_json(by_alias=True),
    }


def _option(option: Any) -> dict[str, Any]:
    words = [f"{one.label}: {one.on_days.words}" for one in option.changes if one.on_days]
    return {name: getattr(option, name) for name in ("summary", "risk", "effort", "fragile")} | {
        "on_days": words
    }
