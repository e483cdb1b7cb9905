"""Which of a patient's results counts: rows are added and never changed, and a row may replace another."""

from collections.abc import Sequence
from enum import StrEnum
from uuid import UUID

from app.storage.consultation_tables import MeasurementRow


class Status(StrEnum):
    """What has become of a recorded result."""

    STANDS = "stands"  # the newest: it overrules the estimate where any result does
    EARLIER = "earlier"  # another one was measured later
    REPLACED = "replaced"  # it was corrected or taken back
    WITHDRAWN = "withdrawn"  # it takes back what it replaces


def newest_first(rows: Sequence[MeasurementRow]) -> list[MeasurementRow]:
    """By the day of the measurement; of one day, the newest row first."""
    return sorted(rows, key=lambda row: (row.measured_on, row.id), reverse=True)


def last_of_chains(rows: Sequence[MeasurementRow]) -> list[MeasurementRow]:
    """Rows that nothing replaces, those that take a result back included; newest measured first."""
    replaced = {row.replaces for row in rows}
    return newest_first([row for row in rows if row.id not in replaced])


def last_of_chain(rows: Sequence[MeasurementRow], row: MeasurementRow) -> MeasurementRow:
    """What a row has been replaced by in the end; itself where nothing replaces it."""
    by_replaced = {one.replaces: one for one in rows if one.replaces}
    while row.id in by_replaced:
        row = by_replaced[row.id]
    return row


def said_already(rows: Sequence[MeasurementRow], new: MeasurementRow) -> MeasurementRow | None:
    """The end of a chain that says the same, by somebody who had seen as much: a button pressed twice."""
    for row in last_of_chains(rows):
        seen = (row.replaces, row.id) if new.is_withdrawn else (None, row.replaces, row.id)
        if _says(row) == _says(new) and new.replaces in seen:
            return row
    return None


def _says(row: MeasurementRow) -> tuple[object, ...]:
    return row.measured_on, row.value, row.has_outcome, row.is_withdrawn


def current_results(rows: Sequence[MeasurementRow]) -> list[MeasurementRow]:
    """Results that are neither replaced nor taken back, newest measured first."""
    return [row for row in last_of_chains(rows) if not row.is_withdrawn]


def standing_result(rows: Sequence[MeasurementRow]) -> MeasurementRow | None:
    """The newest measured result: the one that overrules the estimate, where any does."""
    return next(iter(current_results(rows)), None)


def statuses_of(rows: Sequence[MeasurementRow]) -> dict[UUID, Status]:
    """What has become of each row of one patient and model."""
    ends = {row.id for row in last_of_chains(rows)}
    stands = standing_result(rows)

    def status_of(row: MeasurementRow) -> Status:
        if row.id not in ends:
            return Status.REPLACED
        if row.is_withdrawn:
            return Status.WITHDRAWN
        return Status.STANDS if row is stands else Status.EARLIER

    return {row.id: status_of(row) for row in rows}
