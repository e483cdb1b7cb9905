"""An owner's table once it is read: features, outcome, who is who, and what was done to get there."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from app.domain.schema import BoolArray, FloatArray


@dataclass(frozen=True, slots=True)
class OwnTable:
    """The rows that tell the outcome, in the file's order.

    `frame` holds the columns that can be features, in the file's order: float64 with NaN, pandas' `boolean`,
    or text with missing values. Its index has each row's number in the file, the first below the header
    being 1.
    """

    frame: "pd.DataFrame"
    outcome: BoolArray
    """Who has it, shape (rows,)."""
    ids: list[str]
    """Whose row each is; the row's number where there is no column of ids."""
    sites: list[str] | None
    name: str
    """The file's name, without its ending."""
    sha256: str
    """Of the file."""
    notes: list[str]
    """What was mended or dropped and why, each a sentence."""
    left_out: Mapping[str, str] = field(default_factory=dict)
    """Columns that are no features, each with why."""
    units: Mapping[str, str] = field(default_factory=dict)
    """Units that a column's cells state."""
    outcome_column: str = ""
    weights: FloatArray | None = None
    """Of each row, for how many people it stands in a survey; None where there is no column of weights."""
