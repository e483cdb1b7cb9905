"""The files of a model folder: which there must be, and that each is the one that was shipped."""

import hashlib
from collections.abc import Iterable, Iterator, Set
from pathlib import Path

from pydantic import BaseModel, Field, ValidationError

from app.classifiers.column_diff import difference
from app.domain.schema import FeatureSchema
from app.parsing.misfits import first_misfit

TASK = "task.toml"
MAKING = ".making"
"""Where a version of an own model is until it is whole; a run that was killed may leave it."""
OLD = ".old"
"""Ends the name of a version that was just replaced; a run that was killed may leave it."""


class ModelFolderError(RuntimeError):
    """A model cannot be hosted; the message is one sentence that names the file and what is wrong with it.

    `faults` has that sentence, and those of all else that was found wrong in the same place.
    """

    def __init__(self, *faults: str) -> None:
        super().__init__(faults[0])
        self.faults = faults


def refuse(faults: Iterable[str], before: str) -> None:
    """Nothing, where there are no faults.

    Raises:
        ModelFolderError: there are; each is told with what stands before it, such as the file's name.
    """
    if told := [f"{before}{fault}" for fault in faults]:
        raise ModelFolderError(*told)


def replaced_versions(folder: Path) -> list[Path]:
    """Folders of versions that were being replaced when a run was killed, in order."""
    return [path for path in sorted(folder.glob(f"*{OLD}")) if path.stem.isdecimal() and path.is_dir()]


class Counts(BaseModel):
    """How many people took part."""

    training: int | None = None
    """From how many people the model learned: `population.parquet` may hold a sample of them."""


def task_of(home: Path) -> Path:
    """The `task.toml` of a version: its own, or the model's where it has none."""
    own = home / TASK
    return own if own.exists() else home.parent / TASK


class Fit(BaseModel):
    """What `manifest.json` tells of how the classifier was fitted, as far as hosting needs it."""

    given: str | None = None
    """The library of a classifier that its owner gave: it was fitted elsewhere. None of one fitted here."""


class Manifest(BaseModel):
    """What hosting needs of `manifest.json`: the classifier's columns and every file's SHA-256."""

    columns: tuple[str, ...]
    """The classifier's columns, in the schema's order."""
    files: dict[str, str]
    """By path within the folder, the SHA-256 of every file but `task.toml` and the manifest itself."""
    counts: Counts = Counts()
    """How many people took part."""
    fit: Fit = Fit()
    """How the classifier was made."""
    version: str | None = None
    """The number of the folder; may be left out."""
    task: str = Field(alias="schema")
    """SHA-256 of the version's `task.toml`."""


def read_manifest(home: Path, schema: FeatureSchema) -> Manifest:
    """The manifest of a version, once it is found to be of this version and of the schema's columns.

    Raises:
        ModelFolderError: it is missing, is not a manifest, is of another version, or lists other columns.
    """
    path = home / "manifest.json"
    try:
        manifest = Manifest.model_validate_json(_content(path))
    except ValidationError as error:
        raise ModelFolderError(f"{path} is not a manifest: {first_misfit(error, 'manifest')}") from error
    if manifest.version not in (None, home.name):
        raise ModelFolderError(f"{path} is the manifest of another version than {home.name}")
    if differing := difference(manifest.columns, schema.columns):
        raise ModelFolderError(f"{path} lists {differing}")
    return manifest


def check_files(home: Path, manifest: Manifest, without: Iterable[str] = ()) -> None:
    """Compare every file with the manifest, but for those that this gateway does without.

    Before anything is parsed: XGBoost may crash on a damaged file.

    Raises:
        ModelFolderError: a file is missing, or is not the one that the manifest lists.
    """
    refuse(_differing(home, manifest, set(without)), "")


def _differing(home: Path, manifest: Manifest, without: Set[str]) -> Iterator[str]:
    listed = {home / name: digest for name, digest in manifest.files.items() if name not in without}
    for path, digest in {**listed, task_of(home): manifest.task}.items():
        try:
            content = _content(path)
        except ModelFolderError as error:
            yield str(error)
            continue
        if hashlib.sha256(content).hexdigest() != digest:
            yield f"{path} differs from the manifest: its SHA-256 is not the one listed"


def shipped_file(home: Path, manifest: Manifest, name: str) -> Path:
    """A file of a version that hosting needs.

    Raises:
        ModelFolderError: it is missing, or the manifest does not list it, so that nobody vouches for it.
    """
    path = home / name
    if name not in manifest.files:
        raise ModelFolderError(f"{path} is {'not listed in the manifest' if path.exists() else 'missing'}")
    return path


def shipped_files(home: Path, manifest: Manifest, pattern: str) -> list[Path]:
    """The files of a version that match a pattern, in order.

    Raises:
        ModelFolderError: there is none, or one that the manifest does not list.
    """
    names = [path.relative_to(home).as_posix() for path in sorted(home.glob(pattern))]
    if not names:
        raise ModelFolderError(f"{home / pattern} is missing")
    return [shipped_file(home, manifest, name) for name in names]


def digest_of(home: Path, also: str = "") -> str:
    """SHA-256 over the manifest, and over what else decides on a version's answers."""
    return hashlib.sha256(_content(home / "manifest.json") + also.encode()).hexdigest()


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise ModelFolderError(f"{path} is missing") from error
    except OSError as error:
        raise ModelFolderError(f"{path} cannot be read: {error.strerror}") from error
