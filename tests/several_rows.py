"""Shipped versions as if people had several rows each, such as days, that stand together in the file."""

import shutil
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from app.classifiers.model_version import ModelVersion
from app.classifiers.partitions import Side
from app.classifiers.population import WHOSE
from app.paths import MODEL_STORE
from tests.unit.classifiers.spoilt import sealed

ROWS = 5
"""Of each person."""


def of_several_rows(model: ModelVersion, side: Side, folder: Path) -> ModelVersion:
    """The version with such people on one side, of whom there are files in `folder` alone."""
    _write(model.folder / side, folder / side)
    return replace(model, folder=folder)


def store_of_several_rows(store: Path) -> Path:
    """A store with one version, *heart-disease* 2, with such people held out."""
    home = store / "heart-disease"
    shutil.copytree(MODEL_STORE / "heart-disease" / "2", home / "2")
    shutil.copy(MODEL_STORE / "heart-disease" / "task.toml", home)
    _write(home / "2" / Side.HELD_OUT, home / "2" / Side.HELD_OUT)
    sealed(home, "2")
    return store


def _write(path: Path, to: Path) -> None:
    table = pq.read_table(path)
    whose = pa.array([row // ROWS for row in range(len(table))])
    pq.write_table(table.append_column(WHOSE, whose), to)
