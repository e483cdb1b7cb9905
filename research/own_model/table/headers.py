"""Names of columns: those without one, those that two have, and the one that is asked for."""

import difflib
from collections.abc import Sequence

from research.own_model.table.raw import RawColumn, RawTable
from research.training.errors import TrainingError

_MOST_NAMED = 30


def named_columns(table: RawTable, left_out: dict[str, str], notes: list[str]) -> list[RawColumn]:
    """The columns that have a name of their own; the others are told in `left_out` and `notes`.

    Raises:
        TrainingError: two columns have a name, and are not the same.
    """
    kept: dict[str, RawColumn] = {}
    for column in table.columns:
        if not column.name or column.name.lower().startswith("unnamed:"):
            left_out[f"column {column.place}"] = "it has no name; give it one if it is to be used"
        elif column.name not in kept:
            kept[column.name] = column
        elif kept[column.name].data.equals(column.data):
            notes.append(f'The column "{column.name}" is there twice, with the same cells: one was taken.')
        else:
            first = kept[column.name].place
            raise TrainingError(
                f'Columns {first} and {column.place} are both called "{column.name}", with different cells. '
                "Give one of them another name."
            )
    return list(kept.values())


def find_column(columns: Sequence[RawColumn], name: str, what: str) -> RawColumn:
    """The column of this name.

    Raises:
        TrainingError: there is none; the columns that there are, and the nearest name, are told.
    """
    for column in columns:
        if column.name == name:
            return column
    raise TrainingError(no_such_column([column.name for column in columns], name, what))


def no_such_column(names: Sequence[str], name: str, what: str) -> str:
    """The sentence that a column is not there, with what may have been meant."""
    by_small = {other.lower(): other for other in names}
    near = difflib.get_close_matches(name.lower(), by_small, n=1)
    meant = f' Did you mean "{by_small[near[0]]}"?' if near else ""
    return f'The table has no column "{name}" for {what}.{meant} Its columns are {listed(names)}.'


def listed(names: Sequence[str]) -> str:
    """Names one after the other; of very many the first."""
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    return ", ".join(f'"{name}"' for name in names[:_MOST_NAMED]) + more
