"""What a cell of a table stands for; docs/tables.md lists it."""

import math
from decimal import Decimal
from typing import Any

from app.domain.feature import Feature, Kind
from app.parsing.free_text import read_free_text
from app.parsing.numbers import NumberError, read_number

_UNKNOWN = {"", "-", ".", "na", "n/a", "#n/a", "<na>", "nan", "null", "none"}
_YES_NO = {
    "true": True,
    "yes": True,
    "y": True,
    "t": True,
    "false": False,
    "no": False,
    "n": False,
    "f": False,
}
_LONGEST_ID = 200


def read_cell(feature: Feature, cell: Any) -> Any:
    """A value in the feature's kind, None where it is not known.

    What has another kind stays as it is, for the check of the row to refuse.

    Raises:
        NumberError: a text that is no number where one belongs.
    """
    if isinstance(cell, str):
        return _from_text(feature, cell.strip())
    if isinstance(cell, Decimal):
        cell = float(cell)
    if isinstance(cell, float) and math.isnan(cell):
        return None
    return _as_yes_or_no(cell) if feature.kind is Kind.BOOLEAN else cell


def read_id(cell: Any) -> str | None:
    """A row's id of the caller's, as text; None where the cell is empty.

    Raises:
        ValueError: it is no text fit to be kept and no whole number; its message says so without it.
    """
    if cell is None or cell == "" or (isinstance(cell, float) and math.isnan(cell)):
        return None
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)  # what has gaps is kept as floats by pandas
    if not isinstance(cell, str | int) or isinstance(cell, bool):
        raise ValueError("must be text or a whole number")
    text = read_free_text(str(cell))
    if len(text) > _LONGEST_ID:
        raise ValueError("is too long")
    return text


def _from_text(feature: Feature, text: str) -> Any:
    if feature.kind is Kind.CATEGORY and text in [category.value for category in feature.categories]:
        return text  # also where a category is called none
    if text.lower() in _UNKNOWN:
        return None
    if feature.kind is Kind.CATEGORY:
        return text
    if feature.kind is Kind.BOOLEAN:
        return _yes_or_no(text)
    return read_number(text)


def _yes_or_no(text: str) -> Any:
    if text.lower() in _YES_NO:
        return _YES_NO[text.lower()]
    try:
        return _as_yes_or_no(read_number(text))
    except NumberError:
        return text


def _as_yes_or_no(value: Any) -> Any:
    return bool(value) if isinstance(value, int | float) and value in (0, 1) else value
