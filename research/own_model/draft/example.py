"""An example, with `#` before it, of how a feature becomes one that a person can change."""

import math
import re
from dataclasses import dataclass

import numpy as np
import pandas as pd

from app.domain.feature import Kind
from research.own_model.draft.scales import kind_of, scale_of
from research.own_model.draft.toml_words import comment, number, pair, text
from research.own_model.table.names import ColumnName

_NOBODY_CHANGES = re.compile(
    r"(?:.*_)?(?:age|sex|gender|race|ethnicity|height|year|sibsp|parity|pregnancies|mother|father|family|history)(?:_.*)?"
)


@dataclass(frozen=True, slots=True)
class Example:
    """An action on a feature, each line of which is a comment."""

    name: str
    lines: list[str]


def example_of(called: ColumnName, values: "pd.Series", unit: str | None) -> Example | None:
    """An action that lowers a number; None for what is no number, or what nobody changes."""
    if kind_of(values, called.unit or unit) not in (Kind.NUMBER, Kind.INTEGER) or _NOBODY_CHANGES.fullmatch(
        called.name
    ):
        return None
    known = values.dropna().to_numpy()
    scale = scale_of(known, known)
    if scale is None or (low := float(np.quantile(known, 0.1))) >= (high := float(np.quantile(known, 0.9))):
        return None
    step = max(_tidy((high - low) / 20), scale.precision)
    end = max(math.floor(low / step) * step, scale.clinical[0])
    most = max(math.floor((high - low) / 2 / step), 1) * step
    places = scale.decimals
    return Example(
        called.name,
        [
            comment(
                "If a person can change it, take the # off the lines below and set each to what is sensible."
            ),
            comment("direction: decrease, increase or towards. step: the smallest change that matters."),
            comment("limit: no suggestion ends outside it. max_change: the most within the horizon."),
            "# [feature.action]",
            '# direction = "decrease"',
            f"# verb = {text(f'lowering {called.label}')}  # ends the sentence: Consider …",
            f"# step = {number(round(step, places))}",
            f"# limit = {pair((round(end, places), scale.clinical[1]))}",
            f"# max_change = {number(round(most, places))}",
            "# effort = 0.1  # of one step; 1 is one demanding change kept up for the horizon",
        ],
    )


def _tidy(value: float) -> float:
    """The next smaller 1, 2 or 5 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(value))
    return max(times * power for times in (1, 2, 5) if times * power <= value * (1 + 1e-9))
