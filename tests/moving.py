"""A synthetic model of categories that people act on, beside numbers, a yes or no, and what follows.

Everything here is invented. Who smokes daily may come down to some days, or stop; who eats poorly may eat
better in two ways, of which the lesser helps some people more. `indoors` follows smoking by a rule, pulse
follows walking by an effect.
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

PEOPLE, PREVALENCE, REFITS = 2000, 0.25, 8

TASK = """
[model]
name = "synthetic-moves"
title = "A synthetic outcome"
outcome = "an invented event"
description = "Synthetic people, made for tests."
threshold = 0.2
min_robustness = 0.6
max_changes = 3
horizon = "12 months"
effort_per_change = 0.2
[data]
name = "synthetic"
publisher = "tests"
licence = "CC0"
loader = "none"

[[feature]]
name = "smoking"
label = "Smoking"
kind = "category"
group = "habits"
missing = "unknown"
role = "behaviour"
theme = "smoking"
categories = [
    { value = "never", label = "Never smoked" },
    { value = "former", label = "Former smoker", in_sentence = "former smoker" },
    { value = "some days", label = "Some days", in_sentence = "some days" },
    { value = "daily", label = "Every day", in_sentence = "every day" },
]
[feature.action]
direction = "moves"
verb = "stopping smoking"
effort = 1.0
moves = [
    { from = "daily", to = "former" },
    { from = "daily", to = "some days", effort = 0.4, verb = "smoking on fewer days" },
    { from = "some days", to = "former", effort = 0.7 },
]
[[feature]]
name = "indoors"
label = "Smoke at home"
kind = "boolean"
group = "habits"
missing = "unknown"
[[feature]]
name = "food"
label = "Food"
kind = "category"
group = "habits"
role = "behaviour"
theme = "food"
categories = [
    { value = "good", label = "Good" },
    { value = "poor", label = "Poor" },
    { value = "mixed", label = "Mixed" },
    { value = "fast", label = "Fast food" },
]
[feature.action]
direction = "moves"
verb = "eating better"
effort = 0.5
moves = [
    { from = "poor", to = "mixed", effort = 0.3 },
    { from = "poor", to = "good", effort = 0.9 },
    { from = "fast", to = "poor", effort = 0.1, verb = "cooking at home" },
    { from = "fast", to = "mixed" },
    { from = "fast", to = "good", effort = 1.1 },
    { from = "mixed", to = "good", effort = 0.45 },
]
[[feature]]
name = "walking"
label = "Walking"
kind = "integer"
group = "habits"
unit = "min/day"
clinical = [0, 240]
observed = [0, 180]
risk = "falling"
noise = 3
precision = 5
role = "behaviour"
theme = "activity"
[feature.action]
direction = "increase"
verb = "walking more"
step = 15
limit = [0, 90]
max_change = 60
effort = 0.25
[[feature]]
name = "pulse"
label = "Pulse"
kind = "number"
group = "body"
unit = "/min"
clinical = [30, 180]
observed = [40, 140]
noise = 2
role = "consequence"
[feature.consequence]
limit = [55, 180]
[[feature]]
name = "alcohol"
label = "Alcohol"
kind = "number"
group = "habits"
unit = "g/day"
clinical = [0, 200]
observed = [0, 120]
risk = "rising"
noise = 1
role = "behaviour"
theme = "alcohol"
[feature.action]
direction = "decrease"
verb = "drinking less"
step = 10
limit = [0, 200]
max_change = 40
effort = 0.3

[[link]]
kind = "rule"
feature = "indoors"
driver = "smoking"
yes_when = ["daily"]
[[effect]]
driver = "walking"
feature = "pulse"
direction = "decrease"
low = 0.5
mean = 1.5
high = 3.0
per = 15
lag = "3 months"
source = "invented"
grade = "B"
checked = 2026-01-01
[[relation]]
name = "who drinks much at home does not smoke there"
terms = { alcohol = 1.0, indoors = 20.0 }
bound = 100.0
binds = "suggestions"
"""
SMOKING, FOOD = ("never", "former", "some days", "daily"), ("good", "poor", "mixed", "fast")


def moving_schema() -> FeatureSchema:
    """The schema alone."""
    return FeatureSchema.model_validate(tomllib.loads(TASK))


def moving_model() -> ModelVersion:
    """The model, fitted to synthetic people as the shipped ones are to real people."""
    schema = moving_schema()
    sample = sample_of(schema)
    return ModelVersion(
        schema=schema,
        version="1",
        digest="1" * 64,
        folder=Path("synthetic-moves"),
        classifier=XGBoostClassifier(fit(schema, sample)),
        committee=XGBoostCommittee(refit(schema, sample, seed) for seed in range(1, REFITS + 1)),
        population=Population(sample.rows, sample.outcome),
    )


def sample_of(schema: FeatureSchema) -> Sample:
    """The people that the model learns from."""
    people = moving_people(PEOPLE, seed=1)
    score: FloatArray = np.array([_score(person) for person in people])
    score += np.random.default_rng(2).gumbel(0, 0.7, len(people))
    return Sample(
        np.stack([schema.encode(person) for person in people]), score >= np.quantile(score, 1 - PREVALENCE)
    )


def moving_people(count: int, seed: int) -> list[Person]:
    """Invented people; whether some of them smoke is not known."""
    rng = np.random.default_rng(seed)
    smoking = rng.choice(SMOKING, count, p=[0.3, 0.2, 0.2, 0.3]).tolist()
    unknown = rng.random(count) < 0.05
    walking = rng.integers(0, 25, count) * 5
    columns = {
        "smoking": [None if gone else one for one, gone in zip(smoking, unknown, strict=True)],
        "indoors": [None if gone else one == "daily" for one, gone in zip(smoking, unknown, strict=True)],
        "food": rng.choice(FOOD, count).tolist(),
        "walking": walking.tolist(),
        "pulse": np.round(np.clip(85 - walking / 10 + rng.normal(0, 10, count), 40, 140)).tolist(),
        "alcohol": np.round(np.clip(rng.exponential(20, count), 0, 120)).tolist(),
    }
    return [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]


def _score(person: Person) -> float:
    """Food and smoking bear on each other: of few who stop is the lesser move on food the better one."""
    smoking = {"daily": 2.0, "some days": 1.3, "former": 0.5}.get(str(person["smoking"]), 0.0)
    food = {"fast": 1.6, "poor": 1.2, "mixed": 0.3, "good": 0.6 if smoking > 1 else 0.0}[str(person["food"])]
    body = (float(person["pulse"] or 75) - 75) / 12 + float(person["alcohol"] or 0) / 25
    return smoking + food + body + 0.3 * bool(person["indoors"]) - float(person["walking"] or 0) / 40
