"""What a caller prefers of how a request is done (RFC 7240): here, for how long they wait."""

import re
from collections.abc import Iterable, Iterator
from typing import Annotated

from fastapi import Header, Request, Response

from app.parsing.numbers import NumberError, read_number

PREFER, APPLIED = "Prefer", "Preference-Applied"
_PREFERENCE = re.compile(r'(?:[^,"]|"(?:[^"\\]|\\.)*")+')
_MOST_CHARACTERS = 1_000
"""Of all that is preferred; more is not read, and nothing is preferred then."""
Prefer = Annotated[
    str | None,
    Header(
        alias=PREFER,
        description="`wait=2` bounds the wait, in seconds: the answer has what is ready by then, and says if "
        "that is not all. Other preferences are passed over.",
        examples=["wait=2"],
    ),
]
"""To be named by an endpoint that reads it, for its documentation."""


def wait_of(request: Request) -> float | None:
    """The seconds that the caller prefers to wait; None where they say nothing that can be read."""
    return _wait(request.headers.getlist(PREFER))


def apply_wait(response: Response, wait_s: float | None) -> Response:
    """The response, which says that it took heed of the wait."""
    if wait_s is not None:
        response.headers[APPLIED] = f"wait={wait_s:g}"
        response.headers.add_vary_header(PREFER)
    return response


def _wait(given: Iterable[str]) -> float | None:
    text = ",".join(given)
    if len(text) > _MOST_CHARACTERS:
        return None
    for name, value in _preferences(text):
        if name == "wait":  # of several the first counts
            try:
                seconds = read_number(value)
            except NumberError:
                return None
            return seconds if seconds >= 0 else None
    return None


def _preferences(text: str) -> Iterator[tuple[str, str]]:
    """Each preference's name, in lower case, and value, without its parameters."""
    for part in _PREFERENCE.findall(text):
        name, _, value = part.partition(";")[0].partition("=")
        yield name.strip().lower(), value.strip().strip('"')
