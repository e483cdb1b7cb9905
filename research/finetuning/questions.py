"""Questions to learn from: training people under varied targets and constraints, some known in part alone.

A model that only ever saw the default question would not learn to obey what a prompt says, and one that only
ever saw whole records would not know those that arrive.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import replace

import numpy as np

from app.classifiers.model_version import ModelVersion
from app.classifiers.partitions import Person, Side, people_of
from app.domain.constraints import Bounds, Constraints, read_constraints
from app.domain.feature import Kind
from app.engine.problem import RecourseProblem, problem_about
from research.finetuning.targets import drawn_target, least_risk
from research.training.masking import masked

_IN_PART = 0.4
"""Share of varied questions about an incomplete record, where the classifier was taught such records."""


def training_people(model: ModelVersion) -> list[Person]:
    """The training people to whom the classifier gives `least_risk` or more, in the file's order."""
    least = least_risk(model.schema.model)
    return [person for person in people_of(model, Side.TRAINING) if person.risk >= least]


def kept_back(people: Iterable[Person], share: float) -> frozenset[int]:
    """The numbers of those whom examples leave out, so that what was learned can be looked at on them.

    Each with all their rows; about this share by a hash of the number. Of two or more at least one, unless
    the share is 0, and never everybody.
    """
    draw = {number: _draw(number) for number in {person.whose for person in people}}
    in_order = sorted(draw, key=lambda number: draw[number])
    count = sum(one < share for one in draw.values())
    least = 1 if share > 0 else 0
    return frozenset(in_order[: max(0, min(max(count, least), len(draw) - 1))])


def _draw(number: int) -> float:
    """Between 0 and 1, the same for the same number."""
    digest = hashlib.sha256(f"kept back:{number}".encode()).hexdigest()
    return int(digest[:8], 16) / 2**32


def questions_about(model: ModelVersion, person: Person, count: int, seed: int) -> Iterator[RecourseProblem]:
    """The default question about a person at high risk, then varied ones; the same for the same seed."""
    rng = np.random.default_rng([seed, person.source_id])
    facts = model.schema.model
    if person.risk > facts.threshold:
        yield problem_about(model, person.features)
        count -= 1
    for _ in range(count):
        known = _as_recorded(model, person, rng)
        if known.risk < least_risk(facts):
            continue
        target = drawn_target(facts, rng, known.risk)
        plain = problem_about(model, known.features, target=target)
        if len(plain.levers):
            yield problem_about(model, known.features, _constraints(rng, plain), target)


def _as_recorded(model: ModelVersion, person: Person, rng: np.random.Generator) -> Person:
    """The person as a whole, or now and then as an incomplete record of a kind that the schema names."""
    schema = model.schema
    if not schema.training.records or rng.random() >= _IN_PART:
        return person
    record = schema.training.records[int(rng.integers(len(schema.training.records)))]
    row = masked(schema, record, schema.encode(person.features)[None], rng)
    columns = np.cumsum([0, *(len(feature.columns) for feature in schema.features)])
    carried = ~np.isnan(row[0, columns[:-1]])
    known = {
        feature.name: person.features[feature.name] if is_carried else None
        for feature, is_carried in zip(schema.features, carried.tolist(), strict=True)
    }
    return replace(person, features=known, risk=float(model.classifier.risk(row)[0]))


def _constraints(rng: np.random.Generator, question: RecourseProblem) -> Constraints:
    """None, a few features fixed, some ranges narrowed, or fewer changes; often two of them."""
    names = [lever.feature.name for lever in question.levers]
    kept = [name for name in names if rng.random() > 0.2] if rng.random() < 0.5 else names
    ranges: dict[str, Bounds] = {}
    if rng.random() < 0.4:
        ranges = {
            lever.feature.name: _narrowed(lever.values, float(rng.random()))
            for lever in question.levers
            if lever.feature.name in kept and rng.random() < 0.3 and lever.feature.kind is not Kind.CATEGORY
        }
    allowed = question.schema.model.max_changes
    most = int(rng.integers(min(2, allowed), allowed + 1)) if rng.random() < 0.3 else None
    return read_constraints(question.schema, kept or names, ranges, most)


def _narrowed(values: np.ndarray, share: float) -> Bounds:
    """Bounds that leave this share of a lever's way."""
    end = float(values[round(share * (len(values) - 1))])
    return (end, None) if end < values[0] else (None, end)
