"""The categories of a column, as a schema can name them."""

import re

import pandas as pd

from app.domain.feature import Category
from research.own_model.table.raw import number_text

_CODE = re.compile(r"[A-Za-z]+(_[A-Za-z]+)+")
_SPELLED = {"[": "(", "]": ")", "<": "under "}
"""XGBoost takes no name of a column that holds these signs."""


def categories_of(values: "pd.Series") -> list[Category]:
    """The words of a column in alphabetical order, numbers by size; a word that no column's name may hold is
    spelled differently, and remains as the label.

    A code such as `some_days` is labelled by its words.
    """
    known = values.dropna().unique().tolist()
    words = [(number_text(v) or "") if isinstance(v, float) else str(v) for v in sorted(known)]
    taken = set(words)
    labels = [_CODE.fullmatch(word) and word.replace("_", " ") for word in words]
    return [
        Category(value=_free(word, taken), label=label if label and label not in words else word)
        for word, label in zip(words, labels, strict=True)
    ]


def _free(word: str, taken: set[str]) -> str:
    """How a word is spelled as a value, which is neither another's spelling nor another word."""
    value = "".join(_SPELLED.get(sign, sign) for sign in word)
    while value != word and value in taken:
        value += " (again)"
    taken.add(value)
    return value
