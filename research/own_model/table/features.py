"""The columns of an owner's table that can be features, and what was done to them."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from research.own_model.table.column_values import ColumnValues, values_of
from research.own_model.table.headers import listed
from research.own_model.table.number_cells import decimal_mark, parts_thousands
from research.own_model.table.odd_columns import why_no_feature
from research.own_model.table.outcome import Outcome
from research.own_model.table.raw import Cells, RawColumn, Words
from research.training.errors import TrainingError


def features_of(
    columns: Sequence[RawColumn],
    delimiter: str | None,
    judged: Outcome,
    left_out: dict[str, str],
    notes: list[str],
) -> "tuple[pd.DataFrame, dict[str, str]]":
    """The columns that can be features, in the rows that tell the outcome, and the units that cells state.

    What is mended is told in `notes`, and why a column is no feature in `left_out`. Columns are read one
    after the other, so that the words of one alone are held.

    Raises:
        TrainingError: columns hold what must be corrected first; every one is named.
    """
    usual = _usual_decimal(columns, delimiter)
    index = pd.Index(np.flatnonzero(judged.known) + 1)
    kept: dict[str, pd.Series] = {}
    units: dict[str, str] = {}
    faults: list[str] = []
    missing: dict[str, dict[str, int]] = {}
    for column in columns:
        cells = column.read()
        own = _own_decimal(cells)
        read = values_of(cells, own or usual)
        if own is None:
            _note_thousands(cells, read, usual)
        reason = read.left_out
        if read.fault is not None:
            faults.append(f'The column "{column.name}" {read.fault}.')
        elif read.values is not None:
            values = read.values[judged.known].set_axis(index)
            reason = why_no_feature(column.name, values, judged.there[judged.known])
            if reason is None:
                kept[column.name] = values
                _take_notes(column.name, read, notes, missing, units)
        if reason is not None:
            left_out[column.name] = reason
    if faults:
        raise TrainingError(" ".join(faults))
    notes += _missing_notes(missing)
    return pd.DataFrame(kept, index=index), units


def _take_notes(
    name: str, read: ColumnValues, notes: list[str], missing: dict[str, dict[str, int]], units: dict[str, str]
) -> None:
    notes += [f'In the column "{name}" {note}.' for note in read.notes]
    for word, count in read.missing.items():
        missing.setdefault(word, {})[name] = count
    if read.unit is not None:
        units[name] = read.unit


def _usual_decimal(columns: Sequence[RawColumn], delimiter: str | None) -> str:
    """The mark before decimals that the columns which tell it use most."""
    marks = [mark for column in columns if (mark := _own_decimal(column.read())) is not None]
    comma, point = marks.count(","), marks.count(".")
    if comma == point:
        return "," if delimiter == ";" else "."
    return "," if comma > point else "."


def _own_decimal(cells: Cells) -> str | None:
    return decimal_mark(cells.words) if isinstance(cells, Words) else None


def _note_thousands(cells: Cells, read: ColumnValues, decimal: str) -> None:
    """Tell that 1,234 was taken for a thousand and some, where the column itself does not tell."""
    is_number = read.values is not None and read.values.dtype == np.float64
    if is_number and isinstance(cells, Words) and parts_thousands(cells.words, decimal):
        read.notes.append(f"{'1,234' if decimal == '.' else '1.234'} was read as a thousand and some")


def _missing_notes(missing: dict[str, dict[str, int]]) -> list[str]:
    return [
        f'"{word}" was taken as missing, in {sum(by_column.values()):,} cells of {listed(list(by_column))}.'
        for word, by_column in missing.items()
    ]
