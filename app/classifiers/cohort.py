"""The real people that a model version ships with, one by one: those it learned from and those held out."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import pyarrow.parquet as pq

from app.classifiers.hosted import HostedModel
from app.domain.schema import Value


class Side(StrEnum):
    """Of the split between training and held-out people."""

    TRAINING = "population.parquet"
    HELD_OUT = "held_out.parquet"


@dataclass(frozen=True, slots=True)
class Person:
    """A person by the id their data set gives them, and the risk that the classifier gives them."""

    source_id: int
    features: dict[str, Value]
    risk: float


def people_of(model: HostedModel, side: Side) -> list[Person]:
    """All people of one side, in the file's order."""
    names = [feature.name for feature in model.schema.features]
    with pq.ParquetFile(model.folder / side) as file:
        table = file.read(columns=["seqn", *names], use_threads=False).to_pylist()
    risk = model.classifier.risk(np.stack([model.schema.encode(row) for row in table]))
    return [
        Person(row["seqn"], {name: row[name] for name in names}, float(one))
        for row, one in zip(table, risk, strict=True)
    ]
