"""A table as the rows of a batch job."""

from collections.abc import Mapping
from typing import Any

from turnpoint.answers import Value
from turnpoint.augmenting import Options
from turnpoint.errors import CellFault, FrameError
from turnpoint.frames.cells import plain
from turnpoint.frames.people import Naming, people_of
from turnpoint.frames.schema import rules_of
from turnpoint.frames.table import Table

MOST_ROWS = 10_000
"""Rows that a job takes without a file."""


def rows_for_job(table: Table, schema: Mapping[str, Any], options: Options) -> list[dict[str, Value]]:
    """The table's rows with values in the kinds of the model's features, and the id column if there is one.

    Columns of `ignore_columns` are left out.

    Raises:
        FrameError: the table has faults, or more rows than a job takes without a file.
    """
    if len(table) > MOST_ROWS:
        why = f"it has more than {MOST_ROWS:,} rows: write it into a Parquet or CSV file, and give its Path"
        raise FrameError([CellFault(None, None, why)])
    id_column = options.get("id_column")
    beside = list(options.get("ignore_columns") or ())
    kept = [] if id_column is None else [id_column]
    people = people_of(table, rules_of(schema), Naming(None, [*kept, *beside], "row"), "reject")
    if id_column is None:
        return [person.features for person in people.asked]
    ids = table.columns[id_column]
    return [person.features | {id_column: plain(ids[person.row])} for person in people.asked]
