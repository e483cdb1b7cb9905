"""Batch augmentation jobs, as this client reads them."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from turnpoint.answers import AnsweringModel, Read


class State(StrEnum):
    """How far a job is."""

    QUEUED = "queued"
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Progress(Read):
    """Counts of source rows, save for `accepted`, verified rows of the class, and `improved`.

    Those are verified rows that lower the risk without being of the class. `total` leaves out the `invalid`
    ones; of the `done` ones `rejected` gave no row of either kind.
    """

    total: int
    done: int
    accepted: int
    improved: int
    rejected: int
    invalid: int


class Job(Read):
    """A job that makes verified rows of one class.

    `improvements`: rows that only lower the risk are wanted, too, where the class is out of reach.
    `degraded` names what was away, or of no use, meanwhile; `failure` says why a failed job failed.
    """

    id: UUID
    state: State
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    model: AnsweringModel
    target_label: str
    per_row: int
    generator: str
    seed: int
    improvements: bool
    progress: Progress
    duplicates_removed: int
    degraded: list[str]
    failure: str | None

    @property
    def has_ended(self) -> bool:
        """Whether its state is the last one."""
        return self.state not in (State.QUEUED, State.RUNNING)


class JobsPage(Read):
    """Jobs, newest first; `next` is the cursor of the page after, None on the last."""

    jobs: list[Job]
    next: UUID | None


class RowFaults(Read):
    """What is wrong with one row of an upload, counted from 0: pointers and sentences.

    `line` is a CSV file's, whose header is line 1; None for Parquet.
    """

    row: int
    line: int | None = None
    errors: list[dict[str, str]]


class Upload(Read):
    """A file that the service keeps for a job; `faults` are of the first invalid rows."""

    id: UUID
    rows: int
    valid: int
    invalid: int
    faults: list[RowFaults]
