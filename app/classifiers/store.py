"""Reading a model folder: schema, classifier, committee, population, each checked by digest.

model_store/<model>/task.toml
model_store/<model>/<version>/manifest.json, classifier.ubj, committee/*.ubj, population.parquet, …
"""

import hashlib
import json
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
from pydantic import ValidationError

from app.classifiers.base import ClassifierError
from app.classifiers.hosted import HostedModel, Population
from app.classifiers.xgboost_committee import XGBoostCommittee
from app.classifiers.xgboost_local import XGBoostClassifier
from app.domain.schema import FeatureSchema


class ModelFolderError(RuntimeError):
    """A model folder cannot be hosted; the message names the file and what is wrong with it."""


def read_schema(folder: Path) -> FeatureSchema:
    """The feature schema of a model.

    Raises:
        ModelFolderError: `task.toml` is missing or says something that cannot be.
    """
    path = folder / "task.toml"
    try:
        return FeatureSchema.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError as error:
        raise ModelFolderError(f"{path} is missing") from error
    except (tomllib.TOMLDecodeError, ValidationError) as error:
        raise ModelFolderError(f"{path} is not a feature schema: {error}") from error


def load_model(folder: Path, version: str | None = None) -> HostedModel:
    """The newest version of a model, or the named one, with every file checked against the manifest.

    Raises:
        ModelFolderError: a file is missing, was changed, or does not fit the schema.
    """
    schema = read_schema(folder)
    home = folder / (version or _newest(folder))
    manifest = _checked_manifest(home, folder / "task.toml")
    if list(schema.columns) != manifest["columns"]:
        raise ModelFolderError(f"{home / 'manifest.json'} lists other columns than task.toml declares")
    try:
        classifier = XGBoostClassifier.load(home / "classifier.ubj", schema.columns)
        committee = XGBoostCommittee.load(sorted((home / "committee").glob("*.ubj")), schema.columns)
    except ClassifierError as error:
        raise ModelFolderError(str(error)) from error
    return HostedModel(
        schema=schema,
        version=home.name,
        digest=_digest(home / "manifest.json"),
        folder=home,
        classifier=classifier,
        committee=committee,
        population=read_people(schema, home / "population.parquet"),
    )


def load_models(store: Path) -> dict[str, HostedModel]:
    """Every model of a store that has a trained version, by name."""
    folders = sorted(path.parent for path in store.glob("*/task.toml"))
    models = [load_model(folder) for folder in folders if any(folder.glob("*/manifest.json"))]
    if not models:
        raise ModelFolderError(f"{store} holds no trained model")
    return {model.name: model for model in models}


def read_people(schema: FeatureSchema, path: Path) -> Population:
    """The people of a Parquet file whose columns are the schema's features and `outcome`."""
    table = pq.read_table(path)
    people = table.select([feature.name for feature in schema.features]).to_pylist()
    return Population(
        rows=np.stack([schema.encode(person) for person in people]),
        outcome=np.array(table.column("outcome").to_pylist(), dtype=bool),
    )


def _newest(folder: Path) -> str:
    versions = [path.parent.name for path in folder.glob("*/manifest.json") if path.parent.name.isdecimal()]
    if not versions:
        raise ModelFolderError(f"{folder} holds no trained version")
    return max(versions, key=int)


def _checked_manifest(home: Path, task: Path) -> dict[str, Any]:
    path = home / "manifest.json"
    try:
        manifest: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        files = {home / name: digest for name, digest in manifest["files"].items()} | {
            task: manifest["schema"]
        }
        differing = [file for file, digest in files.items() if _digest(file) != digest]
    except FileNotFoundError as error:
        raise ModelFolderError(f"{error.filename} is missing") from error
    except (json.JSONDecodeError, KeyError) as error:
        raise ModelFolderError(f"{path} is not a manifest") from error
    if differing:
        raise ModelFolderError(f"{differing[0]} differs from the manifest: its SHA-256 is not the one listed")
    return manifest


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
