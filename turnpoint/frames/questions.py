"""What is asked about a table: calls about each person, or about many at a time, as plain values."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from uuid import uuid4

import httpx

from turnpoint import requests
from turnpoint.answer import Answer
from turnpoint.answers import Prediction
from turnpoint.call import Call, reading
from turnpoint.errors import (
    CellFault,
    FrameError,
    InvalidRequestError,
    TurnpointError,
    UnsendableError,
)
from turnpoint.frames.people import Naming, OnInvalid, People, Person
from turnpoint.frames.results import MADE_ID
from turnpoint.requests import RequestOptions
from turnpoint.showing.rows import LONG, WIDE

MOST_AT_ONCE = 1000
"""Vectors that one call for predictions takes."""


def naming_of(patient_id: str | None, id_columns: Sequence[str], key: str | None = None) -> Naming:
    """How people are named; ids that are made differ from call to call, unless it has a key of its own.

    Raises:
        FrameError: a column is called as one of the results is.
    """
    columns = [id_columns] if isinstance(id_columns, str) else list(id_columns)
    taken = {*LONG, *WIDE, *([] if patient_id == MADE_ID else [MADE_ID])}
    if clash := [name for name in [*columns, *([patient_id] if patient_id else [])] if name in taken]:
        why = "is what results call a column of theirs: rename it"
        raise FrameError([CellFault(None, name, why) for name in clash])
    made = uuid4().hex[:8] if key is None else hashlib.sha256(key.encode()).hexdigest()[:8]
    return Naming(patient_id, columns, f"frame-{made}")


def asking(options: RequestOptions, kind: type[Answer]) -> Callable[[Person], Call[bytes]]:
    """The call about each person; its reply is checked, and given as the bytes that it came in."""
    key = options.get("idempotency_key")
    read = reading(kind)

    def checked(response: httpx.Response) -> bytes:
        read(response)
        return response.content

    def call(person: Person) -> Call[bytes]:
        own: RequestOptions = {**options}
        if key is not None:
            own["idempotency_key"] = f"{key}-{person.row}"
        asked = requests.ask(person.patient_id, person.features, own)
        return Call(
            method=asked.method,
            route=asked.route,
            content=asked.content,
            headers=asked.headers,
            read=checked,
            passing=asked.passing,
        )

    return call


def refuse_what_is_of_one(**given: object) -> None:
    """Refuse what a question about a table cannot say.

    Raises:
        UnsendableError: something of it is given.
    """
    for name, value in given.items():
        if value is not None:
            raise UnsendableError(f"{name} is about one patient: ask with it about one at a time.")


@dataclass(slots=True)
class Risks:
    """The risks of a table, asked for in batches; `on_invalid` says what becomes of rows that are refused."""

    people: People
    on_invalid: OnInvalid
    risks: dict[int, Prediction] = field(default_factory=dict)
    errors: dict[int, TurnpointError] = field(default_factory=dict)

    def batches(self) -> Iterator[Sequence[Person]]:
        """As many people at a time as one call takes, until each has a risk or an error."""
        asked = self.people.asked
        for start in range(0, len(asked), MOST_AT_ONCE):
            batch = asked[start : start + MOST_AT_ONCE]
            while left := [one for one in batch if one.row not in self.risks and one.row not in self.errors]:
                yield left

    def keep(self, batch: Sequence[Person], told: Sequence[Prediction]) -> None:
        """The risks of a batch."""
        self.risks |= {person.row: one for person, one in zip(batch, told, strict=True)}

    def refuse(self, error: InvalidRequestError, batch: Sequence[Person]) -> None:
        """The rows of a batch that the service refuses.

        Raises:
            FrameError: rows with faults are not to be skipped.
            InvalidRequestError: the error is not about rows.
        """
        by_row: dict[int, list[CellFault]] = {}
        for fault in error.errors:
            parts = (fault.pointer or "").split("/")
            if parts[1:2] != ["instances"] or not "".join(parts[2:3]).isdecimal():
                raise error
            person = batch[int(parts[2])]
            column = parts[4] if parts[3:4] == ["features"] and len(parts) > 4 else None
            by_row.setdefault(person.row, []).append(CellFault(person.label, column, fault.detail))
        if not by_row:
            raise error
        if self.on_invalid == "reject":
            raise FrameError([fault for faults in by_row.values() for fault in faults])
        self.errors |= {row: FrameError(faults) for row, faults in by_row.items()}


def predicting(batch: Sequence[Person], model: str | None) -> Call[list[Prediction]]:
    """The call for the risks of these people."""
    return requests.predict_many([person.features for person in batch], model)
