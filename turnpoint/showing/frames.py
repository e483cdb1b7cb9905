"""Rows as a pandas DataFrame; pandas is an extra, and loaded when it is asked for."""

from collections.abc import Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any

from turnpoint.errors import LackingError
from turnpoint.showing.rows import Row

if TYPE_CHECKING:
    from pandas import DataFrame


def frame_of(
    ids: Sequence[Row],
    rows: Sequence[Sequence[Row]],
    labels: Sequence[Any] | None = None,
    index_name: Any = None,
    columns: Sequence[str] = (),
) -> "DataFrame":
    """A DataFrame of each person's rows, in their order, under their ids and labels.

    `ids` are the columns that each person's rows begin with. `columns` come behind them, and are there even
    if no row has them. Whole numbers and yes or no stay what they are where some are missing.

    Raises:
        LackingError: pandas is not installed.
    """
    pandas = pandas_or_refuse("A DataFrame")
    merged = [own | row for own, several in zip(ids, rows, strict=True) for row in several]
    names = dict.fromkeys(name for own in ids for name in own) | dict.fromkeys(columns)
    names |= dict.fromkeys(name for row in merged for name in row)
    index = None
    if labels is not None:
        repeated = [label for label, several in zip(labels, rows, strict=True) for _ in several]
        index = pandas.Index(repeated, name=index_name, dtype=None if repeated else object)
    frame = pandas.DataFrame(
        {name: _column(pandas, [row.get(name) for row in merged]) for name in names},
        columns=list(names),
    )
    return frame if index is None else frame.set_axis(index, axis="index")


def _column(pandas: Any, values: list[Any]) -> Any:
    return pandas.Series(values, dtype=_type_of(values))


def _type_of(values: list[Any]) -> str | None:
    """Of a column: whole numbers and yes or no stay what they are; None leaves it to pandas."""
    kinds = {type(value) for value in values}
    is_missing = type(None) in kinds
    kinds -= {type(None)}
    if kinds == {bool}:
        return "boolean" if is_missing else "bool"
    if kinds == {int}:
        return "Int64" if is_missing else "int64"
    if kinds and kinds <= {int, float}:
        return "float64"
    return None if kinds == {str} else "object"


def pandas_or_refuse(what: str) -> Any:
    """pandas.

    Raises:
        LackingError: it is not installed.
    """
    try:
        return import_module("pandas")
    except ImportError:
        raise LackingError(f"{what} needs pandas: pip install 'turnpoint[frames]'") from None
