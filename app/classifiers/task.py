"""Reading `task.toml`: what a model is asked, and what can be said of its features."""

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from app.classifiers.folder import TASK, ModelFolderError, task_of
from app.domain.schema import FeatureSchema
from app.domain.schema_checks import schema_faults

_LISTED = {
    "feature": ("name",),
    "link": ("feature",),
    "relation": ("name",),
    "effect": ("driver", "feature"),
}
"""The tables of which there are several, and the keys that name each."""

_WORDS = {"extra_forbidden": "is no key of a schema"}


def read_schema(folder: Path) -> FeatureSchema:
    """The feature schema with which a model's next version is trained.

    Raises:
        ModelFolderError: `task.toml` is missing or says something that cannot be.
    """
    return _read(folder / TASK)


def read_version_schema(home: Path) -> FeatureSchema:
    """The feature schema of a trained version; its `version` is the folder's name.

    Raises:
        ModelFolderError: `task.toml` is missing, says something that cannot be, or is of another version.
    """
    path = task_of(home)
    schema = _read(path)
    if "version" not in schema.model.model_fields_set:
        model = schema.model.model_copy(update={"version": home.name})
        return schema.model_copy(update={"model": model})
    if schema.model.version != home.name:
        raise ModelFolderError(f"{path} is of version {schema.model.version}, not of {home}")
    return schema


def _read(path: Path) -> FeatureSchema:
    content = _content(path)
    try:
        schema = FeatureSchema.model_validate(content)
    except ValidationError as error:
        raise ModelFolderError(f"{path} is not a feature schema: {_first_of(error, content)}") from error
    if fault := next(schema_faults(schema), None):
        raise ModelFolderError(f"{path} is not a feature schema: {fault}")
    return schema


def _content(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ModelFolderError(f"{path} is missing") from error
    except OSError as error:
        raise ModelFolderError(f"{path} cannot be read: {error.strerror}") from error
    except RecursionError as error:
        raise ModelFolderError(f"{path} is not TOML: it is nested too deeply") from error
    except ValueError as error:  # not TOML, or not even text
        raise ModelFolderError(f"{path} is not TOML: {error}") from error


def _first_of(error: ValidationError, content: Mapping[str, Any]) -> str:
    """The first of pydantic's findings, on one line."""
    first = error.errors(include_url=False, include_context=False)[0]
    where = ".".join(_named(first["loc"], content))
    what = _WORDS.get(first["type"]) or first["msg"].removeprefix("Value error, ")
    return f"{where}: {what}" if where else what


def _named(place: Sequence[str | int], content: Mapping[str, Any]) -> list[str]:
    """The parts of a place, a feature, link, relation or effect by what it is called, not by its number."""
    parts = [str(part) for part in place]
    if len(place) > 1 and place[0] in _LISTED and isinstance(place[1], int):
        entry = content[str(place[0])][place[1]]
        keys = _LISTED[str(place[0])]
        names = [entry.get(key) for key in keys] if isinstance(entry, Mapping) else [None]
        if all(isinstance(name, str) for name in names):
            parts[1] = repr(" on ".join(map(str, names)))
    return parts
