"""JSON Pointers (RFC 6901) to places in what a caller sent."""

import re
from collections.abc import Iterable

_PLAIN_NAME = re.compile(r"[A-Za-z0-9_]{1,40}")


def pointer_to(path: Iterable[int | str]) -> str:
    """The pointer, cut before a key that is not a plain name: anything else might be somebody's data.

    Plain names hold neither of the two characters that a pointer would escape.
    """
    pointer = ""
    for part in path:
        if not is_plain(str(part)):
            break
        pointer += f"/{part}"
    return pointer


def is_plain(name: str) -> bool:
    """Whether a name may be repeated to the caller: up to 40 ASCII letters, digits, underscores."""
    return _PLAIN_NAME.fullmatch(name) is not None
