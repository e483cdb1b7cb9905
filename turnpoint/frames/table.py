"""A table as plain Python: labels of rows, and columns of values, whichever library it comes from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeGuard

from turnpoint.answers import Value
from turnpoint.errors import CellFault, FrameError


class FrameLike(Protocol):
    """A table of pandas, polars or PyArrow."""

    @property
    def columns(self) -> Any: ...
    def __len__(self) -> int: ...


Frame = FrameLike | Sequence[Mapping[str, Value]]
"""What is taken for a table of people: a row for each, a column for each feature."""

_KINDS = "is not a table: give a DataFrame of pandas or polars, a table of PyArrow, or a list of dicts"


@dataclass(frozen=True, slots=True)
class Table:
    """`labels` name the rows, as the index of pandas does; without one they are numbered from 0.

    `columns` have a value for each row. `index` is the name of what labels the rows.
    """

    labels: Sequence[Any]
    columns: Mapping[str, Sequence[Any]]
    index: Any = None

    def __len__(self) -> int:
        return len(self.labels)


def read_table(frame: Frame) -> Table:
    """A table as it is, before anything in it is looked at.

    Raises:
        FrameError: it is none, has no rows or columns, a column twice, or an index of several levels.
    """
    if isinstance(frame, Sequence) and not isinstance(frame, str | bytes):
        table = _of_records(frame)
    elif hasattr(frame, "iloc") and hasattr(frame, "columns"):
        table = _of_pandas(frame)
    elif hasattr(frame, "to_pydict"):
        table = _of_arrow(frame)
    elif hasattr(frame, "get_columns"):
        table = _of_polars(frame)
    else:
        raise _refused(_KINDS)
    if len(table.columns) == 0:
        raise _refused("has no columns")
    if len(table) == 0:
        raise _refused("has no rows")
    return table


def _of_records(records: Sequence[Any]) -> Table:
    if not all(isinstance(record, Mapping) for record in records):
        raise _refused(_KINDS)
    names = list(dict.fromkeys(str(name) for record in records for name in record))
    return Table(range(len(records)), {name: [record.get(name) for record in records] for name in names})


def _of_pandas(frame: Any) -> Table:
    if getattr(frame.columns, "nlevels", 1) > 1:
        raise _refused("has columns of several levels: give it one name for each column")
    if getattr(frame.index, "nlevels", 1) > 1:
        raise _refused("has an index of several levels: make columns of it with reset_index()")
    names = [str(name) for name in frame.columns]
    _refuse_twice(names)
    values = [frame.iloc[:, place].tolist() for place in range(len(names))]
    return Table(frame.index.tolist(), dict(zip(names, values, strict=True)), frame.index.name)


def _of_arrow(table: Any) -> Table:
    names = [str(name) for name in table.column_names]
    return _of_columns(names, [column.to_pylist() for column in table.columns])


def _of_polars(frame: Any) -> Table:
    names = [str(name) for name in frame.columns]
    return _of_columns(names, [column.to_list() for column in frame.get_columns()])


def _of_columns(names: Sequence[str], values: Sequence[Sequence[Any]]) -> Table:
    _refuse_twice(names)
    return Table(range(len(values[0]) if values else 0), dict(zip(names, values, strict=True)))


def _refuse_twice(names: Sequence[str]) -> None:
    twice = list(dict.fromkeys(name for name in names if names.count(name) > 1))
    if twice:
        raise FrameError([CellFault(None, place(name, names), "is there more than once") for name in twice])


def place(name: str, names: Sequence[str]) -> str:
    """What to call a column: by its name where that is plain, else by its place, as it may be data."""
    plain = len(name) <= 40 and name.isascii() and name.replace("_", "").replace("-", "").isalnum()
    return name if plain and not name.isdigit() else f"number {list(names).index(name) + 1}"


def _refused(detail: str) -> FrameError:
    return FrameError([CellFault(None, None, f"it {detail}")])


def is_frame(given: object) -> TypeGuard[FrameLike]:
    """Whether something is a table of a library, and neither rows nor a file."""
    return any(hasattr(given, name) for name in ("iloc", "to_pydict", "get_columns"))
