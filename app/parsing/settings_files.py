"""Settings by file: `NAME_FILE` names a file whose content is the setting `NAME`."""

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

_MOST = 1 << 20


def read_files(names: Iterable[str], given: Mapping[str, object]) -> dict[str, object]:
    """What files say of settings that are not `given`, by the settings' names in lower case.

    Raises:
        ValueError: a setting is there in both ways, or its file cannot be read. Its content is not told.
    """
    names = set(names)
    environment = {name.lower(): value for name, value in os.environ.items() if value}
    found: dict[str, object] = {}
    for name in sorted(names):
        path = environment.get(f"{name}_file")
        if path is None or f"{name}_file" in names:
            continue
        if name in environment:
            raise ValueError(f"{name.upper()} and {name.upper()}_FILE are both set: leave one out")
        if name not in given:
            found[name] = _content(name.upper(), Path(path))
    return found


def by_file(name: str) -> str | None:
    """A setting's value in the environment, or in the file that is named there; None where there is neither.

    Raises:
        ValueError: as `read_files`.
    """
    found = read_files([name.lower()], {}).get(name.lower())
    return os.environ.get(name) or (None if found is None else str(found))


def _content(name: str, path: Path) -> str:
    """All of a file but the line break at its end, which editors add."""
    try:
        with path.open("rb") as file:
            content = file.read(_MOST + 1)
        if len(content) > _MOST:
            raise ValueError(f"the file of {name}_FILE has more than a megabyte")
        text = content.decode()
    except UnicodeDecodeError:
        raise ValueError(f"the file of {name}_FILE is no UTF-8 text") from None
    except OSError as error:
        raise ValueError(f"the file of {name}_FILE cannot be read: {error.strerror}") from None
    text = text.removesuffix("\n").removesuffix("\r")
    if not text:
        raise ValueError(f"the file of {name}_FILE is empty")
    return text
