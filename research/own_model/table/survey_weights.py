"""The column of survey weights: for how many people of the population each row stands."""

import numpy as np

from app.domain.schema import BoolArray, FloatArray
from research.own_model.table.raw import Numbers, RawColumn, texts_of
from research.training.errors import TrainingError


def weights_of(column: RawColumn, kept: BoolArray) -> FloatArray:
    """The weights of the rows that are kept, shape (rows,).

    Raises:
        TrainingError: a row has none, or one that is not a number above 0.
    """
    cells = column.read()
    values = cells.values if isinstance(cells, Numbers) else _numbers(column)
    wrong = kept & ~(np.isfinite(values) & (values > 0))
    if wrong.any():
        raise TrainingError(
            f'The column "{column.name}" holds something else than a weight above 0 in {int(wrong.sum()):,} '
            f"rows, the first is row {int(np.argmax(wrong)) + 1}."
        )
    return values[kept]


def _numbers(column: RawColumn) -> FloatArray:
    """Cells of a text file as numbers with a decimal point; NaN where a cell is none.

    Raises:
        TrainingError: the column holds neither words nor numbers.
    """
    try:
        texts = texts_of(column.read())
    except TypeError as error:
        raise TrainingError(f'The column "{column.name}" holds {error}, not weights.') from error
    return np.array([_number(text) for text in texts])


def _number(text: str | None) -> float:
    try:
        return float(text or "")
    except ValueError:
        return float("nan")
