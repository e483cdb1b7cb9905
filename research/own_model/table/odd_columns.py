"""Columns of good values that are no features: constants, numbers of rows, ids, the outcome again."""

import re

import numpy as np
import pandas as pd

from app.domain.schema import BoolArray

_ID = re.compile(
    r"(?:.*[_ .-])?(?:id|ids|uuid|guid|mrn|seqn|pid|eid|ssn|identifier)"
    r"|index|row ?names?|[a-z]*(?:patient|person)id"
)
_NUMBERED = re.compile(
    r"(?:.*[_ .-])?(?:no|nr|num|number|record|case|subject|patient|person|participant|name)\.?"
)
_FEW = 20
"""A column of so few different values is of groups, such as hospitals, whatever its name."""


def why_no_feature(name: str, values: "pd.Series", outcome: BoolArray) -> str | None:
    """Why a column cannot be a feature; None if it can.

    `values` and `outcome` are of the rows that tell the outcome.
    """
    known = values.dropna()
    if len(known) == 0:
        return "it is empty in the rows that tell the outcome"
    distinct = known.nunique()
    if distinct == 1:
        empty = "" if len(known) == len(values) else " that has a value; if an empty cell means no, write no"
        return f"it says the same in every row{empty}"
    if is_numbering(values):
        return "it numbers the rows"
    if names_people(name, values):
        return 'it names people; say --id "' + name + '" if a person can have several rows'
    if distinct == 2 and _is_outcome(values, outcome):
        return "it says the same as the outcome in every row"
    return None


def is_numbering(values: "pd.Series") -> bool:
    """Whether a column counts the rows, from whatever number."""
    if values.dtype != np.float64 or values.isna().any() or len(values) < 3:
        return False
    row = values.index.to_numpy(dtype=np.float64)
    return bool(np.all(np.diff(values.to_numpy()) == np.diff(row)))


def names_people(name: str, values: "pd.Series") -> bool:
    """Whether a column is of ids, by its name and by how many different values it has."""
    distinct = values.nunique()
    if values.dtype == np.float64 and (values.dropna() % 1 != 0).any():
        return False
    small = name.lower()
    if distinct > _FEW and _ID.fullmatch(small):
        return True
    return distinct > 0.95 * len(values) and _NUMBERED.fullmatch(small) is not None


def _is_outcome(values: "pd.Series", outcome: BoolArray) -> bool:
    """Whether a column of two values tells the outcome of everybody of whom it tells anything."""
    known = values.notna().to_numpy()
    first = (values == values[known].iloc[0]).fillna(False).to_numpy(dtype=bool)
    same = first[known] == outcome[known]
    return bool(same.all() or not same.any())
