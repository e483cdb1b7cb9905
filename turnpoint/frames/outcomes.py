"""What became of each row while a table is asked about; replies are kept as compressed bytes."""

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from turnpoint.errors import (
    InvalidRequestError,
    TurnpointError,
    UnauthorizedError,
    UnavailableError,
    UnreachableError,
    UnsendableError,
)
from turnpoint.frames.people import Person

_OF_THE_SERVICE = (UnauthorizedError, UnavailableError, UnreachableError)
_OF_A_PERSON = ("/features", "/patient_id")
_REDUCTIONS = ("relative_reduction", "absolute_reduction")


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
    options: Mapping[str, Any]
    """What every row is asked with."""
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
            UnsendableError: every question holds what cannot be sent; values of rows were looked at before.
            InvalidRequestError: it is about what every row is asked with, so that no row can be answered.
        """
        if isinstance(error, UnsendableError):
            raise error
        if isinstance(error, InvalidRequestError) and not self.replies and self._is_of_all(error):
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

    def _is_of_all(self, error: InvalidRequestError) -> bool:
        persons = (*_OF_A_PERSON, *map("/target/{}".format, filter(self._may_suit, _REDUCTIONS)))
        return any(not (fault.pointer or "").startswith(persons) for fault in error.errors)

    def _may_suit(self, reduction: str) -> bool:
        """Whether a reduction suits some people: one person's risk may be too low for it, another's not."""
        amount = self.options.get(reduction)
        return isinstance(amount, int | float) and 0 < amount < 1
