"""People whom two versions both hold out."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from app.classifiers.model_version import ModelVersion
from app.domain.feature import Kind
from app.domain.schema import BoolArray, FloatArray
from research.comparison.errors import ComparisonError

_FILE = "held_out.parquet"
_IDS = ("id", "seqn")
"""Columns that say who somebody is, in the order in which they are looked for."""
_AGES = (("under 40", 0, 39), ("40 to 59", 40, 59), ("60 and over", 60, np.inf))


@dataclass(frozen=True, slots=True)
class Compared:
    """The same people as two versions see them: rows of shape (people, columns) each, and their groups."""

    one: FloatArray
    other: FloatArray
    outcome: BoolArray
    groups: tuple[tuple[str, BoolArray], ...]
    """A group's name in words, and who belongs to it."""


def held_out_of_both(one: ModelVersion, other: ModelVersion) -> Compared:
    """Whom both versions hold out, by their ids, or all where both have one and the same file.

    Raises:
        ComparisonError: there is nobody of whom that is known, or their outcomes are not the same.
    """
    places = _places(one.folder / _FILE, other.folder / _FILE)
    mine, theirs = one.held_out, other.held_out
    if places is None or mine is None or theirs is None or len(places[0]) == 0:
        raise ComparisonError(
            f"Versions {one.version} and {other.version} of {one.name} hold out no people in common that can "
            "be told by an id (a column id or seqn): who is held out by one, the other may have learned from."
        )
    first, second = places
    outcome = mine.outcome[first]
    if not np.array_equal(outcome, theirs.outcome[second]):
        raise ComparisonError(
            f"Some people have the outcome in version {one.version} of {one.name} and not in "
            f"{other.version}: what they predict is not the same."
        )
    rows = mine.rows[first]
    return Compared(rows, theirs.rows[second], outcome, tuple(_groups(one, rows)))


def _places(one: Path, other: Path) -> tuple[Sequence[int], Sequence[int]] | None:
    """Rows of the two files that are the same people; None where that cannot be told."""
    first, second = pq.read_table(one), pq.read_table(other)
    name = next((each for each in _IDS if each in first.column_names and each in second.column_names), None)
    if name is None:
        every = range(len(first))
        return (every, every) if one.read_bytes() == other.read_bytes() else None
    return _joined(first.column(name), second.column(name))


def _joined(one: pa.ChunkedArray, other: pa.ChunkedArray) -> tuple[list[int], list[int]]:
    where = {each: place for place, each in enumerate(_numbered(other.to_pylist()))}
    found = [(place, where[each]) for place, each in enumerate(_numbered(one.to_pylist())) if each in where]
    return [place for place, _ in found], [place for _, place in found]


def _numbered(ids: Iterable[Any]) -> Iterator[tuple[Any, int]]:
    """Ids with a number each: of a person's several rows the first is joined with the first, and so on."""
    seen = Counter[Any]()
    for each in ids:
        yield each, seen[each]
        seen[each] += 1


def _groups(model: ModelVersion, rows: FloatArray) -> list[tuple[str, BoolArray]]:
    """Each category of each feature, and bands of age where a number of that name is a feature."""
    schema, place = model.schema, 0
    groups: list[tuple[str, BoolArray]] = []
    for feature in schema.features:
        if feature.kind is Kind.CATEGORY:
            groups += [
                (f"{feature.label}: {one.label}", rows[:, place + at] == 1)
                for at, one in enumerate(feature.categories)
            ]
        elif feature.name == "age" and feature.is_numeric:
            ages = np.floor(rows[:, place])
            groups += [
                (f"{feature.label}: {words}", (ages >= low) & (ages <= high)) for words, low, high in _AGES
            ]
        place += len(feature.columns)
    return [(name, who) for name, who in groups if who.any()]
