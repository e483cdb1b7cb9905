"""The real people that a model version ships with, one by one: those it learned from and those held out."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import pyarrow.parquet as pq

from app.classifiers.model_version import ModelVersion
from app.classifiers.population import ID, WHOSE
from app.domain.schema import Value


class Side(StrEnum):
    """Of the split between training and held-out people."""

    TRAINING = "population.parquet"
    HELD_OUT = "held_out.parquet"


@dataclass(frozen=True, slots=True)
class Person:
    """A row of a person by the id their data set gives it, and the risk that the classifier gives it."""

    source_id: int
    features: dict[str, Value]
    risk: float
    whose: int
    """The person's number: rows of one number, such as those of several days, are of one person."""


def people_of(model: ModelVersion, side: Side) -> list[Person]:
    """All people of one side, in the file's order."""
    names = [feature.name for feature in model.schema.features]
    with pq.ParquetFile(model.folder / side) as file:
        table = file.read(columns=[ID, WHOSE, *names], use_threads=False).to_pylist()
    people = [{name: _known(row[name]) for name in names} for row in table]
    risk = model.classifier.risk(np.stack([model.schema.encode(person) for person in people]))
    ids = [row.get(ID, place) for place, row in enumerate(table)]
    return [
        Person(own_id, person, float(own_risk), whose=row.get(WHOSE, own_id))
        for own_id, row, person, own_risk in zip(ids, table, people, risk, strict=True)
    ]


def people_in_turns(rows: Sequence[Person]) -> list[Person]:
    """The first row of each person, then the second of each who has one, and so on; else in their order.

    The first of these rows, however few are taken, are of as many people as there are.
    """
    seen: Counter[int] = Counter()
    turns = []
    for row in rows:
        turns.append(seen[row.whose])
        seen[row.whose] += 1
    return [row for _, row in sorted(zip(turns, rows, strict=True), key=lambda one: one[0])]


def _known(value: Value) -> Value:
    """The value; None for a NaN, by which some writers of Parquet say that nothing is known."""
    return None if isinstance(value, float) and math.isnan(value) else value
