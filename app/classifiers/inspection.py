"""Looking a model folder over: all that is wrong with it at once, where hosting stops at the first fault."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from app.classifiers.card import read_card
from app.classifiers.consultation import read_consultation
from app.classifiers.ehr import read_ehr
from app.classifiers.folder import (
    TASK,
    Manifest,
    ModelFolderError,
    check_files,
    read_manifest,
    shipped_file,
    task_of,
)
from app.classifiers.handout_phrases import read_handouts
from app.classifiers.model_version import ModelVersion
from app.classifiers.population import read_held_out, read_population
from app.classifiers.store import load_model
from app.classifiers.task import read_schema, read_version_schema
from app.domain.schema import FeatureSchema

Read = TypeVar("Read")


@dataclass(frozen=True, slots=True)
class Inspection:
    """What was found: errors by file and place, the schema of the next training, and the newest version.

    `schema` is None where the model's own `task.toml` cannot be read, `newest` where nothing can be hosted.
    """

    errors: tuple[str, ...]
    schema: FeatureSchema | None
    newest: ModelVersion | None


def inspect_folder(folder: Path) -> Inspection:
    """Everything about a model's folder: its own files, and each of its versions with all of theirs."""
    if not folder.is_dir():
        return Inspection((f"{folder} is no folder",), None, None)
    faults = _Faults()
    homes = sorted(_versions(folder), key=lambda home: int(home.name))
    has_own_task = bool(homes) and all((home / TASK).exists() for home in homes)
    schema = None
    if (folder / TASK).exists() or not has_own_task:
        schema = faults.of(lambda: read_schema(folder))
    looked_at = [_look_at_version(home, faults) for home in homes]
    of_newest, newest = looked_at[-1] if looked_at else (None, None)
    if schema is not None and schema.model.name != folder.name:
        faults.add(f"{folder / TASK} names the model {schema.model.name}, not {folder.name}")
    beside = of_newest or schema
    if beside is not None:
        _look_beside(folder, beside, faults)
    return Inspection(tuple(faults.told), schema, None if faults.told else newest)


class _Faults:
    """What was found so far, each once."""

    def __init__(self) -> None:
        self.told: dict[str, None] = {}

    def add(self, fault: str) -> None:
        self.told[fault] = None

    def of(self, read: Callable[[], Read]) -> Read | None:
        """What a reader gives; None where it refuses, and then its faults are among the found."""
        try:
            return read()
        except ModelFolderError as error:
            for fault in error.faults:
                self.add(fault)
            return None


def _versions(folder: Path) -> Iterator[Path]:
    return (path for path in folder.iterdir() if path.is_dir() and path.name.isdecimal())


def _look_at_version(home: Path, faults: _Faults) -> tuple[FeatureSchema | None, ModelVersion | None]:
    """Each file of a version by itself; what is right is then loaded as a gateway would."""
    before = len(faults.told)
    schema = faults.of(lambda: read_version_schema(home))
    if schema is None:
        return None, None
    if schema.model.name != home.parent.name:
        faults.add(f"{task_of(home)} names the model {schema.model.name}, not {home.parent.name}")
    if (manifest := faults.of(lambda: read_manifest(home, schema))) is not None:
        _look_at_files(home, schema, manifest, faults)
    if len(faults.told) > before:  # XGBoost may crash on a damaged file
        return schema, None
    return schema, faults.of(lambda: load_model(home.parent, home.name))


def _look_at_files(home: Path, schema: FeatureSchema, manifest: Manifest, faults: _Faults) -> None:
    learned_from = manifest.counts.training
    faults.of(lambda: check_files(home, manifest))
    faults.of(
        lambda: read_population(schema, shipped_file(home, manifest, "population.parquet"), learned_from)
    )
    faults.of(lambda: read_held_out(schema, shipped_file(home, manifest, "held_out.parquet")))
    faults.of(lambda: read_card(home))


def _look_beside(folder: Path, schema: FeatureSchema, faults: _Faults) -> None:
    """The files that belong to the model and not to a version; they go with the newest."""
    consultation = faults.of(lambda: read_consultation(folder, schema))
    faults.of(lambda: read_handouts(folder, schema, is_newest=True))
    faults.of(lambda: read_ehr(folder, schema, consultation))
