"""The answers about a table: in its order, beside its labels and the caller's columns."""

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload

from turnpoint.answer import Answer
from turnpoint.answers import Prediction
from turnpoint.errors import FrameError, TurnpointError
from turnpoint.frames.outcomes import Outcomes, RowFailure
from turnpoint.frames.people import People
from turnpoint.showing.frames import frame_of
from turnpoint.showing.html import PEOPLE_HEAD, UNRECORDED, people_rows, percent, table
from turnpoint.showing.rows import DASH, LONG, Form, Row, rows_of

if TYPE_CHECKING:
    from pandas import DataFrame

T = TypeVar("T")
_SHOWN = 20
"""People whom a notebook is shown; a table has them all."""
MADE_ID = "patient_id"
"""The column of ids that were made."""


class InOrder(Sequence[T | None], Generic[T]):
    """Something for each row in its order, None where the row failed; read when it is looked at."""

    def __init__(self, rows: int, read: Callable[[int], T | None]) -> None:
        self._rows, self._read = range(rows), read

    def __len__(self) -> int:
        return len(self._rows)

    @overload
    def __getitem__(self, place: int) -> T | None: ...
    @overload
    def __getitem__(self, place: slice) -> list[T | None]: ...
    def __getitem__(self, place: int | slice) -> T | list[T | None] | None:
        if isinstance(place, slice):
            return [self._read(row) for row in self._rows[place]]
        return self._read(self._rows[place])

    def __iter__(self) -> Iterator[T | None]:
        return map(self._read, self._rows)


class _OfTable:
    """What answers and predictions of a table have in common."""

    def __init__(self, people: People, errors: dict[int, TurnpointError], recorded: bool) -> None:
        self._people = people
        self.recorded = recorded
        """Whether the service has all of it on record."""
        faulty = {row: FrameError(faults) for row, faults in people.faulty.items()}
        self.failures = [
            RowFailure(row, people.table.labels[row], error)
            for row, error in sorted((faulty | errors).items())
        ]
        """Rows without an answer, and why; in the table's order."""

    def __len__(self) -> int:
        return len(self._people.table)

    @property
    def labels(self) -> Sequence[Any]:
        """What the rows are called: the index of the table."""
        return self._people.table.labels

    def _frame(self, ids: Sequence[Row], rows: list[list[Row]], columns: Sequence[str]) -> "DataFrame":
        return frame_of(ids, rows, self.labels, self._people.table.index, columns)

    def _said(self, what: str) -> str:
        told = [f"{len(self) - len(self.failures)} of {len(self)} rows have {what}."]
        if self.failures:
            told.append("`failures` says why the others have none.")
        if not self.recorded:
            told.append(UNRECORDED)
        return " ".join(told)


class FrameAnswers(_OfTable):
    """The answers about the people of a table, in its order.

    `answers` has an `Answer` for each row, None for one that failed; `failures` says why. `patient_ids` are
    what the rows were asked under; with `made_ids` they were made, and tables have them as `patient_id`.
    """

    def __init__(self, people: People, outcomes: Outcomes, kind: type[Answer]) -> None:
        super().__init__(people, outcomes.errors, kind.recorded)
        self.made_ids = people.made_ids
        self.answers: Sequence[Answer | None] = InOrder(len(people.table), _reader(outcomes, kind))
        self._asked = {person.row: person.patient_id for person in people.asked}

    @property
    def patient_ids(self) -> list[str | None]:
        """By row; None where a row was not asked about."""
        return [self._asked.get(row) for row in range(len(self))]

    def to_frame(self, form: Form = "long", *, changes_only: bool = False) -> "DataFrame":
        """All options and improvements as one pandas DataFrame, under the rows' labels.

        `long`: a row for each option and feature that changes, with `from` and `to`. `wide`: each person as
        they are, then each of their options; with `changes_only` an option has the features that change.
        Columns: the caller's own, what an option comes to, and in the wide form the features in the model's
        order.

        Raises:
            LackingError: pandas is not installed.
        """
        rows = self._rows(lambda answer: rows_of(answer, form, changes_only))
        return self._frame(self._ids(), rows, LONG if form == "long" else ())

    def visualize_as_dataframe(self, show_only_changes: bool = False) -> "DataFrame":
        """As of DiCE's explanations: the wide table, with "-" for what an option leaves as it is."""
        rows = self._rows(lambda answer: rows_of(answer, "wide", show_only_changes, DASH))
        return self._frame(self._ids(), rows, ())

    def _rows(self, of: Callable[[Answer], list[Row]]) -> list[list[Row]]:
        return [[] if answer is None else of(answer) for answer in self.answers]

    def _ids(self) -> list[Row]:
        if not (self.made_ids and self.recorded):
            return list(self._people.ids)
        ids = zip(self._people.ids, self.patient_ids, strict=True)
        return [{MADE_ID: made} | own for own, made in ids]

    def _said(self, what: str) -> str:
        told = super()._said(what)
        return f"{told} Ids of patients were made." if self.made_ids and self.recorded else told

    def __repr__(self) -> str:
        return f"<FrameAnswers: {self._said('an answer')}>"

    def _repr_html_(self) -> str:
        rows: list[list[str]] = []
        for row in range(min(_SHOWN, len(self))):
            if (answer := self.answers[row]) is not None:
                rows += people_rows(self._people.label(row), answer)
        caption = self._said("an answer")
        if len(self) > _SHOWN:
            caption += f" The first {_SHOWN} are shown; to_frame() has all."
        return table(caption, PEOPLE_HEAD, rows)


class FramePredictions(_OfTable):
    """The risks of the people of a table, in its order.

    `predictions` has a `Prediction` for each row, None for one that failed; `failures` says why.
    """

    def __init__(
        self,
        people: People,
        predictions: dict[int, Prediction],
        errors: dict[int, TurnpointError],
        recorded: bool,
    ) -> None:
        super().__init__(people, errors, recorded)
        self.predictions: Sequence[Prediction | None] = InOrder(len(people.table), predictions.get)

    def to_frame(self) -> "DataFrame":
        """A row for each person who has a risk: the caller's columns, the risk and how sure it is.

        `warnings` counts the values that should be checked.

        Raises:
            LackingError: pandas is not installed.
        """
        rows = [[] if one is None else [_risk_row(one)] for one in self.predictions]
        return self._frame(list(self._people.ids), rows, _RISK)

    def __repr__(self) -> str:
        return f"<FramePredictions: {self._said('a risk')}>"

    def _repr_html_(self) -> str:
        rows = [
            [self._people.label(row), percent(one.risk), one.label, _band(one)]
            for row in range(min(_SHOWN, len(self)))
            if (one := self.predictions[row]) is not None
        ]
        return table(self._said("a risk"), ("Row", "Risk", "Label", "Nine of ten refits"), rows)


_RISK = ("risk", "label", "threshold", "band_low", "band_high", "certainty", "warnings")


def _risk_row(one: Prediction) -> Row:
    low, high = one.band or (None, None)
    certainty = str(one.certainty) if one.certainty else None
    told = (one.risk, one.label, one.threshold, low, high, certainty, len(one.warnings))
    return dict(zip(_RISK, told, strict=True))


def _band(one: Prediction) -> str:
    return f"{percent(one.band[0])} to {percent(one.band[1])}" if one.band else ""


def _reader(outcomes: Outcomes, kind: type[Answer]) -> Callable[[int], Answer | None]:
    def read(row: int) -> Answer | None:
        reply = outcomes.reply(row)
        return None if reply is None else kind.model_validate_json(reply)

    return read
