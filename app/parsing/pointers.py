"""JSON Pointers (RFC 6901) to places in what a caller sent."""

import re
from collections.abc import Iterable

_PLAIN_NAME = re.compile(r"[a-z_][a-z0-9_]{0,39}")
_OF_CDS_HOOKS = frozenset(
    {
        *("hookInstance", "fhirServer", "fhirAuthorization", "userId", "patientId", "encounterId"),
        *("acceptedSuggestions", "overrideReason", "userComment", "outcomeTimestamp"),
    }
)
"""Fields of a specification, which are nobody's data either."""
_MOST_DIGITS = 2
"""As in `vitamin_b12`; more may be a date or somebody's number."""


def pointer_to(path: Iterable[int | str]) -> str:
    """The pointer, cut before a key that is not a plain name: anything else might be somebody's data.

    Whole numbers are places in lists, which were counted here.

    Plain names hold neither of the two characters that a pointer would escape.
    """
    pointer = ""
    for part in path:
        if isinstance(part, str) and not is_plain(part):
            break
        pointer += f"/{part}"
    return pointer


def is_plain(name: str) -> bool:
    """Whether a name may be repeated to the caller.

    Such are up to 40 lower-case ASCII letters, underscores and at most two digits, the first one no digit;
    and the fields of CDS Hooks.
    """
    if name in _OF_CDS_HOOKS:
        return True
    return _PLAIN_NAME.fullmatch(name) is not None and sum(map(str.isdigit, name)) <= _MOST_DIGITS
