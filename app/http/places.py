"""From pydantic's location of a fault to what callers are told."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from app.domain.patient import Fault
from app.http.faults import ParameterFault, Place
from app.http.sentences import sentence

Location = Sequence[int | str]
_PLAIN_NAME = re.compile(r"[A-Za-z0-9_]{1,40}")
_PARAMETERS: dict[int | str, Place] = {"path": "path", "query": "query", "header": "header"}


def fault_of(entry: Any, body: Any) -> Fault | ParameterFault:
    """What is wrong, from an entry of pydantic's and the body that it is about."""
    detail = sentence(entry["type"], entry.get("ctx", {}))
    source, *path = entry["loc"] or ("body",)
    if source in _PARAMETERS:
        return ParameterFault(str(path[0]), _PARAMETERS[source], detail)
    return Fault(_pointer(path, body), detail)


def _pointer(path: Location, body: Any) -> str:
    """A JSON Pointer (RFC 6901), cut before a key that is not a plain name: it might be somebody's data.

    Plain names hold neither of the two characters that a pointer would escape.
    """
    pointer = ""
    for part in _in_body(path, body):
        if not _PLAIN_NAME.fullmatch(str(part)):
            break
        pointer += f"/{part}"
    return pointer


def _in_body(path: Location, body: Any) -> Iterator[int | str]:
    """The location without the words by which pydantic says which of a union's members it took.

    Unions in requests are told apart by `kind`, whose value pydantic puts behind the union's own place.
    """
    node, may_be_kind = body, False
    for part in path:
        if may_be_kind and isinstance(node, dict) and node.get("kind") == part:
            may_be_kind = False
            continue
        yield part
        node, may_be_kind = _child(node, part), True


def _child(node: Any, part: int | str) -> Any:
    if isinstance(node, list):
        return node[part] if isinstance(part, int) and part < len(node) else None
    return node.get(part) if isinstance(node, dict) else None
