"""The manifest of a model version: what made it, from what, and the digest of every file."""

import hashlib
import json
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import xgboost

from app import __version__
from app.classifiers import training_procedure
from app.classifiers.folder import TASK
from app.domain.schema import FeatureSchema
from research.training import split
from research.training.committee import COMMITTEE_SIZE
from research.training.data_set import DataSet

_PACKAGES = ("numpy", "pandas", "scikit-learn", "pyarrow")


def write_json(path: Path, content: Mapping[str, Any] | Sequence[Mapping[str, Any]]) -> None:
    """Write JSON that is the same for the same content, and pleasant to read and to compare."""
    path.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Origin:
    """What a version came from and how it was made, as its manifest tells it."""

    data: Mapping[str, Any]
    """The table: its name, digests, and the rule of who is held out."""
    fit: Mapping[str, Any]
    committee: Mapping[str, Any]


def origin_of(schema: FeatureSchema, data_set: DataSet) -> Origin:
    """Of a version that is learned from a public data set."""
    source = data_set.source
    return Origin(
        data={
            "name": schema.data.name,
            "source": source.package,
            "wheel_sha256": source.wheel_sha256,
            "table": source.table,
            "table_sha256": source.table_sha256,
            "held_out": split.rule(data_set.number),
        },
        fit={
            "seed": training_procedure.SEED,
            "trees": training_procedure.TREES,
            "parameters": training_procedure.PARAMETERS,
        },
        committee={
            "members": COMMITTEE_SIZE,
            "seeds": [1, COMMITTEE_SIZE],
        },
    )


def write_manifest(home: Path, schema: FeatureSchema, origin: Origin, counts: Mapping[str, Any]) -> None:
    """Write `manifest.json` over the finished files of `home`. No time stamps: same run, same bytes."""
    task, itself = home / TASK, home / "manifest.json"
    files = [path for path in sorted(home.rglob("*")) if path.is_file() and path not in (task, itself)]
    manifest = {
        "model": schema.model.name,
        "version": schema.model.version,
        "turnpoint": __version__,
        "schema": sha256_of(task),
        "data": origin.data,
        "counts": counts,
        "fit": origin.fit,
        "committee": origin.committee,
        "made_with": package_versions(),
        "columns": list(schema.columns),
        "files": {path.relative_to(home).as_posix(): sha256_of(path) for path in files},
    }
    write_json(itself, manifest)


def package_versions() -> dict[str, str]:
    """The versions on which the bytes of a version depend."""
    python = ".".join(platform.python_version_tuple()[:2])
    # The same code is published as xgboost and as xgboost-cpu: ask the module.
    return {"python": python, "xgboost": xgboost.__version__} | {name: version(name) for name in _PACKAGES}


def sha256_of(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
