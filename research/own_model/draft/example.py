"""An example, with `#` before it, of how a feature becomes one that a person can change."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from app.domain.feature import Category, Kind
from research.own_model.draft.meanings import theme_of
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


def moves_example(called: ColumnName, categories: Sequence[Category]) -> list[str]:
    """An action on a category that a person may act on by its name; nothing for another one."""
    if theme_of(called.name) is None or len(categories) < 2:
        return []
    first, second = (text(one.value) for one in categories[:2])
    return [
        comment("If a person can go from one of these values to another, take the # off the lines below,"),
        comment("and write a line for each move that is permitted: nobody is suggested another one."),
        "# [feature.action]",
        '# direction = "moves"',
        f"# verb = {text(f'changing {called.label}')}  # ends the sentence: Consider …",
        "# effort = 1.0  # of a move; 1 is one demanding change kept up for the horizon",
        "# moves = [",
        f"#   {{ from = {first}, to = {second} }},  # with effort or verb, where it has its own",
        "# ]",
    ]


def _tidy(value: float) -> float:
    """The next smaller 1, 2 or 5 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(value))
    return max(times * power for times in (1, 2, 5) if times * power <= value * (1 + 1e-9))
