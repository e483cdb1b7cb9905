"""Who is asked about, and what every method is told about them."""

import hashlib
import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import xgboost

from app.domain.schema import FeatureSchema, FloatArray, Value
from app.settings import ROOT
from app.training.fit import Sample
from bench.peers.reach import Reach, reach_of

MODEL = "dysglycaemia"
VERSION = "1"


@dataclass(frozen=True, slots=True)
class Person:
    """One held-out person: values in the schema's kinds, the encoded row, and what may move how far."""

    source_id: int
    values: Mapping[str, Value]
    row: FloatArray
    reach: Reach
    only: tuple[str, ...] | None = None
    """The actionable features that may vary; all of them when None."""


@dataclass(frozen=True)
class Scene:
    """The shipped model, the people asked about, and the training people whom some peers need."""

    schema: FeatureSchema
    folder: Path
    people: tuple[Person, ...]
    training: Sample
    """Training people with no missing value: what peers are given."""
    population: Sample
    """All training people: what the judges are made from."""

    @cached_property
    def booster(self) -> xgboost.Booster:
        """The classifier as XGBoost itself, one thread."""
        booster = xgboost.Booster({"nthread": 1})
        booster.load_model(str(self.folder / "classifier.ubj"))
        return booster

    def risk(self, rows: FloatArray) -> FloatArray:
        """Risk of each row, shape (n,): XGBoost's fastest path, float32 as in training."""
        return np.asarray(self.booster.inplace_predict(rows.astype(np.float32)), dtype=np.float64)

    def both_classes(self, rows: FloatArray) -> FloatArray:
        """Probabilities of the low and the high class, shape (n, 2): scikit-learn's `predict_proba`."""
        risk = self.risk(np.asarray(rows, dtype=np.float64))
        return np.column_stack([1.0 - risk, risk])

    @property
    def target(self) -> float:
        return self.schema.model.threshold

    @cached_property
    def model_digest(self) -> str:
        """SHA-256 over the model's manifest, which lists every file of it."""
        return hashlib.sha256((self.folder / "manifest.json").read_bytes()).hexdigest()

    @cached_property
    def told_digest(self) -> str:
        """SHA-256 over all of the model that peers are told of; the committee is ours alone."""
        told = self.schema.model_dump_json(exclude={"model": {"min_robustness", "title", "description"}})
        files = ("classifier.ubj", "population.parquet", "held_out.parquet")
        return hashlib.sha256(
            told.encode() + b"".join((self.folder / name).read_bytes() for name in files)
        ).hexdigest()

    @cached_property
    def people_digest(self) -> str:
        """SHA-256 over the encoded rows of the people asked about, in order."""
        rows = np.stack([person.row for person in self.people])
        ids = json.dumps([person.source_id for person in self.people])
        return hashlib.sha256(ids.encode() + rows.tobytes()).hexdigest()

    def restricted(self, person: Person, only: Sequence[str] | None) -> Person:
        """The same person with only these actionable features free to vary."""
        if only is None:
            return person
        return replace(person, only=tuple(only), reach=reach_of(self.schema, person.values, only))


def load_scene(count: int) -> Scene:
    """The first `count` held-out people of high risk in the file's order, every value of theirs known.

    Peers cannot take missing values (DiCE refuses them, NICE answers nonsense), so those people are left out.
    """
    home = ROOT / "model_store" / MODEL
    schema = FeatureSchema.model_validate(tomllib.loads((home / "task.toml").read_text(encoding="utf-8")))
    folder = home / VERSION
    table = _read(schema, folder / "population.parquet", "outcome")
    rows = np.stack([schema.encode(person) for person in table])
    population = Sample(rows, np.array([person["outcome"] for person in table], dtype=bool))
    training = population.take(np.flatnonzero(~np.isnan(rows).any(axis=1)))
    bare = Scene(schema=schema, folder=folder, people=(), training=training, population=population)
    held_out = held_out_people(bare)
    risk = bare.risk(np.stack([person.row for person in held_out]))
    asked = [person for person, value in zip(held_out, risk, strict=True) if value > bare.target]
    return replace(bare, people=tuple(asked[:count]))


def held_out_people(scene: Scene) -> list[Person]:
    """Every held-out person with no missing value, in the file's order."""
    schema = scene.schema
    table = _read(schema, scene.folder / "held_out.parquet", "seqn")
    return [
        Person(values.pop("seqn"), values, schema.encode(values), reach_of(schema, values))
        for values in table
        if None not in values.values()
    ]


def easy_training_person(scene: Scene) -> Person:
    """The training person whose risk is least above the target: the warm-up of every method."""
    risk = scene.risk(scene.training.rows)
    row = scene.training.rows[np.where(risk > scene.target, risk, np.inf).argmin()]
    values = _values(scene.schema, row)
    return Person(0, values, row, reach_of(scene.schema, values))


def _values(schema: FeatureSchema, row: FloatArray) -> dict[str, Value]:
    place = {column: index for index, column in enumerate(schema.columns)}
    categories: dict[str, Value] = {
        feature.name: next(c.value for c in feature.categories if row[place[f"{feature.name}={c.value}"]])
        for feature in schema.features
        if feature.categories
    }
    return schema.decode(row, categories)


def _read(schema: FeatureSchema, path: Path, beside: str) -> list[dict[str, Any]]:
    names = [feature.name for feature in schema.features]
    people: list[dict[str, Any]] = pq.read_table(path, columns=[beside, *names]).to_pylist()
    return people
