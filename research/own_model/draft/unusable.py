"""Why a column of an owner's table cannot be a feature as it is."""

import pandas as pd

from app.domain.feature import Kind
from research.own_model.draft.categories import categories_of
from research.own_model.draft.scales import MOST_CATEGORIES, kind_of, scale_of


def why_no_feature(values: "pd.Series", unit: str | None) -> str | None:
    """The end of a sentence about the column, which says what to do; None where it can be a feature."""
    kind = kind_of(values, unit)
    if kind is Kind.CATEGORY and (many := len(categories_of(values))) > MOST_CATEGORIES:
        return f"it has {many} categories; group them into at most {MOST_CATEGORIES}"
    if kind in (Kind.NUMBER, Kind.INTEGER):
        known = values.dropna().to_numpy()
        if scale_of(known, known) is None:
            return "its numbers are too small to be kept to five decimals; give it in a smaller unit"
    return None
