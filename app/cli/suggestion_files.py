"""Everybody's suggestions in a file, Parquet or JSON lines; it is whole, or not there."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa
import pyarrow.parquet as pq

from app.ingest.sensors.asking import Question, Unasked
from app.ingest.sensors.sources.base import SourceError
from app.usecases.counterfactuals.schemas import CounterfactualsAnswer

Writing = Callable[[], AbstractContextManager[None]]
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
        SourceError: its name ends otherwise, or it cannot be written.
    """
    check_ending(path)
    fresh = path.with_name(f".{path.name}.unfinished")
    writing = partial(_writing, path)
    try:
        with writing():
            sink = _Lines(fresh, writing) if path.suffix == ".jsonl" else _Rows(fresh, writing)
        try:
            yield sink
        finally:
            with writing():
                sink.close()
        with writing():
            fresh.replace(path)
    except BaseException:
        with suppress(OSError):
            fresh.unlink(missing_ok=True)
        raise


def check_ending(path: Path) -> None:
    """Whether a file's name says what it is to be.

    Raises:
        SourceError: it does not.
    """
    if path.suffix not in (".parquet", ".jsonl"):
        raise SourceError("--out is a file that ends in .parquet or .jsonl.")


@contextmanager
def _writing(path: Path) -> Iterator[None]:
    """What the system refuses of a file, and nothing else, is told of the file."""
    try:
        yield
    except OSError as error:
        raise SourceError(f"{path} cannot be written: {error.strerror or error}.") from None


class _Lines:
    def __init__(self, path: Path, writing: Writing) -> None:
        self._file, self._writing = path.open("w", encoding="utf-8"), writing

    def add(self, one: Suggested) -> None:
        told = _identity(one) | {"answer": one.answer and one.answer.model_dump(mode="json", by_alias=True)}
        with self._writing():
            self._file.write(json.dumps(told, ensure_ascii=False) + "\n")

    def close(self) -> None:
        self._file.close()


class _Rows:
    def __init__(self, path: Path, writing: Writing) -> None:
        self._writer, self._writing = pq.ParquetWriter(path, _COLUMNS, compression="zstd"), writing
        self._held: list[Mapping[str, Any]] = []

    def add(self, one: Suggested) -> None:
        self._held.append(_row(one))
        if len(self._held) >= _AT_ONCE:
            with self._writing():
                self._flush()

    def close(self) -> None:
        self._flush()
        self._writer.close()

    def _flush(self) -> None:
        if self._held:
            self._writer.write_table(pa.Table.from_pylist(self._held, schema=_COLUMNS))
            self._held = []


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
