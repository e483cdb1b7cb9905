"""What became of each row while a table is asked about; replies are kept as compressed bytes."""

import zlib
from dataclasses import dataclass, field
from typing import Any

from turnpoint.errors import (
    InvalidRequestError,
    TurnpointError,
    UnauthorizedError,
    UnavailableError,
    UnreachableError,
)
from turnpoint.frames.people import Person

_OF_THE_SERVICE = (UnauthorizedError, UnavailableError, UnreachableError)
_OF_A_PERSON = ("/features", "/patient_id", "/target")


@dataclass(frozen=True, slots=True)
class RowFailure:
    """A row without an answer: its place from 0, its label, and why."""

    row: int
    label: Any
    error: TurnpointError


@dataclass(slots=True)
class Outcomes:
    """Replies and errors by row. An answer takes some 8 kB of JSON, of which 2.3 kB are kept."""

    at_once: int
    replies: dict[int, bytes] = field(default_factory=dict)
    errors: dict[int, TurnpointError] = field(default_factory=dict)
    _away: int = 0

    @property
    def done(self) -> int:
        return len(self.replies) + len(self.errors)

    def keep(self, person: Person, reply: bytes) -> None:
        self.replies[person.row] = zlib.compress(reply, 1)
        self._away = 0

    def fail(self, person: Person, error: TurnpointError) -> None:
        """Keep the error of a row.

        Raises:
            InvalidRequestError: it is about what every row is asked with, so that no row can be answered.
        """
        if isinstance(error, InvalidRequestError) and not self.replies and _is_of_all(error):
            raise error
        self.errors[person.row] = error
        self._away = self._away + 1 if isinstance(error, _OF_THE_SERVICE) else 0

    def why_not_ask(self) -> TurnpointError | None:
        """The service's own error, where one row after the other had it: the next would have it, too."""
        if self._away < max(4, 2 * self.at_once):
            return None
        return next(reversed(self.errors.values()))

    def reply(self, row: int) -> bytes | None:
        kept = self.replies.get(row)
        return None if kept is None else zlib.decompress(kept)


def _is_of_all(error: InvalidRequestError) -> bool:
    places = [fault.pointer or "" for fault in error.errors]
    return bool(places) and not any(place.startswith(_OF_A_PERSON) for place in places)
