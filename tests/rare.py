"""A synthetic model of a rare outcome, beside the two real ones: three people in a hundred have it.

Everything here is invented. Its threshold lies far below one half, and it has what the others lack: a feature
that goes towards a range, a follower whose slope goes by a category, one that follows by a rule, a relation
between two levers.
"""

import tomllib
from pathlib import Path

import numpy as np

from app.classifiers.model_version import ModelVersion, Population
from app.classifiers.training_procedure import Sample, fit
from app.classifiers.xgboost_committee import XGBoostCommittee
from app.classifiers.xgboost_local import XGBoostClassifier
from app.domain.schema import FeatureSchema, FloatArray
from research.training.committee import refit
from tests.asking import Person

PEOPLE, PREVALENCE, REFITS = 3000, 0.03, 12

TASK = """
[model]
name = "synthetic-rare"
title = "A synthetic rare outcome"
outcome = "an invented event"
description = "Synthetic people, made for tests."
threshold = 0.1
min_robustness = 0.8
max_changes = 3
horizon = "12 months"
effort_per_change = 0.2
[data]
name = "synthetic"
publisher = "tests"
licence = "CC0"
loader = "none"

[[feature]]
name = "team"
label = "Team"
kind = "category"
group = "person"
categories = [{ value = "a", label = "A" }, { value = "b", label = "B" }]
[[feature]]
name = "load"
label = "Load"
kind = "integer"
group = "habits"
unit = "units/day"
clinical = [0, 60]
observed = [0, 40]
risk = "rising"
noise = 1
missing = "unknown"
[feature.action]
direction = "decrease"
verb = "bringing load down"
step = 5
limit = [0, 60]
effort = 0.3
[[feature]]
name = "laden"
label = "Laden"
kind = "boolean"
group = "habits"
risk = "rising"
missing = "unknown"
[[feature]]
name = "rest"
label = "Rest"
kind = "number"
group = "habits"
unit = "h/day"
precision = 0.5
clinical = [2, 14]
observed = [3, 12]
noise = 0.25
[feature.action]
direction = "towards"
verb = "resting about enough"
step = 0.5
limit = [7, 9]
effort = 0.4
[[feature]]
name = "walks"
label = "Walks"
kind = "boolean"
group = "habits"
risk = "falling"
[feature.action]
direction = "increase"
verb = "walking"
effort = 0.7
[[feature]]
name = "weight"
label = "Weight"
kind = "number"
group = "body"
unit = "kg"
precision = 0.5
clinical = [30, 250]
observed = [40, 160]
risk = "rising"
noise = 0.5
[feature.action]
direction = "decrease"
verb = "bringing weight down"
step = 2
limit = [50, 250]
max_change_share = 0.15
effort = 0.25
[[feature]]
name = "girth"
label = "Girth"
kind = "number"
group = "body"
unit = "cm"
precision = 0.5
clinical = [40, 200]
observed = [50, 150]
risk = "rising"
noise = 1
missing = "unknown"

[[link]]
kind = "linear"
feature = "girth"
driver = "weight"
slope = { by = "team", a = 0.9, b = 0.7 }
[[link]]
kind = "rule"
feature = "laden"
driver = "load"
yes_when = [16, 60]
[[relation]]
name = "load and rest fill the day"
terms = { load = 0.2, rest = 1.0 }
bound = 15.0
binds = "suggestions"
"""


def rare_model() -> ModelVersion:
    """The model, fitted to synthetic people as the shipped ones are to real people."""
    schema = FeatureSchema.model_validate(tomllib.loads(TASK))
    people = synthetic_people(PEOPLE, seed=1)
    rows = np.stack([schema.encode(person) for person in people])
    sample = Sample(rows, _has_outcome(people, seed=2))
    return ModelVersion(
        schema=schema,
        version="1",
        digest="0" * 64,
        folder=Path("synthetic-rare"),
        classifier=XGBoostClassifier(fit(schema, sample)),
        committee=XGBoostCommittee(refit(schema, sample, seed) for seed in range(1, REFITS + 1)),
        population=Population(rows, sample.outcome),
    )


def synthetic_people(count: int, seed: int) -> list[Person]:
    """Invented people; some values of some of them are not known."""
    rng = np.random.default_rng(seed)
    weight = np.clip(rng.normal(85, 18, count), 40, 160)
    girth = np.clip(0.8 * weight + rng.normal(25, 6, count), 50, 150)
    loads, unknown = rng.integers(0, 41, count).tolist(), rng.random(count) < 0.05
    columns = {
        "team": rng.choice(["a", "b"], count).tolist(),
        "load": [None if gone else load for load, gone in zip(loads, unknown, strict=True)],
        "laden": [None if gone else load >= 16 for load, gone in zip(loads, unknown, strict=True)],
        "rest": (np.round(np.clip(rng.normal(8, 1.8, count), 3, 12) * 2) / 2).tolist(),
        "walks": (rng.random(count) < 0.4).tolist(),
        "weight": (np.round(weight * 2) / 2).tolist(),
        "girth": (np.round(girth * 2) / 2).tolist(),
    }
    return [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]


def _has_outcome(people: list[Person], seed: int) -> "np.typing.NDArray[np.bool_]":
    """The riskiest, by an invented score with chance in it, to the share of `PREVALENCE`."""
    score: FloatArray = np.array([_score(person) for person in people])
    score += np.random.default_rng(seed).gumbel(0, 0.8, len(people))
    return score >= np.quantile(score, 1 - PREVALENCE)


def _score(person: Person) -> float:
    load, rest, weight = (float(person[name] or 20) for name in ("load", "rest", "weight"))
    return (
        load / 12
        + 0.8 * bool(person["laden"])
        + abs(rest - 8) / 2
        + (weight - 85) / 15
        - 1.2 * bool(person["walks"])
    )
