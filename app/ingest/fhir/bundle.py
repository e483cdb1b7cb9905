"""The resources of a bundle, each with what refers to it and its place."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from app.domain.errors import InvalidInputError
from app.ingest.fhir.reasons import Left, NotUsedReason

MOST_RESOURCES = 10_000
TYPES = ("collection", "searchset", "transaction")
_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")
_URN = re.compile(r"urn:uuid:[0-9a-fA-F-]{36}")
_OF_OTHERS = {
    "Bundle": {"issues"},
    "Observation": {"triggeredBy", "instantiatesCanonical", "bodyStructure", "comment", "context", "related"},
    "Patient": {"animal"},
}
"""Elements that STU3 or R5 has and R4 has not."""
_PROFILES = re.compile(
    r"http://hl7\.org/fhir/(?:(?:DSTU2|STU3|R4B|R5|R6|[1356]\.[0-9]+)/|StructureDefinition/[^|/]*\|[1356]\.)"
)
"""Of FHIR's own definitions: the version of a guide's, such as US Core 6.1, is the guide's."""


@dataclass(frozen=True, slots=True)
class Located:
    """A resource, its place in the request, and the full URL that its entry gives it."""

    resource: Mapping[str, Any]
    pointer: str
    full_url: str | None = None

    @property
    def type(self) -> str:
        return str(self.resource["resourceType"])

    @property
    def reference(self) -> str | None:
        """What may be told of it: its type and id, or the URN of its entry; nothing that might be a name."""
        own = self.resource.get("id")
        if isinstance(own, str) and _ID.fullmatch(own):
            return f"{self.type}/{own}"
        return self.full_url if self.full_url and _URN.fullmatch(self.full_url) else None


Found = Iterator[Located | Left]


def in_bundle(bundle: object) -> Found:
    """What a bundle holds, in order.

    Raises:
        InvalidInputError: it is no R4 bundle of a type that holds what is about a patient, or is too large.
    """
    if not isinstance(bundle, dict):
        raise InvalidInputError.at("/fhir", "must be a Bundle")
    if bundle.get("resourceType") != "Bundle":
        raise InvalidInputError.at("/fhir/resourceType", "must be Bundle")
    if bundle.get("type") not in TYPES:
        raise InvalidInputError.at("/fhir/type", f"must be one of {', '.join(TYPES)}")
    if is_of_another_version(bundle):
        raise InvalidInputError.at("/fhir", "must be of FHIR R4")
    entries = bundle.get("entry", [])
    if not isinstance(entries, Sequence) or isinstance(entries, str):
        raise InvalidInputError.at("/fhir/entry", "must be a list")
    if len(entries) > MOST_RESOURCES:
        raise InvalidInputError.at("/fhir/entry", f"must hold at most {MOST_RESOURCES} resources")
    more = [Left(NotUsedReason.FURTHER_PAGES)] if goes_on(bundle) else []
    return chain(more, _of_entries(entries))


def in_list(resources: Sequence[object]) -> Found:
    """Resources by themselves; searchsets among them are opened.

    Raises:
        InvalidInputError: there are too many.
    """
    whole = list(_opened(resources))
    if len(whole) > MOST_RESOURCES:
        raise InvalidInputError.at("/fhir/entry", f"must hold at most {MOST_RESOURCES} resources")
    return _of_entries(whole)


def is_of_another_version(resource: Mapping[str, Any]) -> bool:
    """Whether it has what R4 does not, or claims a profile of another version."""
    others = _OF_OTHERS.get(str(resource.get("resourceType")))
    if others and not others.isdisjoint(resource):
        return True
    meta = resource.get("meta")
    profiles = meta.get("profile") if isinstance(meta, dict) else None
    if not isinstance(profiles, list):
        return False
    return any(isinstance(one, str) and _PROFILES.match(one) for one in profiles[:20])


def goes_on(bundle: Mapping[str, Any]) -> bool:
    """Whether it is a page of a search that has a next one."""
    links = bundle.get("link")
    return isinstance(links, list) and any(
        isinstance(link, dict) and link.get("relation") == "next" for link in links
    )


def _opened(resources: Sequence[object]) -> Iterator[object]:
    for one in resources:
        if isinstance(one, dict) and one.get("resourceType") == "Bundle":
            entries = one.get("entry")
            yield from entries if isinstance(entries, list) else ()
        else:
            yield {"resource": one}


def _deleted(url: object) -> str | None:
    """The observation that a transaction deletes, where it names one."""
    kind, _, own = url.partition("/") if isinstance(url, str) else ("", "", "")
    return url if isinstance(url, str) and kind == "Observation" and _ID.fullmatch(own) else None


def _of_entries(entries: Sequence[object]) -> Found:
    for index, entry in enumerate(entries):
        if not isinstance(entry, dict):
            yield Left(NotUsedReason.MALFORMED)
            continue
        request = entry.get("request")
        if isinstance(request, dict) and request.get("method") == "DELETE":
            yield Left(NotUsedReason.DELETED, _deleted(request.get("url")))
            continue
        resource, url = entry.get("resource"), entry.get("fullUrl")
        if not isinstance(resource, dict) or not isinstance(resource.get("resourceType"), str):
            yield Left(NotUsedReason.MALFORMED)
            continue
        yield Located(resource, f"/fhir/entry/{index}/resource", url if isinstance(url, str) else None)
