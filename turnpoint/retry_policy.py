"""When a call is sent again, and after how long."""

import random
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
from pydantic import BaseModel, Field, ValidationError

from turnpoint.answers import StandingEvent, StandingVerdict
from turnpoint.call import IN_FLIGHT, Call
from turnpoint.errors import (
    ConflictError,
    Fault,
    ProblemError,
    TimeLimitError,
    UnexpectedAnswerError,
    UnreachableError,
    problem_class,
)

FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 30.0
LONGEST_ADVICE_S = 60.0
"""A service that asks for a longer pause is believed, and the caller told."""


class RetryPolicy:
    """Judges how each attempt at a call ended: done, to be repeated after a pause, or an error.

    `repeats`: how often a call may be sent again, if it may at all.
    """

    def __init__(self, call: Call[Any], repeats: int) -> None:
        self._passing = call.passing
        self._left = repeats if call.passing is not None else 0
        self._pause = FIRST_PAUSE_S

    def answered(self, response: httpx.Response) -> float | None:
        """Seconds until the next attempt, or None when the response is the answer.

        Raises:
            ProblemError: The service refused, and asking again would not help.
            UnexpectedAnswerError: It sent the caller elsewhere.
        """
        if response.is_success:
            return None
        if not response.is_error:
            raise UnexpectedAnswerError(
                f"The service answered {response.status_code}: is its URL right, http or https included?"
            )
        advice = _retry_after(response)
        status = response.status_code
        passes = self._passing is not None and status in self._passing
        passes = passes and (status != IN_FLIGHT or advice is not None)  # else it is a conflict that stays
        if not passes or self._left == 0 or (advice or 0.0) > LONGEST_ADVICE_S:
            raise _problem(response, advice)
        return max(advice or 0.0, self._next_pause())

    def lost(self, error: httpx.TransportError) -> float:
        """Seconds until the next attempt, after nothing or half an answer came back.

        Raises:
            UnreachableError: The call may not be sent again, or was often enough.
        """
        if self._left == 0:
            raise unreachable(error) from error
        return self._next_pause()

    def _next_pause(self) -> float:
        pause, self._pause = self._pause, min(2 * self._pause, LONGEST_PAUSE_S)
        self._left -= 1
        return pause * random.uniform(0.5, 1.0)  # callers whom one fault stopped shall not return as one


def unreachable(error: httpx.TransportError) -> UnreachableError:
    """What a transport's error means to a caller; names the service, never the path."""
    where = f"{error.request.url.scheme}://{error.request.url.netloc.decode()}"
    if isinstance(error, httpx.ConnectTimeout | httpx.ConnectError):
        return UnreachableError(f"Nothing answers at {where}: is the service running, and is this its URL?")
    if isinstance(error, httpx.TimeoutException):
        return TimeLimitError(f"The service at {where} did not answer within the time limit.")
    return UnreachableError(f"The connection to {where} broke before the answer was complete.")


class _Fault(BaseModel):
    pointer: str | None = None
    detail: str
    parameter: str | None = None
    place: str | None = Field(None, alias="in")


class _Problem(BaseModel):
    title: str
    detail: str | None = None
    errors: list[_Fault] = []
    standing: StandingVerdict | None = None
    standing_event: StandingEvent | None = None


def _problem(response: httpx.Response, retry_after: float | None) -> ProblemError:
    status = response.status_code
    try:
        said = _Problem.model_validate_json(response.content)
    except ValidationError:  # from a proxy in between: whatever it says is not for a program to repeat
        said = _Problem(title=response.reason_phrase or "No reason given")
    faults = tuple(Fault(one.pointer, one.detail, one.parameter, one.place) for one in said.errors)
    error = problem_class(status)(status, said.title, said.detail, faults, retry_after)
    if isinstance(error, ConflictError):
        error.standing, error.standing_event = said.standing, said.standing_event
    return error


def _retry_after(response: httpx.Response) -> float | None:
    """Seconds, from either form of the header (RFC 9110, 10.2.3)."""
    said = response.headers.get("Retry-After", "").strip()
    if said.isdecimal():
        return float(said)
    try:
        when = parsedate_to_datetime(said)
    except ValueError:
        return None
    when = when if when.tzinfo else when.replace(tzinfo=UTC)
    return max(0.0, (when - datetime.now(UTC)).total_seconds())
