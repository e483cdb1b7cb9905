"""The categories of a column, as a schema can name them."""

import pandas as pd

from app.domain.feature import Category
from research.own_model.table.raw import number_text

_SPELLED = {"[": "(", "]": ")", "<": "under "}
"""XGBoost takes no name of a column that holds these signs."""


def categories_of(values: "pd.Series") -> list[Category]:
    """The words of a column in alphabetical order, numbers by size; a word that no column's name may hold is
    spelled differently, and remains as the label."""
    known = values.dropna().unique().tolist()
    words = [number_text(value) if isinstance(value, float) else str(value) for value in sorted(known)]
    categories: list[Category] = []
    taken: set[str] = set()
    labels: set[str] = set()
    for word in words:
        value, label = _value(word or ""), _printable(word or "")
        while value in taken:
            value += " (again)"
        while label in labels:
            label += " (again)"
        taken.add(value)
        labels.add(label)
        categories.append(Category(value=value, label=label))
    return categories


def _value(word: str) -> str:
    return " ".join("".join(_SPELLED.get(sign, sign) for sign in _printable(word)).split())


def _printable(word: str) -> str:
    return (
        " ".join("".join(sign if sign >= " " and sign != "\x7f" else " " for sign in word).split()) or "blank"
    )
