"""Whose each source row of a job is, where callers named somebody in several rows, such as days."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from app.domain.schema import FloatArray, IntArray

MOST_SOURCES = 50_000
"""Of a job with more source rows nothing is measured by person."""
NOBODY = -1


@dataclass(frozen=True, slots=True)
class Owners:
    """A job's source rows, encoded, of shape (rows, columns): their numbers, rising, and whose each is.

    `person` counts people from 0; a row without an id is `NOBODY`'s, and so like no other.
    """

    rows: FloatArray
    number: IntArray
    person: IntArray

    @property
    def people(self) -> int:
        """How many are named."""
        return len(np.unique(self.person[self.person != NOBODY]))

    def person_of(self, numbers: IntArray) -> IntArray:
        """Whose the source rows of these numbers are; `NOBODY` also of one that is not there any more."""
        place = np.minimum(np.searchsorted(self.number, numbers), len(self.number) - 1)
        found: IntArray = np.where(self.number[place] == numbers, self.person[place], NOBODY)
        return found


def names_somebody_twice(ids: Sequence[str | None]) -> bool:
    """Whether an id stands in two rows."""
    named = [one for one in ids if one is not None]
    return len(set(named)) < len(named)


def owners_of(rows: Sequence[FloatArray], numbers: Sequence[int], ids: Sequence[str | None]) -> Owners | None:
    """None where nobody is named twice: then the measures of whole tables say it all."""
    if not names_somebody_twice(ids):
        return None
    codes = {one: code for code, one in enumerate(dict.fromkeys(one for one in ids if one is not None))}
    order = np.argsort(np.array(numbers, dtype=np.int64))
    person = np.array([NOBODY if one is None else codes[one] for one in ids], dtype=np.int64)
    return Owners(np.stack(rows)[order], np.array(numbers, dtype=np.int64)[order], person[order])
