"""Places of JSON documents: putting something there, and following pointers to them."""

import copy
from collections.abc import Iterator
from typing import Any

Json = Any


def places(node: Json, at: tuple[int | str, ...] = ()) -> Iterator[tuple[int | str, ...]]:
    """Every place of a document, the whole first."""
    yield at
    inner = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, part in inner:
        yield from places(part, (*at, key))


def put(document: Json, at: tuple[int | str, ...], value: Json) -> Json:
    """The document with another value at a place."""
    if not at:
        return value
    changed = copy.deepcopy(document)
    node = changed
    for key in at[:-1]:
        node = node[key]
    node[at[-1]] = value
    return changed


def assert_leads_somewhere(pointer: str, body: Json) -> None:
    """A JSON Pointer leads to a value of the document, or to what one of its objects or lists lacks."""
    node = body
    *path, last = pointer.split("/")[1:] or [""]
    for part in path:
        node = node[int(part)] if isinstance(node, list) else node[part]
    if pointer and isinstance(node, list):
        assert last.isdecimal()
    elif pointer:
        assert isinstance(node, dict)
