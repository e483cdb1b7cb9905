"""A synthetic model of more levers than the exact search takes: 70 habits that could all be lessened.

Everything here is invented.
"""

from functools import cache
from pathlib import Path

import numpy as np

from app.classifiers.model_version import ModelVersion, Population
from app.classifiers.training_procedure import Sample, fit
from app.classifiers.xgboost_committee import XGBoostCommittee
from app.classifiers.xgboost_local import XGBoostClassifier
from app.domain.schema import FeatureSchema, IntArray
from research.training.committee import refit
from tests.asking import Person

HABITS, PEOPLE, REFITS, MOST = 70, 1200, 5, 6
NAME = "synthetic-wide"
NAMES = [f"habit_{place}" for place in range(HABITS)]


@cache
def wide_model() -> ModelVersion:
    """The model, fitted to synthetic people as the shipped ones are to real people."""
    schema = FeatureSchema.model_validate(_task())
    values = _values(PEOPLE, seed=1)
    rows = np.stack([schema.encode(person) for person in _people(values)])
    sample = Sample(rows, _has_outcome(values, seed=2))
    return ModelVersion(
        schema=schema,
        version="1",
        digest="1" * 64,
        folder=Path(NAME),
        classifier=XGBoostClassifier(fit(schema, sample)),
        committee=XGBoostCommittee(refit(schema, sample, seed) for seed in range(1, REFITS + 1)),
        population=Population(rows, sample.outcome),
    )


def most_burdened() -> Person:
    """Somebody with room for every habit, at a high risk."""
    return dict.fromkeys(NAMES, MOST)


def _task() -> dict[str, object]:
    return {
        "model": {
            "name": NAME,
            "title": "A synthetic outcome of many habits",
            "outcome": "an invented event",
            "description": "Synthetic people, made for tests.",
            "threshold": 0.5,
            "min_robustness": 0.8,
            "max_changes": 3,
            "horizon": "12 months",
            "effort_per_change": 0.2,
        },
        "data": {"name": "synthetic", "publisher": "tests", "licence": "CC0", "loader": "none"},
        "feature": [_habit(name) for name in NAMES],
    }


def _habit(name: str) -> dict[str, object]:
    return {
        "name": name,
        "label": name.replace("_", " ").capitalize(),
        "kind": "integer",
        "group": "habits",
        "unit": "units/day",
        "clinical": [0, MOST],
        "observed": [0, MOST],
        "risk": "rising",
        "noise": 0.2,
        "action": {
            "direction": "decrease",
            "verb": f"lessening {name.replace('_', ' ')}",
            "step": 2,
            "limit": [0, MOST],
            "effort": 0.3,
        },
    }


def _values(count: int, seed: int) -> IntArray:
    return np.random.default_rng(seed).integers(0, MOST + 1, (count, HABITS))


def _people(values: IntArray) -> list[Person]:
    return [dict(zip(NAMES, own, strict=True)) for own in values.tolist()]


def _has_outcome(values: IntArray, seed: int) -> "np.typing.NDArray[np.bool_]":
    """The more of the first habits the likelier, with chance in it; a third have it."""
    score = values @ np.linspace(1, 0, HABITS) ** 3
    score = score + np.random.default_rng(seed).gumbel(0, 2, len(values))
    return np.asarray(score >= np.quantile(score, 2 / 3))
