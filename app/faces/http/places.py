"""From pydantic's location of a fault to what callers are told."""

from collections.abc import Iterator, Sequence
from typing import Any

from app.domain.errors import InvalidInputError, ParameterIssue, Place, ValidationIssue
from app.faces.http.sentences import sentence
from app.parsing.pointers import pointer_to

Location = Sequence[int | str]
_PARAMETERS: dict[int | str, Place] = {"path": "path", "query": "query", "header": "header"}


def faults_of(entry: Any, body: Any) -> Iterator[ValidationIssue | ParameterIssue]:
    """What is wrong, from an entry of pydantic's and the body that it is about."""
    context = entry.get("ctx", {})
    source, *path = entry["loc"] or ("body",)
    if source in _PARAMETERS:
        yield ParameterIssue(str(path[0]), _PARAMETERS[source], sentence(entry["type"], context))
        return
    place = pointer_to(_in_body(path, body))
    if isinstance(error := context.get("error"), InvalidInputError):  # of a validator that looks at several
        yield from (ValidationIssue(place + fault.pointer, fault.detail) for fault in error.issues)
    else:
        yield ValidationIssue(place, sentence(entry["type"], context))


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
