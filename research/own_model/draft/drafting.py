"""A first `task.toml`: what an owner's table tells of its features, and what its owner is to decide."""

import re

import numpy as np
import pandas as pd

from app.domain.feature import Kind
from app.domain.schema import OWN_TABLE, BoolArray
from app.domain.unfilled import TO_FILL_IN
from research.own_model.draft.categories import categories_of
from research.own_model.draft.example import Example, example_of, moves_example
from research.own_model.draft.meanings import aptness, is_of_person
from research.own_model.draft.scales import Scale, kind_of, scale_of
from research.own_model.draft.threshold import threshold_of
from research.own_model.draft.toml_words import comment, number, pair, text
from research.own_model.draft.unusable import why_no_feature
from research.own_model.draft.when import when_of
from research.own_model.table.names import ColumnName, names_of
from research.own_model.table.own_table import OwnTable
from research.own_model.table.unit_words import UCUM
from research.training.errors import TrainingError

_NAME = re.compile(r"[a-z][a-z0-9-]{0,39}")


def draft_schema(table: OwnTable, name: str, outcome: str, learned_from: BoolArray | None = None) -> str:
    """The text of a first `task.toml` for a table, which `read_schema` accepts.

    Every feature is fixed; `observed` tells of the rows `learned_from`, or of all.

    Raises:
        TrainingError: the name cannot be a model's, or no column can be a feature.
    """
    if not _NAME.fullmatch(name):
        raise TrainingError(
            f'"{name}" cannot be the name of a model: that is small letters, digits and hyphens, at most 40, '
            "and begins with a letter."
        )
    rows = np.ones(len(table.ids), dtype=bool) if learned_from is None else learned_from
    names = names_of(list(table.frame.columns))
    features: list[str] = []
    passed_over: list[str] = []
    example: Example | None = None
    example_at, best = -1, 4
    for column, called in names.items():
        unit = called.unit or table.units.get(column)
        if reason := why_no_feature(table.frame[column], unit):
            passed_over.append(comment(f'The column "{column}" is no feature: {reason}.'))
            continue
        if (apt := aptness(called.name)) < best and (
            found := example_of(called, table.frame[column], table.units.get(column))
        ):
            example, example_at, best = found, len(features), apt
        features.append("\n".join(_feature(table.frame[column], called, unit, rows)))
    if example is not None:
        features[example_at] = "\n".join([features[example_at], *example.lines])
    if not features:
        raise TrainingError("No column can be a feature: " + " ".join(passed_over).replace("# ", ""))
    head = _head(table, name, outcome, example)
    return (
        "\n\n".join(["\n".join(head), *(["\n".join(passed_over)] if passed_over else []), *features]) + "\n"
    )


def _head(table: OwnTable, name: str, outcome: str, example: Example | None) -> list[str]:
    title = name.replace("-", " ").capitalize()
    cases, people = int(table.outcome.sum()), len(table.outcome)
    share = 100 * cases / people
    whose = "people" if len(set(table.ids)) == people else "rows"
    shown = (
        f'{example.name} has an example below, with "#" before it.' if example else "see [feature.action]."
    )
    told = f"Estimates the risk of {outcome}. {TO_FILL_IN.capitalize()}: of whom, and within what time."
    return [
        comment(f"The feature schema of the model {name}, drafted from {table.name}."),
        comment("docs/feature-schema.md says what each key means."),
        "#",
        comment("What to decide, from the top:"),
        comment(f'1. Everything that says "{TO_FILL_IN}", and the words for the outcome.'),
        comment("2. The threshold, as said beside it."),
        comment(
            "3. Of each number its unit, and `clinical`, which is only wider than what was seen in the table:"
        ),
        "#    a value outside is refused.",
        comment("4. Which features a person can change. All are fixed, so nothing is suggested yet;"),
        f"#    {shown}",
        comment("5. Where you know that the risk only rises, or only falls, with a feature:"),
        """#    risk = "rising" or "falling" instead of "free".""",
        "",
        "[model]",
        f"name = {text(name)}",
        'version = "1"',
        f"title = {text(title)}",
        comment("Ends the sentence: the estimated risk of …"),
        f"outcome = {text(outcome)}",
        comment(
            '"now": it is there already or not, so that a test may find it. "later": it comes within a time,'
        ),
        comment("such as ten years, and nothing found today tells."),
        f"outcome_when = {text(when_of(outcome))}",
        f"description = {text(told)}",
        comment(
            f"{cases:,} of {people:,} {whose} have the outcome, {share:.2g} %: a risk above is called high."
        ),
        comment("Set the risk at which you would act. At 50 % a model of a rare outcome calls nobody high."),
        f"threshold = {number(threshold_of(table.outcome))}",
        "min_robustness = 0.9",
        comment("How many features an option may change at most; not more than can change."),
        "max_changes = 1",
        comment("The time for which limits of change are meant."),
        'horizon = "12 months"',
        "effort_per_change = 0.25",
        "",
        "[data]",
        f"name = {text(f'{TO_FILL_IN}: what the data of {table.name} are')}",
        f"publisher = {text(f'{TO_FILL_IN}: who collected them')}",
        f"licence = {text(f'{TO_FILL_IN}: under which licence or agreement they are used')}",
        f"loader = {text(OWN_TABLE)}",
    ]


def _feature(values: "pd.Series", called: ColumnName, unit: str | None, rows: BoolArray) -> list[str]:
    """The lines of a feature, of a column that can be one."""
    kind = kind_of(values, unit)
    lines = [
        "[[feature]]",
        f"name = {text(called.name)}",
        f"label = {text(called.label)}",
        f"group = {text('person' if is_of_person(called.name) else 'features')}",
    ]
    if kind is Kind.CATEGORY:
        if values.dtype == np.float64:
            lines += [comment("Numbers as codes? Write what each stands for as its label. Else: an integer.")]
        lines += [f"kind = {text(kind)}", "categories = ["]
        lines += [f"  {{ value = {text(c.value)}, label = {text(c.label)} }}," for c in categories_of(values)]
        lines += ["]"]
    elif kind is Kind.BOOLEAN:
        lines += [f"kind = {text(kind)}"]
    else:
        known = values.dropna()
        learned = values[rows].dropna()
        scale = scale_of(known.to_numpy(), (learned if len(learned) else known).to_numpy())
        assert scale is not None  # it can be a feature
        lines += _number_lines(unit, scale)
    if values.isna().any():
        lines += ['missing = "unknown"']
    if kind is not Kind.CATEGORY:
        return [*lines, 'risk = "free"']
    return lines + moves_example(called, categories_of(values))


def _number_lines(unit: str | None, scale: Scale) -> list[str]:
    told = [f"unit = {text(unit)}"] if unit else [f"# unit = {text(TO_FILL_IN)}"]
    if unit in UCUM:
        told += [f"ucum = {text(UCUM[unit])}"]
    return [
        *told,
        f"kind = {text(scale.kind)}",
        f"precision = {number(scale.precision)}",
        f"clinical = {pair(scale.clinical)}  # from the data: set the clinical one",
        f"observed = {pair(scale.observed)}",
    ]
