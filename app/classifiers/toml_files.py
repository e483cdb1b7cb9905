"""Reading the TOML files of a model folder, and saying what is wrong with one by place."""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from app.classifiers.folder import ModelFolderError
from app.classifiers.pattern_words import pattern_words

Form = TypeVar("Form", bound=BaseModel)
Listed = Mapping[str, Sequence[str]]
"""Tables of which there are several, and the keys that name each."""


def toml_of(path: Path) -> dict[str, Any]:
    """What a file says.

    Raises:
        ModelFolderError: it is missing, cannot be read, or is not TOML.
    """
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


def read_as(path: Path, form: type[Form], listed: Listed, what_it_is: str, refused: str) -> Form:
    """What a file says, as a model of pydantic; of what it cannot be, `refused` and the faults are told.

    Raises:
        ModelFolderError: it is missing, cannot be read, is not TOML, or not of this form.
    """
    content = toml_of(path)
    try:
        return form.model_validate(content)
    except ValidationError as error:
        faults = faults_of(error, content, listed, what_it_is)
        raise ModelFolderError(*(f"{path} {refused}: {fault}" for fault in faults)) from error


def faults_of(
    error: ValidationError, content: Mapping[str, Any], listed: Listed, what_it_is: str
) -> Iterator[str]:
    """Each of pydantic's findings, on one line; entries of `listed` tables by what they are called."""
    for found in error.errors(include_url=False):
        where = ".".join(_named(found["loc"], content, listed))
        own_words = _own_words(found, what_it_is)
        for what in (own_words or found["msg"].removeprefix("Value error, ")).splitlines():
            yield f"{where}: {what}" if where else what


def _own_words(found: ErrorDetails, what_it_is: str) -> str | None:
    """What pydantic would say less plainly."""
    if found["type"] == "extra_forbidden":
        return f"is no key of a {what_it_is}"
    if found["type"] == "string_pattern_mismatch":
        return pattern_words(found["ctx"]["pattern"])
    return None


def _named(place: Sequence[str | int], content: Mapping[str, Any], listed: Listed) -> list[str]:
    """The parts of a place, a feature, link, relation or effect by what it is called, not by its number."""
    parts = [str(part) for part in place]
    if len(place) > 1 and place[0] in listed and isinstance(place[1], int):
        entry = content[str(place[0])][place[1]]
        keys = listed[str(place[0])]
        names = [entry.get(key) for key in keys] if isinstance(entry, Mapping) else [None]
        if all(isinstance(name, str) for name in names):
            parts[1] = repr(" on ".join(map(str, names)))
    return parts
