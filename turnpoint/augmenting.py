"""The calls about batch augmentation jobs."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, TypedDict, TypeVar
from uuid import UUID

import httpx

from turnpoint.answers import Value
from turnpoint.call import (
    JSON,
    KEYED,
    TRANSIENT,
    Call,
    FileContent,
    given,
    keyed,
    nothing,
    reading,
    refuse_unknown,
    text,
)
from turnpoint.errors import UnsendableError
from turnpoint.jobs import Job, JobsPage, Upload

T = TypeVar("T")
JobId = UUID | str


class Format(StrEnum):
    """Media types in which rows are given and taken."""

    NDJSON = "application/x-ndjson"
    CSV = "text/csv"
    PARQUET = "application/vnd.apache.parquet"


@dataclass(frozen=True, slots=True)
class Population:
    """The people that a model's version brings along, as the source of a job."""


POPULATION = Population()

Source = Iterable[Mapping[str, Value]] | Upload | Population
"""Where a job's rows come from."""


class Options(TypedDict, total=False):
    """What a job may say beside its source and target label; what is left out is the service's default.

    `per_row`: how many different rows to make of each. `generator`: auto, llm or search. `seed` makes a job
    reproducible given the same models. `max_rows`: the most rows to make. `on_invalid`: reject the job for
    a row with faults, or skip the row. `min_robustness`: the least share (0-1) of refits, noise and adherence
    draws that a row survives. `improvements`: for the low class, of people who cannot be brought to it write
    what lowers their risk the most; such rows have `reached` False and `label` high. `id_column`: a key or
    column of the source that holds the caller's own ids, which the rows made carry as `source_id`;
    `ignore_columns` are left out. `idempotency_key`: a job sent twice under one key is one job.
    """

    model: str | None
    per_row: int | None
    generator: str | None
    seed: int | None
    max_rows: int | None
    on_invalid: str | None
    min_robustness: float | None
    improvements: bool | None
    id_column: str | None
    ignore_columns: Sequence[str] | None
    idempotency_key: str | None


_BY_ENDING = {
    ".csv": Format.CSV,
    ".parquet": Format.PARQUET,
    ".ndjson": Format.NDJSON,
    ".jsonl": Format.NDJSON,
}


def format_of(path: Path, among: Iterable[Format] = Format) -> Format:
    """What a file is by its ending.

    Raises:
        UnsendableError: By no ending of these formats.
    """
    known = {ending: kind for ending, kind in _BY_ENDING.items() if kind in among}
    if path.suffix.lower() not in known:
        raise UnsendableError(f"{path.name} must end in one of {', '.join(known)}.")
    return known[path.suffix.lower()]


def upload(
    path: Path, model: str | None, id_column: str | None = None, ignore_columns: Sequence[str] | None = None
) -> Call[Upload]:
    """Give the service a CSV or Parquet file of a model's people, for a job to come."""
    media_type = format_of(path, (Format.CSV, Format.PARQUET))
    return Call(
        method="POST",
        route="/augmentations/uploads",
        query=given(
            model=model,
            id_column=id_column,
            ignore_columns=None if ignore_columns is None else ",".join(ignore_columns),
        ),
        content=FileContent(path, media_type),
        read=reading(Upload),
    )


def submit(source: Source, target_label: str, options: Options) -> Call[Job]:
    """Start a job; sent again under its key it is still one job."""
    refuse_unknown("augment", options, Options)
    body = given(
        model=options.get("model"),
        source=_source(source, options),
        target_label=target_label,
        per_row=options.get("per_row"),
        generator=options.get("generator"),
        seed=options.get("seed"),
        max_rows=options.get("max_rows"),
        on_invalid=options.get("on_invalid"),
        min_robustness=options.get("min_robustness"),
        improvements=options.get("improvements"),
    )
    return Call(
        method="POST",
        route="/augmentations",
        content=body,
        headers=keyed(options.get("idempotency_key")),
        read=reading(Job),
        passing=KEYED,
    )


def _source(source: Source, options: Options) -> dict[str, Any]:
    if isinstance(source, Upload):
        return {"kind": "upload", "upload_id": str(source.id)}
    if isinstance(source, Population):
        return {"kind": "population"}
    if isinstance(source, str):
        raise UnsendableError("People come as rows or from a file: give a file as a Path.")
    columns = given(id_column=options.get("id_column"), ignore_columns=options.get("ignore_columns"))
    return {"kind": "rows", "rows": [dict(row) for row in source], **columns}


def job(job_id: JobId) -> Call[Job]:
    """How far a job is."""
    return _of(job_id, "GET", "/augmentations/{job_id}", reading(Job))


def jobs(before: UUID | None, page_size: int) -> Call[JobsPage]:
    """One page of the jobs."""
    return Call(
        method="GET",
        route="/augmentations",
        query={"limit": page_size} | ({} if before is None else {"before": str(before)}),
        read=reading(JobsPage),
        passing=TRANSIENT,
    )


def cancel(job_id: JobId) -> Call[Job]:
    """Stop a job; what has ended stays as it is."""
    return _of(job_id, "DELETE", "/augmentations/{job_id}", reading(Job))


def report(job_id: JobId) -> Call[dict[str, Any]]:
    """The quality report of a completed job."""
    return _of(job_id, "GET", "/augmentations/{job_id}/report", reading(dict[str, Any]))


def report_page(job_id: JobId) -> Call[str]:
    """The quality report as a page to read."""
    return _of(job_id, "GET", "/augmentations/{job_id}/report", text, "text/html")


def data_card(job_id: JobId) -> Call[str]:
    """What the rows are and are not good for, as Markdown; it belongs beside them."""
    return _of(job_id, "GET", "/augmentations/{job_id}/card", text, "text/markdown")


def rows(job_id: JobId, kind: Format, after: str | None = None) -> Call[None]:
    """The rows of a job that has ended, those behind `after` if it is given; to be streamed."""
    return _of(job_id, "GET", "/augmentations/{job_id}/rows", nothing, kind, given(after=after))


def _of(
    job_id: JobId,
    method: str,
    route: str,
    read: Callable[[httpx.Response], T],
    accept: str = JSON,
    query: Mapping[str, str] | None = None,
) -> Call[T]:
    return Call(
        method=method,
        route=route,
        places={"job_id": str(job_id)},
        query=query or {},
        read=read,
        accept=accept,
        passing=TRANSIENT,
    )
