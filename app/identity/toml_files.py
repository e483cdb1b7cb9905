"""Files of the operator's that name who is trusted: TOML, checked whole, told of without a value."""

import tomllib
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from app.parsing.misfits import first_misfit

_MOST_BYTES = 1 << 20
M = TypeVar("M", bound=BaseModel)


def load_toml(path: Path, setting: str, kind: type[M], fault: type[ValueError]) -> M:
    """What a file says; `setting` is the name of the setting that names it.

    Raises:
        ValueError: of the type `fault`: it cannot be read, is not TOML, or says what cannot be meant.
    """
    try:
        with path.open("rb") as file:
            content = file.read(_MOST_BYTES + 1)
        if len(content) <= _MOST_BYTES:
            return kind.model_validate(tomllib.loads(content.decode()))
    except OSError as error:
        raise fault(f"{setting}: {path} cannot be read: {error.strerror}") from error
    except ValidationError as error:
        raise fault(f"{setting}: {first_misfit(error, 'file of this kind')}") from None
    except (ValueError, RecursionError):
        raise fault(f"{setting} is not TOML") from None
    raise fault(f"{setting} has more than a megabyte")
