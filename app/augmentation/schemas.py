"""What callers send and get."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from app.augmentation.making import Label
from app.counterfactuals.schemas import ModelOut
from app.domain.counterfactual import Generator

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


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid")


class RowsSource(_In):
    """People in the request itself."""

    kind: Literal["rows"]
    rows: Annotated[list[Features], Field(min_length=1, max_length=MOST_INLINE)]
    id_column: Annotated[str, Field(max_length=200)] | None = Field(
        None, description="A key of the rows that holds your own id: made rows have it as `source_id`."
    )
    ignore_columns: Annotated[list[str], Field(max_length=1_000)] = Field(
        default_factory=list, description="Keys of the rows that are left out."
    )


class UploadSource(_In):
    """People in a table that was uploaded."""

    kind: Literal["upload"]
    upload_id: UUID


class PopulationSource(_In):
    """The people the model learned from whom its classifier puts in the other class."""

    kind: Literal["population"]


class AugmentationRequest(_In):
    """A job: rows of `target_label` are to be made of the source's people."""

    model: str | None = Field(None, description="The configured default unless given.")
    source: Annotated[RowsSource | UploadSource | PopulationSource, Field(discriminator="kind")]
    target_label: Label
    per_row: Annotated[int, Field(ge=1, le=10)] = 1
    generator: Generator = Generator.AUTO
    seed: Annotated[int, Field(ge=0, lt=1 << 31)] = 0
    max_rows: Annotated[int, Field(ge=1)] = Field(
        5_000, description="As many source rows are taken as can give so many rows at `per_row` each."
    )
    min_robustness: Annotated[float, Field(ge=0, le=1)] = Field(
        0.0, description="Share of refits, noise and adherence draws that a row shall hold in."
    )
    on_invalid: OnInvalid = OnInvalid.REJECT


class Progress(BaseModel):
    """In source rows, save for `accepted`: rows made."""

    total: int
    done: int
    accepted: int
    rejected: int
    invalid: int


class Job(BaseModel):
    """A job and how far it is."""

    id: UUID
    state: State
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    model: ModelOut
    target_label: Label
    per_row: int
    generator: Generator
    seed: int
    progress: Progress
    duplicates_removed: int
    degraded: str | None = Field(
        description="That for some source rows no completion came (`llm_unavailable`, `llm_timeout`), or "
        "nothing well-formed in one (`llm_no_proposal`). With `auto` the search goes on alone for those."
    )
    failure: str | None
    links: dict[str, str]


class JobsPage(BaseModel):
    """Jobs, newest first."""

    jobs: list[Job]
    next: UUID | None = Field(description="Pass it as `before` for the next, older page; null on the last.")


class RowFault(BaseModel):
    """What is wrong with one row of an upload."""

    row: int = Field(description="From 0.")
    line: int | None = Field(description="Of a CSV file, whose header is line 1; null for Parquet.")
    errors: list[dict[str, str]]


class Upload(BaseModel):
    """A table that was taken in."""

    id: UUID
    rows: int
    valid: int
    invalid: int
    faults: list[RowFault] = Field(description="Of the first hundred invalid rows; rows count from 0.")
    sha256: str
