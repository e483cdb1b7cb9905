"""What can go wrong for a caller. No error repeats a value that was sent or received."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from turnpoint.answers import StandingEvent, StandingVerdict
    from turnpoint.jobs import Job

_FAULTS_SAID = 5


class TurnpointError(Exception):
    """What every error of this client is."""


class AddressError(TurnpointError):
    """The URL of the service, or the token for it, is not one."""


class UnsendableError(TurnpointError):
    """A request holds what cannot be sent: NaN, an infinite number, or what JSON does not know."""


class UnreachableError(TurnpointError):
    """The service did not answer, or stopped in the middle of an answer."""


class TimeLimitError(UnreachableError):
    """The service took longer than the time limit."""


class UnexpectedAnswerError(TurnpointError):
    """What answered does not speak as Turnpoint does: another service, or another version of it."""


class StillRunningError(TurnpointError):
    """A job did not end within the time that the caller would wait; it goes on."""


class JobEndedError(TurnpointError):
    """A job failed or was cancelled."""

    def __init__(self, job: "Job") -> None:
        super().__init__(f"Job {job.id} {'was' if job.state == 'cancelled' else 'has'} {job.state}.")
        self.job = job


@dataclass(frozen=True, slots=True)
class CellFault:
    """One thing wrong with a table: `row` is the row's label, `column` a column's name.

    Either is None where the fault is of a whole column, or of a whole row or table. `detail` is to be read
    after the place, and holds no value.
    """

    row: str | None
    column: str | None
    detail: str

    def __str__(self) -> str:
        places = [f"row {self.row}"] if self.row is not None else []
        places += [f"column {self.column}"] if self.column is not None else []
        return " ".join([", ".join(places), self.detail]).strip()


class FrameError(TurnpointError):
    """A table that cannot be asked about: `faults` says why, one for each place, without a value."""

    def __init__(self, faults: Sequence[CellFault]) -> None:
        self.faults = tuple(faults)
        said = "; ".join(map(str, self.faults[:_FAULTS_SAID]))
        more = len(self.faults) - _FAULTS_SAID
        super().__init__(
            f"The table cannot be asked about: {said}{f'; and {more} more' if more > 0 else ''}."
        )


class LackingError(TurnpointError, ImportError):
    """Something is not installed that a method needs; says what to install."""


class LoadError(TurnpointError):
    """A model is not there, or cannot be loaded into this process; says why."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with a request: in its body, or in one of its parameters.

    `pointer` is a JSON Pointer (RFC 6901) into the body. A parameter has a name and a place instead: `path`,
    `query` or `header`.
    """

    pointer: str | None
    detail: str
    parameter: str | None = None
    place: str | None = None

    @property
    def where(self) -> str:
        """The place in words; nothing for the whole body."""
        return f"{self.place} parameter {self.parameter}" if self.parameter else self.pointer or ""


class ProblemError(TurnpointError):
    """The service refused, with a problem document (RFC 9457).

    `status` is the HTTP status, `title` its phrase, `detail` a sentence (None where there is none),
    `errors` the faults of a request, `retry_after` the seconds after which to ask again, where it said so.
    """

    def __init__(
        self,
        status: int,
        title: str,
        detail: str | None = None,
        errors: tuple[Fault, ...] = (),
        retry_after: float | None = None,
    ) -> None:
        self.status, self.title, self.detail = status, title, detail
        self.errors, self.retry_after = errors, retry_after
        super().__init__(self._sentence())

    def _sentence(self) -> str:
        said = "; ".join(f"{fault.where} {fault.detail}".strip() for fault in self.errors[:_FAULTS_SAID])
        more = len(self.errors) - _FAULTS_SAID
        faults = f" {said}{f'; and {more} more' if more > 0 else ''}." if said else ""
        return f"{self.detail or f'{self.status} {self.title}.'}{faults}"


class InvalidRequestError(ProblemError):
    """400, 413, 415, 422: the request has faults; `errors` says which."""


class UnauthorizedError(ProblemError):
    """401, 403: the token is missing or wrong."""


class NotFoundError(ProblemError):
    """404, 410: nothing is kept under this id."""


class ConflictError(ProblemError):
    """409: not in this state, such as the rows of a job that has not ended.

    `standing` is the verdict that stands on an option: `give_feedback` may name its id as `replaces`. It is
    None where none stands, and where the conflict is about something else. `standing_event` says in the same
    way how a plan stands, for `change_plan`.
    """

    standing: "StandingVerdict | None" = None
    standing_event: "StandingEvent | None" = None


class TooManyRequestsError(ProblemError):
    """429: more than the service takes from one caller."""


class UnavailableError(ProblemError):
    """5xx: the service, or a part that it needs, is away."""


_BY_STATUS: dict[int, type[ProblemError]] = {
    **dict.fromkeys((400, 413, 415, 422), InvalidRequestError),
    **dict.fromkeys((401, 403), UnauthorizedError),
    **dict.fromkeys((404, 410), NotFoundError),
    409: ConflictError,
    429: TooManyRequestsError,
}


def problem_class(status: int) -> type[ProblemError]:
    """The class of error that an HTTP status is told with."""
    return _BY_STATUS.get(status, UnavailableError if status >= 500 else ProblemError)
