"""From a column of words to values: numbers, yes or no, or categories; or why there are none."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from app.domain.schema import BoolArray, FloatArray
from research.own_model.table import cell_words
from research.own_model.table.number_cells import NumberCell, number_of
from research.own_model.table.raw import Cells, Numbers, Unread, Words

MOST_WORDS = 200
"""A column of more different words is free text."""
ODD = 0.05
"""Share of cells that may be something else than the column's other cells; they are then missing."""
_LONGEST_ID = 1e20
"""Ids of more digits are rarely kept as numbers."""
LARGEST = 1e15
"""Larger whole numbers are not told apart as floating-point numbers are."""


@dataclass(slots=True)
class ColumnValues:
    """What became of a column: its values, or why it is left out, or what its owner must do to it first.

    `values` are float64 with NaN, pandas' `boolean`, or text with missing values.
    """

    values: "pd.Series | None" = None
    left_out: str | None = None
    fault: str | None = None
    unit: str | None = None
    """What was written beside the numbers."""
    notes: list[str] = field(default_factory=list)
    """Each the end of a sentence that begins with the column's name."""
    missing: dict[str, int] = field(default_factory=dict)
    """Words that were taken as missing, and in how many cells they are."""


def values_of(cells: Cells, decimal: str) -> ColumnValues:
    """The values of a column; `decimal` is the mark before the decimals of a number in a text."""
    if isinstance(cells, Unread):
        return ColumnValues(left_out=f"it holds {cells.what}; {_advice_on(cells.what)}")
    column = ColumnValues()
    if isinstance(cells, Numbers):
        _take_numbers(column, cells.values)
    else:
        _take_words(column, cells, decimal)
    return column


def _advice_on(what: str) -> str:
    if what.startswith("dates"):
        return "work out from them what matters, such as an age or a number of days"
    return "turn it into numbers or words"


def _take_words(column: ColumnValues, cells: Words, decimal: str) -> None:
    counts = cells.counts()
    known = [
        place for place, word in enumerate(cells.words) if counts[place] and not cell_words.is_missing(word)
    ]
    column.missing = {
        word: int(counts[place])
        for place, word in enumerate(cells.words)
        if counts[place] and cell_words.is_missing(word)
    }
    total = int(counts[known].sum())
    lower = {cells.words[place].lower() for place in known}
    if total == 0:
        column.left_out = "it is empty"
    elif lower <= cell_words.YES | cell_words.NO:
        _take_answers(column, cells, known)
    elif counts[[place for place in known if cell_words.is_date(cells.words[place])]].sum() > total * 0.8:
        column.left_out = f"it holds dates or times; {_advice_on('dates')}"
    else:
        _take_numbers_or_categories(column, cells, known, decimal)


def _take_answers(column: ColumnValues, cells: Words, known: Sequence[int]) -> None:
    meaning = {place: cells.words[place].lower() in cell_words.YES for place in known}
    answers = [meaning.get(code) for code in cells.codes.tolist()]
    column.values = pd.Series(answers, dtype="boolean")


def _take_numbers_or_categories(
    column: ColumnValues, cells: Words, known: Sequence[int], decimal: str
) -> None:
    counts = cells.counts()
    numbers = {place: cell for place in known if (cell := number_of(cells.words[place], decimal)) is not None}
    absent = {p for p in known if p not in numbers and cells.words[p].lower() in cell_words.MISSING_NUMBER}
    other = [place for place in known if place not in numbers and place not in absent]
    share = counts[list(numbers)].sum() / (counts[list(numbers)].sum() + counts[other].sum() or 1)
    if numbers and share >= 1 - ODD:
        column.missing |= {cells.words[place]: int(counts[place]) for place in sorted(absent)}
        if other:
            column.notes.append(
                f"{_cells(counts[other].sum())} no number, the first in row {cells.first_row(other)}: "
                "taken as missing"
            )
        _take_numeric_words(column, cells, numbers)
    elif len(known) <= MOST_WORDS and len(known) <= counts.sum() / 2:
        _take_categories(column, cells, known)
    elif share >= 0.5:
        column.fault = (
            f"mixes numbers with other text: {_cells(counts[other].sum())} no number, the first in row "
            f"{cells.first_row(other)}. Correct them, empty them, or leave the column out"
        )
    elif len(known) > 0.95 * counts.sum():
        column.left_out = "it differs in nearly every row, as names of people and free text do"
    else:
        column.left_out = f"it holds {len(known):,} different words; group them into a few"


def _take_numeric_words(column: ColumnValues, cells: Words, numbers: Mapping[int, NumberCell]) -> None:
    counts = cells.counts()
    by_unit: dict[str | None, list[int]] = {}
    for place, cell in numbers.items():
        by_unit.setdefault(cell.unit, []).append(place)
    stated = [unit for unit in by_unit if unit is not None]
    if len(stated) > 1 or _is_share_beside_percent(by_unit, numbers):
        where = ", ".join(f"{unit or 'none'} from row {cells.first_row(by_unit[unit])}" for unit in by_unit)
        column.fault = f"mixes units ({where}). Convert it to one"
        return
    if stated:
        column.unit = stated[0]
        column.notes.append(f'"{stated[0]}" was taken off {_count(counts[by_unit[stated[0]]].sum(), "cell")}')
    if money := [place for place, cell in numbers.items() if cell.currency]:
        column.notes.append(f"the sign of a currency was taken off {_count(counts[money].sum(), 'cell')}")
    if bounds := [place for place, cell in numbers.items() if cell.bound]:
        column.notes.append(
            f"{_count(counts[bounds].sum(), 'cell')} with a limit such as <5, the first in row "
            f"{cells.first_row(bounds)}: the number itself was taken"
        )
    value_of = np.full(len(cells.words) + 1, np.nan)  # the last one is of empty cells, whose code is -1
    for place, cell in numbers.items():
        value_of[place] = cell.value
    _take_numbers(column, value_of[cells.codes])


def _is_share_beside_percent(
    by_unit: Mapping[str | None, Sequence[int]], numbers: Mapping[int, NumberCell]
) -> bool:
    """Whether some cells say 45 % and others, by their size, 0.45."""
    if "%" not in by_unit or None not in by_unit:
        return False
    percent = max(abs(numbers[place].value) for place in by_unit["%"])
    return percent > 1 >= max(abs(numbers[place].value) for place in by_unit[None])


def _take_numbers(column: ColumnValues, values: FloatArray) -> None:
    given = ~np.isnan(values)
    infinite, large = np.isinf(values), np.abs(values) > LARGEST
    if not given.any():
        column.left_out = "it is empty"
    elif large.sum() > ODD * given.sum():
        column.left_out = _why_too_large(values[large])
    else:
        for told, what in ((infinite, "infinite"), (large & ~infinite, "above 10^15")):
            if told.any():
                column.notes.append(
                    f"{_cells(told.sum())} {what}, the first in row {_first(told)}: taken as missing"
                )
        _keep_numbers(column, np.where(large, np.nan, values))


def _why_too_large(values: FloatArray) -> str:
    if np.isinf(values).any():
        return "it holds infinite numbers"
    if np.abs(values).max() > _LONGEST_ID:
        return "its numbers are above 10^15, which nothing measured is"
    return "its numbers are too large to be told apart, as those of an identifier are"


def _keep_numbers(column: ColumnValues, values: FloatArray) -> None:
    given = values[~np.isnan(values)]
    if column.unit is None and np.isin(given, (0.0, 1.0)).all():
        answers = [None if np.isnan(value) else value == 1 for value in values.tolist()]
        column.values = pd.Series(answers, dtype="boolean")
    else:
        column.values = pd.Series(values)


def _take_categories(column: ColumnValues, cells: Words, known: Sequence[int]) -> None:
    """Words that differ in capitals alone are one, spelled as most cells spell it."""
    counts = cells.counts()
    spelling: dict[str, int] = {}
    for place in sorted(known, key=lambda place: -counts[place]):
        spelling.setdefault(cells.words[place].lower(), place)
    if len(spelling) < len(known):
        column.notes.append("words that differ in capitals alone were taken as one")
    kept = {place: cells.words[spelling[cells.words[place].lower()]] for place in known}
    column.values = pd.Series([kept.get(code) for code in cells.codes.tolist()], dtype="str")


def _cells(count: int) -> str:
    return f"{count:,} cell is" if count == 1 else f"{count:,} cells are"


def _count(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def _first(told: BoolArray) -> int:
    return int(np.argmax(told)) + 1
