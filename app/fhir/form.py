"""The JSON form of FHIR, which has no nulls, no empty texts, no empty lists and no empty objects."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import Any
from uuid import UUID, uuid5

from app.fhir.terms import AI_ASSERTED, Json

MEDIA_TYPE = "application/fhir+json"

_ODD_SPACE = re.compile(r"[^\S \t\r\n]|[\x00-\x08\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
"""Characters that texts in FHIR may not have, such as form feeds and hard spaces."""
_XHTML = "http://www.w3.org/1999/xhtml"
_EMPTY: tuple[object, ...] = (None, "", [], {})


@dataclass(frozen=True, slots=True)
class Entry:
    """One resource of a bundle, and the UUID that others refer to it by."""

    id: UUID
    resource: Json

    @property
    def full_url(self) -> str:
        return f"urn:uuid:{self.id}"

    @property
    def reference(self) -> Json:
        return {"reference": self.full_url, "type": self.resource["resourceType"]}


def entry_of(kind: str, identity: UUID, narrative: Iterable[str | None] = (), **elements: Any) -> Entry:
    """A resource that an AI had part in, labelled as such (AI Transparency on FHIR).

    `narrative`: sentences for people, whose programs may show nothing else.
    """
    return plain_entry(kind, identity, narrative, meta={"security": [AI_ASSERTED]}, **elements)


def plain_entry(kind: str, identity: UUID, narrative: Iterable[str | None] = (), **elements: Any) -> Entry:
    """A resource that no AI had part in, such as what is said of the caller's own input."""
    head = {"resourceType": kind, "id": str(identity)}
    return Entry(identity, filled(head | {"text": _narrative(narrative)} | elements))


def filled(value: Json) -> Json:
    """Without what is empty, at any depth; texts of spaces alone are."""
    found: Json = _filled(value)
    return found


def identity_of(owner: UUID, *parts: str) -> UUID:
    """The UUID of a part of something: always the same for the same part."""
    return uuid5(owner, "/".join(parts))


def instant(at: datetime) -> str:
    """A time with its offset."""
    return at.isoformat()


def _narrative(sentences: Iterable[str | None]) -> Json | None:
    told = "".join(f"<p>{escape(text)}</p>" for one in sentences if one and (text := _text(one)))
    return {"status": "generated", "div": f'<div xmlns="{_XHTML}">{told}</div>'} if told else None


def _filled(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: one for key, held in value.items() if (one := _filled(held)) not in _EMPTY}
    if isinstance(value, list | tuple):
        return [one for held in value if (one := _filled(held)) not in _EMPTY]
    return _text(value) if isinstance(value, str) else value


def _text(value: str) -> str:
    plain = _ODD_SPACE.sub(" ", value)
    return plain if plain.strip() else ""
