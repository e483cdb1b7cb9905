"""Which column of a table is which: features, the caller's own id, and what is to be left out."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.domain.errors import InvalidInputError, InvalidParameterError, ParameterIssue, ValidationIssue
from app.domain.feature import Feature
from app.domain.schema import FeatureSchema
from app.parsing.numbers import NumberError
from app.parsing.pointers import is_plain, pointer_to
from app.usecases.augmentation.cells import read_cell, read_id

_MOST_NAMED = 20
_LEAVE_OUT = "leave them out by ignore_columns, or carry ids through by id_column"


@dataclass(frozen=True, slots=True)
class Others:
    """What a caller says of columns that are no features.

    `id_column` is carried through to the rows that are made; `ignored` are left out.
    """

    id_column: str | None = None
    ignored: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class RawRow:
    """A row as it came. `number` counts from 0; `line` is the file's, whose header is line 1.

    `faults` are pointers within the row, and why the cells there cannot be read.
    """

    number: int
    values: dict[str, Any]
    line: int | None = None
    source_id: str | None = None
    faults: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Columns:
    """The places of a table's columns, from 0."""

    features: list[tuple[int, Feature]]
    id_name: str | None
    id_place: int | None

    @property
    def places(self) -> list[int]:
        """Those that are read."""
        own = [place for place, _ in self.features]
        return own if self.id_place is None else [*own, self.id_place]

    def row(self, number: int, line: int | None, cells: Sequence[Any]) -> RawRow:
        """A row's cells, one for each column of the table, as values."""
        values: dict[str, Any] = {}
        faults: list[tuple[str, str]] = []
        for place, feature in self.features:
            try:
                values[feature.name] = read_cell(feature, cells[place])
            except NumberError as error:
                values[feature.name] = cells[place]
                faults.append((f"/{feature.name}", str(error)))
        source_id = None if self.id_place is None else _id_of(cells[self.id_place], str(self.id_name), faults)
        return RawRow(number, values, line, source_id, faults)


def raw_row(number: int, values: dict[str, Any], others: Others) -> RawRow:
    """A row of the request itself, whose values are of JSON's kinds already."""
    faults: list[tuple[str, str]] = []
    name = others.id_column
    source_id = None if name is None else _id_of(values.get(name), name, faults)
    left = {key: value for key, value in values.items() if key != name and key not in others.ignored}
    return RawRow(number, left, None, source_id, faults)


def _none_is_a_feature(schema: FeatureSchema) -> str:
    """Names of features are the schema's own words, those of the file might be somebody's data."""
    names = [feature.name for feature in schema.features]
    told = ", ".join(names[:_MOST_NAMED]) + (", …" if len(names) > _MOST_NAMED else "")
    return (
        "has no column of a feature's name: is the header missing, or separated otherwise than by commas? "
        f"The model's features are {told}"
    )


def read_columns(names: Sequence[str], schema: FeatureSchema, others: Others) -> Columns:
    """Which columns the names of a header are.

    Raises:
        InvalidParameterError: a column that the caller named is not there, or is a feature.
        InvalidInputError: a name is no feature and nothing is said of it, one is there twice, or a feature
            that the model requires is not there.
    """
    named = {name: place for place, name in enumerate(names)}
    if others.id_column in schema:
        raise InvalidParameterError(ParameterIssue("id_column", "query", "is a feature of this model"))
    if not any(name in schema for name in names):
        raise InvalidInputError.at("", _none_is_a_feature(schema))
    if not_there := _not_there(named, others):
        raise InvalidParameterError(*not_there)
    kept = [name for name in names if name not in others.ignored or name == others.id_column]
    faults = [
        *_strange(names, schema, others),
        *_twice(kept),
        *_lacking(kept, schema),
    ]
    if faults:
        raise InvalidInputError(faults)
    features = [(named[name], schema[name]) for name in kept if name in schema]
    return Columns(
        features, others.id_column, named.get(others.id_column) if others.id_column is not None else None
    )


def _not_there(named: Collection[str], others: Others) -> list[ParameterIssue]:
    faults = []
    if others.id_column is not None and others.id_column not in named:
        faults.append(ParameterIssue("id_column", "query", "is not a column of the table"))
    if others.id_column in others.ignored:
        faults.append(ParameterIssue("ignore_columns", "query", "names the column of ids"))
    if any(name not in named for name in others.ignored):
        faults.append(ParameterIssue("ignore_columns", "query", "names what is not a column of the table"))
    return faults


def _strange(names: Sequence[str], schema: FeatureSchema, others: Others) -> list[ValidationIssue]:
    known = {*others.ignored, others.id_column}
    strange = [place for place, name in enumerate(names) if name not in schema and name not in known]
    if not strange:
        return []
    told = ", ".join(_called(names, place) for place in strange[:_MOST_NAMED])
    return [ValidationIssue("", f"has columns that are no features of this model: {told}; {_LEAVE_OUT}")]


def _twice(kept: Sequence[str]) -> list[ValidationIssue]:
    twice = [name for name, count in Counter(kept).items() if count > 1]
    told = ", ".join(name if is_plain(name) else f"column {kept.index(name) + 1}" for name in twice)
    return [ValidationIssue("", f"names a column twice: {told}")] if twice else []


def _lacking(kept: Sequence[str], schema: FeatureSchema) -> list[ValidationIssue]:
    lacking = [one.name for one in schema.features if one.missing == "refused" and one.name not in kept]
    return [ValidationIssue("", f"lacks the columns {', '.join(lacking)}")] if lacking else []


def _called(names: Sequence[str], place: int) -> str:
    """A column by its name, where that is plain: anything else might be somebody's data."""
    if not names[place]:
        return f"column {place + 1}, which has no name"
    return names[place] if is_plain(names[place]) else f"column {place + 1}"


def _id_of(cell: Any, name: str, faults: list[tuple[str, str]]) -> str | None:
    try:
        return read_id(cell)
    except ValueError as error:
        faults.append((pointer_to([name]), str(error)))
        return None
