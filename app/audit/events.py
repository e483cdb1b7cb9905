"""The words of the audit: what was done, to what, and how it ended."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class Action(StrEnum):
    """What was done; FHIR has the same five."""

    CREATE = "create"
    READ = "read"
    UPDATE = "update"
    DELETE = "delete"
    EXECUTE = "execute"
    """A search of several patients, or a calculation of which nothing is kept."""


class Entity(StrEnum):
    """What it was done to."""

    ANSWER = "answer"
    PATIENT_PAGE = "patient_page"
    HISTORY = "history"
    """A patient's answers, one after the other."""
    WORKLIST = "worklist"
    PLAN = "plan"
    HANDOUT = "handout"
    PREFERENCES = "preferences"
    MEASUREMENT = "measurement"
    VERDICT = "verdict"
    PREDICTION = "prediction"
    UPLOAD = "upload"
    JOB = "job"
    AUDIT = "audit"
    KEY = "key"
    """A caller's key: its id is no UUID, and is in `detail`."""
    PATIENT = "patient"
    """All that is on record of one."""
    REQUEST = "request"
    """What was refused or failed: its route tells what it was about."""


class Outcome(StrEnum):
    """How it ended."""

    SUCCESS = "success"
    REFUSED = "refused"
    """The caller may not (403)."""
    NOT_FOUND = "not_found"
    REJECTED = "rejected"
    """The request had faults, or things stood differently (another 4xx)."""
    FAILED = "failed"
    """The service could not (5xx)."""


@dataclass(frozen=True, slots=True)
class Access:
    """One thing done to what concerns at most one patient.

    The database turns `patient_id` into the patient's pseudonym; without one it takes the patient of the
    answer. `pseudonym` is for a patient whose row is not there any more. `detail` holds no value of theirs.
    """

    action: Action
    entity: Entity
    patient_id: str | None = None
    answer_id: UUID | None = None
    entity_id: UUID | None = None
    pseudonym: UUID | None = None
    detail: str | None = None


def outcome_of(status: int) -> Outcome:
    """What an HTTP status says of the outcome."""
    if status < 400:
        return Outcome.SUCCESS
    if status >= 500:
        return Outcome.FAILED
    return {403: Outcome.REFUSED, 404: Outcome.NOT_FOUND}.get(status, Outcome.REJECTED)
