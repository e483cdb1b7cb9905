"""One id is one resource: of its copies in a bundle the newest version counts."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from app.ingest.fhir.bundle import Located
from app.ingest.fhir.dates import read_when
from app.ingest.fhir.reasons import Left, NotUsedReason

RETRACTED = ("entered-in-error", "cancelled")
"""Statuses of what was never measured, or does not hold."""
_RANKS = {"registered": 0, "preliminary": 0, "amended": 2, "corrected": 2} | dict.fromkeys(RETRACTED, 3)
_FINAL = 1


def newest_versions(located: Sequence[Located]) -> tuple[list[Located], list[Left]]:
    """Each resource once, in order, and the older versions; copies of the Patient are left as they are.

    Where copies do not say which is newer, a correction comes after what is final, and a retraction after
    both; else the later entry counts.
    """
    copies = defaultdict[str, list[Located]](list)
    for one in located:
        if one.reference is not None and one.type == "Observation":
            copies[one.reference].append(one)
    stale, left = set[int](), list[Left]()
    for reference, own in copies.items():
        if len(own) > 1:
            newest = max(enumerate(newest_of(own)), key=lambda each: (_rank(each[1]), each[0]))[1]
            others = [one for one in own if one is not newest]
            stale |= {id(one) for one in others}
            left += [
                Left(NotUsedReason.OLDER_VERSION, reference)
                for one in others
                if one.resource != newest.resource
            ]
    return [one for one in located if id(one) not in stale], left


def newest_of(copies: Sequence[Located]) -> list[Located]:
    """Those that no other copy is known to be newer than: by the moment of the update, else by version."""
    updates = [updated(one.resource) for one in copies]
    versions = [_version(one.resource) for one in copies]
    if all(one is not None for one in updates):
        keys: list[Any] = updates
        if all(one is not None for one in versions):
            keys = list(zip(updates, versions, strict=True))
    elif all(one is not None for one in versions):
        keys = versions
    else:
        return list(copies)
    newest = max(keys)
    return [one for one, key in zip(copies, keys, strict=True) if key == newest]


def updated(resource: Mapping[str, Any]) -> datetime | None:
    """The moment at which a server changed it last; None where that is not told."""
    when = read_when(_meta(resource).get("lastUpdated"))
    return when.moment if when else None


def _version(resource: Mapping[str, Any]) -> int | None:
    told = _meta(resource).get("versionId")
    return (
        int(told) if isinstance(told, str) and told.isascii() and told.isdigit() and len(told) < 20 else None
    )


def _rank(one: Located) -> int:
    status = one.resource.get("status")
    return _RANKS.get(status, _FINAL) if isinstance(status, str) else 0


def _meta(resource: Mapping[str, Any]) -> Mapping[str, Any]:
    meta = resource.get("meta")
    return meta if isinstance(meta, dict) else {}
