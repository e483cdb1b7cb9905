"""Synthetic model folders that nobody tuned anything for: any threshold, no `age`, no `short`, long names.

Everything here is invented.
"""

import hashlib
import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from app.classifiers.task import read_version_schema
from app.classifiers.training_procedure import Sample, fit
from app.domain.schema import FeatureSchema
from research.training.committee import refit

NAME = "strange"
LONG = "weekly_hours_of_watching_television"
_REFITS = 3

_TASK = """
[model]
name = "{name}"
title = "A strange outcome"
outcome = "an invented event"
description = "Synthetic people, made for tests."
threshold = {threshold}
min_robustness = 0.6
max_changes = {most}
horizon = "6 months"
effort_per_change = 0.1
[data]
name = "synthetic"
publisher = "tests"
licence = "CC0"
loader = "own_table"
"""
_FEATURE = """
[[feature]]
name = "{name}"
label = "{name}"
kind = "number"
clinical = [0, 60]
observed = [{low}, {high}]
precision = 0.5
risk = "rising"
"""
_ACTION = """
[feature.action]
direction = "decrease"
verb = "having less of it"
step = 2
limit = [0, 60]
effort = 0.3
"""
_TREATMENT = 'role = "treatment"' + _ACTION.replace("feature.action", "feature.treatment")


def write_strange_model(
    store: Path,
    threshold: float,
    people: int = 6000,
    most: int = 2,
    actionable: bool = True,
    middle: float | None = None,
) -> str:
    """Write version 1 of a model, and return its name; `middle` is a usual risk, else the threshold.

    Of one that is not `actionable` treatment alone changes anything.
    """
    rng = np.random.default_rng(7)
    names = (LONG, "weekly_portions", "load")
    values = np.round(rng.uniform(0, 40, (people, len(names))) * 2) / 2
    middle = middle or threshold
    odds = np.log(middle / (1 - middle)) + (values - 22) @ np.array([0.08, 0.06, 0.04])
    outcome = rng.random(people) < 1 / (1 + np.exp(-odds))
    home = store / NAME / "1"
    (home / "committee").mkdir(parents=True)
    text = _TASK.format(name=NAME, threshold=threshold, most=most)
    for place, name in enumerate(names):
        own = values[:, place]
        text += _FEATURE.format(name=name, low=own.min(), high=own.max())
        text += (_ACTION if actionable else _TREATMENT) if name != "load" else ""
    (home / "task.toml").write_text(text)
    schema = read_version_schema(home)
    sample = Sample(values, outcome)
    fit(schema, sample).save_model(home / "classifier.ubj")
    for seed in range(_REFITS):
        refit(schema, sample, seed + 1).save_model(home / "committee" / f"{seed:02}.ubj")
    for file in ("population.parquet", "held_out.parquet"):
        table = {name: values[:, place] for place, name in enumerate(names)} | {"outcome": outcome}
        pq.write_table(pa.table(table), home / file)
    _write_manifest(home, schema)
    return NAME


def _write_manifest(home: Path, schema: FeatureSchema) -> None:
    files = [path for path in sorted(home.rglob("*")) if path.is_file() and path.name != "task.toml"]
    manifest = {
        "version": "1",
        "columns": schema.columns,
        "schema": _digest(home / "task.toml"),
        "files": {path.relative_to(home).as_posix(): _digest(path) for path in files},
    }
    (home / "manifest.json").write_text(json.dumps(manifest))


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
