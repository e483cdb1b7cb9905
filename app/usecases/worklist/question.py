"""What is asked of the worklist: in which order, whom of, and from where on."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from app.domain.certainty import Certainty


class Sort(StrEnum):
    """In which order patients are listed. Equals are in an order of their own, which stays."""

    SEEN = "seen"  # whom a caller asked about last comes first
    RISK = "risk"  # the highest estimate first
    REVIEW = "review"  # the plan whose review is due first; who has no plan comes last


class PlanState(StrEnum):
    """How it stands with a patient's plan."""

    NONE = "none"
    ACTIVE = "active"
    DUE = "due"  # active, and its review date is today or past


SortKey = datetime | float | date
"""What a line is sorted by: when it was asked for, the estimate (0-1), the review date."""


@dataclass(frozen=True, slots=True)
class Position:
    """A place in an order: behind, or with `is_backward` before, the line that it was taken from.

    `place` is that line's own, which says nothing of the patient. The position stays where it is when its
    line moves on, or others arrive.
    """

    sort: Sort
    key: SortKey
    place: UUID
    is_backward: bool = False


@dataclass(frozen=True, slots=True)
class WorklistFilter:
    """Whom of; None and False leave it open. `is_declined`: all that the answer offers was declined.

    `since` is the first day (UTC) on which they were seen last.
    """

    certainty: Certainty | None = None
    plan: PlanState | None = None
    is_declined: bool = False
    model: str | None = None
    since: date | None = None


@dataclass(frozen=True, slots=True)
class WorklistQuestion:
    """One page of the worklist; without a position the first."""

    sort: Sort = Sort.SEEN
    filter: WorklistFilter = WorklistFilter()
    position: Position | None = None
