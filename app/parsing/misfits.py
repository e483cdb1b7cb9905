"""What does not fit a form, in sentences of ours: by place, and never with the value that was given.

Forms are pydantic's models. Its own words are for programmers ("Input should be a valid tuple").
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from app.parsing.pattern_words import pattern_words
from app.parsing.places import place_words

UNSAID = "is not valid here"
"""For a kind of fault that no sentence was written for; a test finds none."""
_NUMBER, _WHOLE, _TEXT = "must be a number", "must be a whole number", "must be text"
_YES_NO, _LIST, _TABLE = "must be true or false", "must be a list", "must be a table of keys and values"
_DATE, _ADDRESS = "must be a date, such as 2026-03-02", "must be an address, such as https://example.org"
_TIME = "must be a time with its offset, such as 2026-03-02T09:30:00.000Z"
_PATH = "must be the path of a file"

SENTENCES = {
    "missing": "is missing",
    "model_type": _TABLE,
    "model_attributes_type": _TABLE,
    "dict_type": _TABLE,
    "mapping_type": _TABLE,
    "list_type": _LIST,
    "tuple_type": _LIST,
    "too_long": "must have no more entries than {max_length}",
    "too_short": "must have no fewer entries than {min_length}",
    "string_type": _TEXT,
    "string_unicode": "must be Unicode text",
    "string_too_long": "must have at most {max_length} characters",
    "string_too_short": "must have at least {min_length} characters",
    "bool_type": _YES_NO,
    "bool_parsing": _YES_NO,
    "int_type": _WHOLE,
    "int_parsing": _WHOLE,
    "int_parsing_size": _WHOLE,
    "int_from_float": _WHOLE,
    "float_type": _NUMBER,
    "float_parsing": _NUMBER,
    "finite_number": "must be a finite number",
    "greater_than": "must be more than {gt:.15g}",
    "greater_than_equal": "must be at least {ge:.15g}",
    "less_than": "must be less than {lt:.15g}",
    "less_than_equal": "must be at most {le:.15g}",
    "enum": "must be one of {expected}",
    "literal_error": "must be {expected}",
    "union_tag_not_found": "must have a {discriminator}",
    "union_tag_invalid": "is of no known {discriminator}: {expected_tags} are known",
    "uuid_type": "must be a UUID",
    "uuid_parsing": "must be a UUID",
    "date_type": _DATE,
    "date_parsing": _DATE,
    "date_from_datetime_parsing": _DATE,
    "date_from_datetime_inexact": _DATE,
    "datetime_type": _TIME,
    "datetime_parsing": _TIME,
    "datetime_object_invalid": _TIME,
    "datetime_from_date_parsing": _TIME,
    "timezone_aware": _TIME,
    "url_type": _ADDRESS,
    "url_parsing": _ADDRESS,
    "url_scheme": _ADDRESS,
    "url_syntax_violation": _ADDRESS,
    "url_too_long": "must have at most {max_length} characters",
    "path_type": _PATH,
    "json_invalid": "is not JSON",
    "json_type": "must be JSON as text",
}
"""By pydantic's names, read after the name of a place; in braces what the form says."""


def filled_in(sentence: str, context: Mapping[str, Any]) -> str:
    """A sentence with what the form says in its braces; names stand there without quotation marks."""
    told = {
        name: value.replace("'", "") if isinstance(value, str) else value for name, value in context.items()
    }
    return sentence.format_map(told)


Place = tuple[str | int, ...]
"""Keys, and numbers of entries from 0."""


@dataclass(frozen=True)
class Misfit:
    """One fault: where it is, and what is wanted there."""

    place: Place
    sentence: str


def misfits(error: ValidationError, content: object = None, key_of: str = "form") -> Iterator[Misfit]:
    """All that pydantic found.

    Args:
        content: What was read. Without it, a place that takes several kinds of value is told of for each.
        key_of: What an unknown key is none of, such as "schema".
    """
    found = error.errors(include_url=False, include_input=False)
    yield from _told([_located(one, content) for one in found], key_of)


def misfit_words(error: ValidationError, key_of: str, content: object = None) -> Iterator[str]:
    """The same, each as words that begin with the place."""
    for misfit in misfits(error, content, key_of):
        where = place_words(misfit.place)
        yield f"{where}: {misfit.sentence}" if where else misfit.sentence


def first_misfit(error: ValidationError, key_of: str) -> str:
    """The first of them alone."""
    return next(misfit_words(error, key_of))


@dataclass(frozen=True)
class _Fault:
    """A finding of pydantic's, and which kinds of value it tried to read on the way, by where."""

    found: ErrorDetails
    place: Place
    tried: tuple[tuple[Place, str], ...] = ()

    @property
    def is_another_kind(self) -> bool:
        return self.found["type"].endswith("_type")


def _located(found: ErrorDetails, content: object) -> _Fault:
    """Where a fault is in what was read: other parts of pydantic's location are kinds that it tried."""
    if content is None:
        return _Fault(found, found["loc"])
    place: Place = ()
    tried: list[tuple[Place, str]] = []
    node = content
    for at, part in enumerate(found["loc"], 1):
        inner = _inside(node, part)
        is_lacking = at == len(found["loc"]) and found["type"] == "missing"
        if inner is not _NOWHERE or is_lacking:
            place, node = (*place, part), inner
        elif part != "[key]" and not (isinstance(node, Mapping) and part in node.values()):
            tried.append((place, str(part)))  # else a key is wrong, or a key such as `kind` says which it is
    return _Fault(found, place, tuple(tried))


_NOWHERE = object()


def _inside(node: object, part: str | int) -> object:
    if isinstance(node, Mapping):
        return node.get(part, _NOWHERE)
    if isinstance(node, list | tuple) and isinstance(part, int) and part < len(node):
        inner: object = node[part]
        return inner
    return _NOWHERE


def _told(faults: Iterable[_Fault], key_of: str) -> Iterator[Misfit]:
    for choice, group in groupby(faults, key=lambda fault: fault.tried[0][0] if fault.tried else None):
        if choice is None:
            yield from (Misfit(fault.place, _sentence(fault.found, key_of)) for fault in group)
        else:
            yield from _of_choice(choice, list(group), key_of)


def _of_choice(place: Place, faults: Sequence[_Fault], key_of: str) -> Iterator[Misfit]:
    """What is wanted where several kinds of value may be: of the kind that was meant, or any of them."""
    branches = [list(group) for _, group in groupby(faults, key=lambda fault: fault.tried[0])]
    meant = min(branches, key=lambda branch: _strangeness(place, branch))
    if _strangeness(place, meant) < _ANOTHER_KIND:
        yield from _told([replace(fault, tried=fault.tried[1:]) for fault in meant], key_of)
        return
    kinds = [_sentence(branch[0].found, key_of).removeprefix("must be ") for branch in branches]
    *most, last = dict.fromkeys(kinds)
    yield Misfit(place, f"must be {', '.join(most)} or {last}" if most else f"must be {last}")


_OF_THIS_KIND, _HOLDS_ANOTHER_KIND, _ANOTHER_KIND = range(3)


def _strangeness(place: Place, branch: Iterable[_Fault]) -> int:
    """How far a value is from the kind that a branch of findings is about."""
    wrong = [fault for fault in branch if fault.is_another_kind]
    if any(fault.place == place for fault in wrong):
        return _ANOTHER_KIND
    return _HOLDS_ANOTHER_KIND if wrong else _OF_THIS_KIND


def _sentence(found: ErrorDetails, key_of: str) -> str:
    kind, context = found["type"], found.get("ctx", {})
    if kind in ("value_error", "assertion_error"):  # raised by a validator of ours
        return str(context["error"])
    if kind == "extra_forbidden":
        return f"is no key of a {key_of}"
    if kind == "string_pattern_mismatch":
        return pattern_words(context["pattern"]) or "is not written as it has to be"
    return filled_in(SENTENCES[kind], context) if kind in SENTENCES else UNSAID
