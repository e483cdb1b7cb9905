"""Copies of the shipped model that tests may spoil."""

import hashlib
import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import pyarrow.parquet as pq
import pytest

from app.classifiers.model_version import ModelVersion
from app.classifiers.store import ModelFolderError, load_model

PEOPLE = 300
"""How many of the population the copy keeps, so that it is read quickly."""


def folder_of(model: ModelVersion, home: Path) -> Path:
    """A copy of a model's folder with this version alone."""
    folder = home / model.name
    version = Path(shutil.copytree(model.folder, folder / model.version))
    shutil.copy(version / "task.toml", folder)
    population = version / "population.parquet"
    pq.write_table(pq.read_table(population)[:PEOPLE], population)
    sealed(folder)
    return folder


def add_version(folder: Path, version: str, changes: Mapping[str, str] = MappingProxyType({})) -> Path:
    """A further version, made of the first, with some words of its own schema changed."""
    home = Path(shutil.copytree(folder / "1", folder / version))
    task = home / "task.toml"
    text, name = task.read_text(), f'name = "{folder.name}"'
    for before, after in {name: f'{name}\nversion = "{version}"', **changes}.items():
        assert before in text
        text = text.replace(before, after, 1)
    task.write_text(text)
    manifest = json.loads((home / "manifest.json").read_text()) | {"version": version}
    (home / "manifest.json").write_text(json.dumps(manifest))
    sealed(folder, version)
    return home


def sealed(folder: Path, version: str = "1") -> None:
    """Write the manifest of a changed version anew: what it lists is what lies there."""
    path = folder / version / "manifest.json"
    manifest = json.loads(path.read_text())
    task, files = path.with_name("task.toml"), [file for file in path.parent.rglob("*") if file.is_file()]
    manifest["files"] = {
        file.relative_to(path.parent).as_posix(): _sha256(file) for file in files if file not in (path, task)
    }
    manifest["schema"] = _sha256(task if task.exists() else folder / "task.toml")
    path.write_text(json.dumps(manifest))


def refusal(folder: Path) -> str:
    """The one sentence with which a folder is refused."""
    with pytest.raises(ModelFolderError) as caught:
        load_model(folder)
    (sentence,) = str(caught.value).splitlines()
    return sentence


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
