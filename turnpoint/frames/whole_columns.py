"""Columns that are wrong from top to bottom, such as one of dates: each is one fault, not one a row."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from turnpoint.errors import CellFault
from turnpoint.frames.cells import CellError, feature_value, plain
from turnpoint.frames.schema import FeatureRule
from turnpoint.frames.table import Table

_FEWEST = 2


def whole_column_faults(table: Table, rules: Mapping[str, FeatureRule]) -> Iterator[CellFault]:
    """A fault for each feature all of whose values are wrong in the same way; of two rows or more.

    Cells without a value are passed over, unless a required feature has none at all.
    """
    for name, rule in rules.items():
        values = table.columns.get(name)
        if values is not None and (detail := _wrong_throughout(values, rule)) is not None:
            yield CellFault(None, name, detail)


def _wrong_throughout(values: Sequence[Any], rule: FeatureRule) -> str | None:
    wrong, detail = 0, None
    for value in values:
        if plain(value) is None:
            continue
        try:
            feature_value(value, rule)
        except CellError as error:
            if detail not in (None, str(error)):
                return None
            wrong, detail = wrong + 1, str(error)
        else:
            return None
    if wrong == 0 and rule.required and len(values) >= _FEWEST:
        return "is required, and has no value in any row"
    if wrong < _FEWEST:
        return None
    where = "in every row" if wrong == len(values) else "in every row that has a value"
    return f"{detail}, {where}"
