"""The wire forms of batch jobs: what callers send and get."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field, StrictBool

from app.domain.counterfactual import Generator
from app.domain.degraded import Degraded
from app.usecases.augmentation.label import Label
from app.usecases.counterfactuals.schemas import ModelOut
from app.usecases.request_model import RequestModel

MOST_INLINE = 10_000
Features = dict[str, Any]


class State(StrEnum):
    """Of a job; the last three are final."""

    QUEUED = "queued"
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_final(self) -> bool:
        return self in (State.COMPLETED, State.FAILED, State.CANCELLED)


class OnInvalid(StrEnum):
    """What invalid source rows do to a job."""

    REJECT = "reject"
    SKIP = "skip"


class RowsSource(RequestModel):
    """People in the request itself."""

    kind: Literal["rows"] = Field(description="Says that people are in the request itself.")
    rows: Annotated[list[Features], Field(min_length=1, max_length=MOST_INLINE)] = Field(
        description="Feature vectors: GET /models/{name}/schema describes them."
    )
    id_column: Annotated[str, Field(max_length=200)] | None = Field(
        None, description="A key of the rows that holds your own id: made rows have it as `source_id`."
    )
    ignore_columns: Annotated[list[str], Field(max_length=1_000)] = Field(
        default_factory=list, description="Keys of the rows that are left out."
    )


class UploadSource(RequestModel):
    """People in a table that was uploaded."""

    kind: Literal["upload"] = Field(description="Says that people are in an upload.")
    upload_id: UUID = Field(description="The `id` of the upload.")


class PopulationSource(RequestModel):
    """The people the model learned from whom its classifier puts in the other class."""

    kind: Literal["population"] = Field(description="Says that they are the model's own.")


class AugmentationRequest(RequestModel):
    """A job: rows of `target_label` are to be made of the source's people."""

    model: str | None = Field(
        None, description="A hosted model, name or name@version; the configured one by default."
    )
    source: Annotated[RowsSource | UploadSource | PopulationSource, Field(discriminator="kind")] = Field(
        description="The people that rows are made of."
    )
    target_label: Label = Field(description="The class that the rows are to have.")
    per_row: Annotated[int, Field(ge=1, le=10)] = Field(
        1, description="The most rows that are made of one source row."
    )
    generator: Generator = Field(
        Generator.AUTO, description="Who proposes: the language model, the search, or both (auto)."
    )
    seed: Annotated[int, Field(ge=0, lt=1 << 31)] = Field(
        0, description="The same request with the same seed gives the same rows."
    )
    max_rows: Annotated[int, Field(ge=1)] = Field(
        5_000, description="As many source rows are taken as can give so many rows at `per_row` each."
    )
    min_robustness: Annotated[float, Field(ge=0, le=1)] = Field(
        0.0, description="Share of refits, noise and adherence draws that a row shall hold in."
    )
    improvements: StrictBool = Field(
        False,
        description="For the low class: of source rows that cannot be brought to it, write what lowers their "
        "risk the most, by as much as is worth offering, all the same. The classifier still calls such rows "
        "high: they have `label` high and `reached` false, and never count as `accepted`.",
    )
    on_invalid: OnInvalid = Field(
        OnInvalid.REJECT,
        description="What a source row with faults does: refuse the request, or be left out.",
    )


class Progress(BaseModel):
    """In source rows, save for `accepted` and `improved`: rows made."""

    total: int = Field(description="Source rows to work on.")
    done: int = Field(description="Source rows worked on.")
    accepted: int = Field(description="Rows made that are of the class.")
    improved: int = Field(
        description="Rows made that lower the risk but are not of the class: `reached` is false. 0 unless "
        "the job asked for `improvements`."
    )
    rejected: int = Field(description="Source rows of which no row could be made, of either kind.")
    invalid: int = Field(description="Source rows left out, since they have faults.")


class Job(BaseModel):
    """A job and how far it is."""

    id: UUID = Field(description="Of the job.")
    state: State = Field(description="How far it is; the last three states are final.")
    created_at: datetime = Field(description="When it was sent.")
    started_at: datetime | None = Field(description="When a worker took it up; null before.")
    finished_at: datetime | None = Field(description="When it ended; null before.")
    model: ModelOut = Field(description="The model that the rows are made with.")
    target_label: Label = Field(description="The class that the rows are to have.")
    per_row: int = Field(description="The most rows that are made of one source row.")
    generator: Generator = Field(description="Who proposes.")
    seed: int = Field(description="What draws were begun from.")
    improvements: bool = Field(
        description="Whether rows that only lower the risk are wanted where the class is out of reach."
    )
    progress: Progress = Field(description="Counts of source rows, and of rows made.")
    duplicates_removed: int = Field(description="Rows left out, since there was an equal one.")
    degraded: list[Degraded] = Field(
        description="That for some source rows no completion came (`llm_unavailable`, `llm_timeout`), or "
        "nothing well-formed in one (`llm_no_proposal`), or that the language model was tuned for another "
        "model and not asked (`llm_not_taught`). With `auto` the search goes on alone for those. "
        "Empty where all went well."
    )
    failure: str | None = Field(description="Why it failed; null where it did not.")
    links: dict[str, str] = Field(description="Where its parts are: self, rows, events, report, card.")


class JobsPage(BaseModel):
    """Jobs, newest first."""

    jobs: list[Job] = Field(description="Newest first.")
    next: UUID | None = Field(description="Pass it as `before` for the next, older page; null on the last.")


class FaultInRow(BaseModel):
    """One thing wrong with a row."""

    pointer: str = Field(description="A JSON Pointer (RFC 6901): the row's number, then the feature.")
    detail: str = Field(description="What is wrong, to be read after the name of the place; never a value.")


class RowFault(BaseModel):
    """What is wrong with one row of an upload."""

    row: int = Field(description="Its number; rows count from 0.")
    line: int | None = Field(description="Of a CSV file, whose header is line 1; null for Parquet.")
    errors: list[FaultInRow] = Field(description="Its faults.")


class Upload(BaseModel):
    """A table that was taken in."""

    id: UUID = Field(description="What a job names as its source.")
    rows: int = Field(description="Rows of the table.")
    valid: int = Field(description="Rows without faults.")
    invalid: int = Field(description="Rows with faults.")
    faults: list[RowFault] = Field(description="Of the first hundred invalid rows; rows count from 0.")
    sha256: str = Field(description="Of the file as it was sent, in hexadecimal.")
