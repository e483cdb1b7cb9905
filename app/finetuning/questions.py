"""Questions to learn from: training people under varied targets and constraints.

A model that only ever saw the default question would not learn to obey what a prompt says.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow.parquet as pq

from app.classifiers.hosted import HostedModel
from app.domain.constraints import Bounds, Constraints, read_constraints
from app.domain.schema import Value
from app.engine.question import Question, question_about

LEAST_RISK = 0.3
"""People of less risk are not asked about: what would take it further down is of no use to anyone."""
_LOWEST_TARGET = 0.25


@dataclass(frozen=True, slots=True)
class Person:
    """A training person by the id their data set gives them."""

    source_id: int
    features: dict[str, Value]
    risk: float


def training_people(model: HostedModel) -> list[Person]:
    """The people the classifier was trained on whom it gives `LEAST_RISK` or more, in the file's order."""
    names = [feature.name for feature in model.schema.features]
    with pq.ParquetFile(model.folder / "population.parquet") as file:
        table = file.read(columns=["seqn", *names], use_threads=False).to_pylist()
    risk = model.classifier.risk(np.stack([model.schema.encode(row) for row in table]))
    return [
        Person(row["seqn"], {name: row[name] for name in names}, float(one))
        for row, one in zip(table, risk, strict=True)
        if one >= LEAST_RISK
    ]


def questions_about(model: HostedModel, person: Person, count: int, seed: int) -> Iterator[Question]:
    """The default question about a person at high risk, then varied ones; the same for the same seed."""
    rng = np.random.default_rng([seed, person.source_id])
    threshold = model.schema.model.threshold
    if person.risk > threshold:
        yield question_about(model, person.features)
        count -= 1
    for _ in range(count):
        target = _target(rng, person.risk, threshold)
        plain = question_about(model, person.features, target=target)
        if len(plain.levers):
            yield question_about(model, person.features, _constraints(rng, plain), target)


def _target(rng: np.random.Generator, risk: float, threshold: float) -> float:
    """The usual target for half of the high risks; else anything from a little below the present risk."""
    if risk > threshold and rng.random() < 0.5:
        return threshold
    return round(float(rng.uniform(_LOWEST_TARGET, min(risk - 0.02, threshold + 0.1))), 2)


def _constraints(rng: np.random.Generator, question: Question) -> Constraints:
    """None, a few features fixed, some ranges narrowed, or fewer changes; often two of them."""
    names = [lever.feature.name for lever in question.levers]
    kept = [name for name in names if rng.random() > 0.2] if rng.random() < 0.5 else names
    ranges: dict[str, Bounds] = {}
    if rng.random() < 0.4:
        ranges = {
            lever.feature.name: _narrowed(lever.values, float(rng.random()))
            for lever in question.levers
            if lever.feature.name in kept and rng.random() < 0.3
        }
    most = int(rng.integers(2, question.schema.model.max_changes + 1)) if rng.random() < 0.3 else None
    return read_constraints(question.schema, kept or names, ranges, most)


def _narrowed(values: np.ndarray, share: float) -> Bounds:
    """Bounds that leave this share of a lever's way."""
    end = float(values[round(share * (len(values) - 1))])
    return (end, None) if end < values[0] else (None, end)
