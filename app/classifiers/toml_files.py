"""Reading the TOML files of a model folder, and saying what is wrong with one by place."""

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from app.classifiers.folder import ModelFolderError
from app.parsing.misfits import misfits
from app.parsing.places import Listed, place_words

Form = TypeVar("Form", bound=BaseModel)


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
    """Each of the faults, on one line; entries of `listed` tables by what they are called."""
    for misfit in misfits(error, content, what_it_is):
        where = place_words(misfit.place, content, listed)
        for what in misfit.sentence.splitlines():
            yield f"{where}: {what}" if where else what
