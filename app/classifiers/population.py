"""The people of a model version, checked against the schema before they are encoded."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from app.classifiers.folder import ModelFolderError, refuse
from app.classifiers.model_version import Population
from app.classifiers.population_checks import Columns, observed_faults, people_faults
from app.domain.feature import Feature, Kind
from app.domain.schema import FeatureSchema, FloatArray

FEWEST = 6
"""People without the outcome: each is compared with the five nearest of the others."""
ID = "seqn"
"""The column that numbers the rows, if the file has one; without it they are numbered in its order."""
WHOSE = "person"
"""The column that numbers the people, if some have several rows; without it each row is of another."""

_TYPES = {
    Kind.NUMBER: (pa.types.is_floating, pa.types.is_integer),
    Kind.INTEGER: (pa.types.is_integer, pa.types.is_floating),
    Kind.BOOLEAN: (pa.types.is_boolean,),
    Kind.CATEGORY: (pa.types.is_string, pa.types.is_large_string, pa.types.is_dictionary),
}


def read_people(schema: FeatureSchema, path: Path) -> Population:
    """The people of a Parquet file whose columns are the schema's features and `outcome`.

    Further columns are passed over.

    Raises:
        ModelFolderError: the file is missing or not Parquet, lacks a column, or holds something else in it.
    """
    table = _read(path)
    _check_table(schema, table, path)
    return _population(schema, table, path)


def read_population(schema: FeatureSchema, path: Path, learned_from: int | None) -> Population:
    """The people that a model learned from, who are what `observed` in the schema tells of.

    Where it learned from more people than the file holds, as `learned_from` says, these are a sample, and
    need not reach the ends of the observed ranges.

    Raises:
        ModelFolderError: as `read_people`, or an observed range is not theirs.
    """
    table = _read(path)
    _check_table(schema, table, path)
    is_sample = learned_from is not None and len(table) < learned_from
    refuse(observed_faults(schema, _columns(schema, table), is_sample), f"{path} ")
    return _population(schema, table, path)


def _population(schema: FeatureSchema, table: pa.Table, path: Path) -> Population:
    people = _people(schema, table)
    if np.count_nonzero(~people.outcome) < FEWEST:
        raise ModelFolderError(f"{path} holds fewer than {FEWEST} people without the outcome")
    return people


def _people(schema: FeatureSchema, table: pa.Table) -> Population:
    outcome = np.array(table.column("outcome").to_pylist(), dtype=bool)
    rows = np.column_stack([_encoded(feature, table.column(feature.name)) for feature in schema.features])
    return Population(rows=rows, outcome=outcome)


def _encoded(feature: Feature, column: pa.ChunkedArray) -> FloatArray:
    """A feature of everybody as `FeatureSchema.encode` writes it for one, shape (people, its columns)."""
    if feature.kind is not Kind.CATEGORY:
        return _numbers(column)[:, None]
    values = np.array(column.to_pylist(), dtype=object)[:, None]
    encoded = (values == [category.value for category in feature.categories]).astype(np.float64)
    return np.where(values == None, np.nan, encoded)  # noqa: E711  (elementwise: None is unknown)


def read_held_out(schema: FeatureSchema, path: Path) -> Population:
    """The people of such a file, who were held out of training.

    Raises:
        ModelFolderError: as `read_people`, or it holds nobody.
    """
    table = _read(path)
    _check_table(schema, table, path)
    if len(table) == 0:
        raise ModelFolderError(f"{path} holds nobody")
    return _people(schema, table)


def _columns(schema: FeatureSchema, table: pa.Table) -> Columns:
    return {feature.name: _comparable(feature, table.column(feature.name)) for feature in schema.features}


def _comparable(feature: Feature, column: pa.ChunkedArray) -> FloatArray:
    if feature.kind is Kind.CATEGORY:
        return np.where(np.asarray(column.is_null()), np.nan, 0.0)
    return _numbers(column)


def _numbers(column: pa.ChunkedArray) -> FloatArray:
    return np.asarray(column.cast(pa.float64(), safe=False).to_numpy(), dtype=np.float64)


def _read(path: Path) -> pa.Table:
    try:
        with pq.ParquetFile(path) as file:  # leaner than read_table, which brings in data sets of many files
            return file.read(use_threads=False)
    except FileNotFoundError as error:
        raise ModelFolderError(f"{path} is missing") from error
    except (pa.ArrowException, OSError) as error:
        raise ModelFolderError(f"{path} is not a Parquet file") from error


def _check_table(schema: FeatureSchema, table: pa.Table, path: Path) -> None:
    lacking = [name for name in (*schema.by_name, "outcome") if name not in table.column_names]
    if lacking:
        names = ", ".join(f"'{name}'" for name in lacking)
        raise ModelFolderError(f"{path} lacks what task.toml declares: {names}")
    if twice := [name for name in dict.fromkeys(table.column_names) if table.column_names.count(name) > 1]:
        raise ModelFolderError(f"{path} holds two columns '{twice[0]}'")
    for feature in schema.features:
        _check_column(feature, table.column(feature.name), path)
    outcome = table.column("outcome")
    if not pa.types.is_boolean(outcome.type) or outcome.null_count:
        raise ModelFolderError(f"{path} does not say yes or no for everybody in the column 'outcome'")
    for name in {ID, WHOSE} & set(table.column_names):
        _check_numbering(name, table.column(name), path)
    refuse(people_faults(schema, _columns(schema, table)), f"{path} ")


def _check_numbering(name: str, column: pa.ChunkedArray, path: Path) -> None:
    if not pa.types.is_integer(column.type):
        raise ModelFolderError(f"{path} holds {column.type} in the column '{name}', not whole numbers")
    if column.null_count:
        raise ModelFolderError(f"{path} does not number everybody in the column '{name}'")


def _check_column(feature: Feature, column: pa.ChunkedArray, path: Path) -> None:
    # A column of nulls alone has no type of its own: nobody knows the feature.
    if not pa.types.is_null(column.type) and not any(fits(column.type) for fits in _TYPES[feature.kind]):
        raise ModelFolderError(
            f"{path} holds {column.type} in the column '{feature.name}', which task.toml declares as "
            f"{feature.kind}"
        )
    if feature.kind is Kind.CATEGORY:
        known = {category.value for category in feature.categories}
        if set(column.unique().to_pylist()) - known - {None}:
            raise ModelFolderError(
                f"{path} holds a category in the column '{feature.name}' that task.toml does not declare"
            )
