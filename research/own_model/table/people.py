"""The people of an own table in the schema's kinds."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from app.domain.feature import Feature, Kind, MissingPolicy
from app.domain.patient import identity_value
from app.domain.schema import FeatureSchema, Value
from research.own_model.table.headers import listed
from research.own_model.table.names import ColumnName, names_of
from research.own_model.table.own_table import OwnTable
from research.own_model.table.raw import number_text
from research.training.errors import TrainingError
from research.training.people import Participant, Tally, admit
from research.training.reading import clinical, in_kind

_MOST_SHOWN = 5


def people_of(schema: FeatureSchema, table: OwnTable) -> tuple[list[Participant], Tally]:
    """The people whom the service would accept, and what was left out for them.

    A number outside its feature's clinical range becomes unknown and is counted. Whoever then lacks a
    required feature, or contradicts an identity or a relation, is dropped and counted.

    Raises:
        TrainingError: a feature has no column, or a column holds what its feature cannot be; every such fault
            is named by column and row.
    """
    columns = columns_of(schema, table)
    tally, faults = Tally(), list[str]()
    values: dict[str, list[Value]] = {}
    for feature in schema.features:
        column = columns.get(feature.name)
        if column is None:
            values[feature.name] = [None] * len(table.ids)
            continue
        read = _READERS[feature.kind](feature, table.frame[column], tally)
        if isinstance(read, str):
            faults.append(f'{feature.name}: the column "{column}" {read}.')
        else:
            values[feature.name] = read
    if faults:
        raise TrainingError(" ".join(faults))
    return admit(schema, _people(schema, table, values), tally), tally


def columns_of(schema: FeatureSchema, table: OwnTable) -> dict[str, str]:
    """The column of each feature: the one that a draft makes it of, or one of its label or name.

    A derived feature may have none.

    Raises:
        TrainingError: features have no column; each is named, with what became of a column of that name.
    """
    names = names_of(list(table.frame.columns))
    found: dict[str, str] = {}
    faults = []
    for feature in schema.features:
        column = _column_of(feature, names)
        if column in found.values():
            other = next(name for name, taken in found.items() if taken == column)
            faults.append(f'{feature.name} and {other} would both be read from the column "{column}".')
        elif column is not None:
            found[feature.name] = column
        elif feature.missing is not MissingPolicy.DERIVED:
            faults.append(_without_column(feature, table))
    if faults:
        raise TrainingError(
            f"{' '.join(faults)} The table's columns are {listed(list(table.frame.columns))}."
        )
    return found


def _column_of(feature: Feature, names: Mapping[str, ColumnName]) -> str | None:
    """The column that a draft calls so, else one of this label, of this name, or whose name would be this."""
    drafted = {(made.name, made.label): column for column, made in names.items()}
    by_name = {made.name: column for column, made in names.items()}
    if column := drafted.get((feature.name, feature.label)):
        return column
    return next((said for said in (feature.label, feature.name) if said in names), by_name.get(feature.name))


def _without_column(feature: Feature, table: OwnTable) -> str:
    made = {made.name: column for column, made in names_of(list(table.left_out)).items()}
    for column in (feature.name, feature.label, made.get(feature.name, "")):
        if column in table.left_out:
            return f'{feature.name}: the column "{column}" cannot be used: {table.left_out[column]}.'
    return f"{feature.name} is in task.toml, and the table has no column of this name or label."


def _people(
    schema: FeatureSchema, table: OwnTable, values: Mapping[str, Sequence[Value]]
) -> list[Participant]:
    rows = [dict(zip(values, row, strict=True)) for row in zip(*values.values(), strict=True)]
    for link in schema.links:
        if schema[link.feature].missing is MissingPolicy.DERIVED:
            for row in rows:
                _derive(schema[link.feature], link, row)
    sites: Sequence[str | None] = table.sites or [None] * len(rows)
    weights: Sequence[float | None] = [None] * len(rows) if table.weights is None else table.weights.tolist()
    return [
        Participant(own_id, values=row, outcome=bool(outcome), site=site, weight=weight)
        for own_id, row, outcome, site, weight in zip(
            table.ids, rows, table.outcome, sites, weights, strict=True
        )
    ]


def _derive(feature: Feature, link: object, row: dict[str, Value]) -> None:
    """Fill in what the identity gives, as the service does for who leaves it out."""
    if row[feature.name] is None and (value := identity_value(link, row)) is not None:
        row[feature.name] = in_kind(feature, value)


Read = list[Value] | str
"""Values, or the end of a sentence that begins with the column and says what is wrong."""


def _numbers(feature: Feature, column: "pd.Series", tally: Tally) -> Read:
    if column.dtype != np.float64 and column.dtype != "boolean":
        return (
            f"holds words, the first in row {_first(column.notna())}, but task.toml says that it is a number"
        )
    values = column.astype("Float64").astype("float64")
    if feature.kind is Kind.INTEGER and (broken := (values % 1 != 0) & values.notna()).any():
        return f"holds fractions, the first in row {_first(broken)}, but task.toml says that it is an integer"
    return [in_kind(feature, value) for value in clinical(feature, values, tally).tolist()]


def _answers(feature: Feature, column: "pd.Series", _: Tally) -> Read:
    if column.dtype != "boolean":
        return (
            f"holds something else than yes and no, the first time in row {_first(column.notna())}, but "
            "task.toml says that it is a yes or no"
        )
    return [None if value is pd.NA else bool(value) for value in column.array]


def _categories(feature: Feature, column: "pd.Series", _: Tally) -> Read:
    """The category whose value, label or spelling in other capitals a cell is."""
    known = _spellings(feature)
    found = [_category(known, value) for value in column.array]
    strange: dict[str, int] = {}
    for row, value, category in zip(column.index, column.array, found, strict=True):
        if category is None and not pd.isna(value):
            strange.setdefault(_words(value)[0], row)
    if strange:
        shown = ", ".join(f'"{word}" from row {row}' for word, row in list(strange.items())[:_MOST_SHOWN])
        return f"holds what is no category of it in task.toml ({len(strange)}): {shown}"
    return found


def _spellings(feature: Feature) -> dict[str, str]:
    """Categories by their values, their labels, and both in small letters; the first of a spelling counts."""
    known = {category.value: category.value for category in feature.categories}
    for category in feature.categories:
        known.setdefault(category.label, category.value)
    for spelling, value in list(known.items()):
        known.setdefault(spelling.lower(), value)
    return known


def _category(known: Mapping[str, str], value: Any) -> Value:
    if pd.isna(value):
        return None
    words = _words(value)
    return next((known[word] for word in (*words, words[0].lower()) if word in known), None)


def _words(value: Any) -> tuple[str, ...]:
    """How a category may spell a cell's value."""
    if isinstance(value, bool | np.bool_):
        return ("yes", "true", "1", "y", "t") if value else ("no", "false", "0", "n", "f")
    return (number_text(float(value)) or "",) if isinstance(value, float | np.floating) else (str(value),)


def _first(told: "pd.Series") -> int:
    return int(told.index[int(np.argmax(told.to_numpy()))])


_READERS: Mapping[Kind, Callable[[Feature, "pd.Series", Tally], Read]] = {
    Kind.NUMBER: _numbers,
    Kind.INTEGER: _numbers,
    Kind.BOOLEAN: _answers,
    Kind.CATEGORY: _categories,
}
