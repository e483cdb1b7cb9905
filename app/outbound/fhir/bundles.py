"""What a server's answer holds: resources, and where it goes on."""

from collections.abc import Iterable, Mapping
from typing import Any

from app.outbound.fhir.faults import FhirError, FhirFault

Resource = Mapping[str, Any]


def resources_of(told: Any) -> list[Resource]:
    """The resources of a bundle, or the one that this is; what a search says of itself is left out.

    Raises:
        FhirError: it is an OperationOutcome, or no resource.
    """
    kind = told.get("resourceType") if isinstance(told, Mapping) else None
    if not isinstance(kind, str) or not kind:
        raise FhirError(FhirFault.NOT_FHIR)
    if kind == "OperationOutcome":
        raise FhirError(FhirFault.OUTCOME)
    return _entries(told) if kind == "Bundle" else [told]


def with_own_references(resources: Iterable[Resource], base: str) -> list[Resource]:
    """Resources of a server: subjects that are named by its own address are named as within it."""
    return [_with_own_reference(one, f"{base.rstrip('/')}/") for one in resources]


def _with_own_reference(resource: Resource, base: str) -> Resource:
    subject = resource.get("subject")
    if not isinstance(subject, dict):
        return resource
    told = subject.get("reference")
    if not isinstance(told, str) or not told.startswith(base):
        return resource
    return {**resource, "subject": {**subject, "reference": told.removeprefix(base)}}


def next_of(told: Any) -> str | None:
    """The address of the page after this one; None where there is none.

    Raises:
        FhirError: its links are none.
    """
    links = told.get("link", []) if isinstance(told, Mapping) and told.get("resourceType") == "Bundle" else []
    if not isinstance(links, list) or not all(isinstance(link, Mapping) for link in links):
        raise FhirError(FhirFault.NOT_FHIR)
    url = next((link.get("url") for link in links if link.get("relation") == "next"), None)
    if url is not None and not isinstance(url, str):
        raise FhirError(FhirFault.NOT_FHIR)
    return url


def _entries(bundle: Resource) -> list[Resource]:
    entries = bundle.get("entry", [])
    if not isinstance(entries, list) or not all(isinstance(entry, Mapping) for entry in entries):
        raise FhirError(FhirFault.NOT_FHIR)
    found = [entry["resource"] for entry in entries if "resource" in entry and not _is_about_search(entry)]
    if not all(isinstance(one, Mapping) for one in found):
        raise FhirError(FhirFault.NOT_FHIR)
    return found


def _is_about_search(entry: Resource) -> bool:
    """Whether an entry tells how the search went, and nothing of what was searched for."""
    search, resource = entry.get("search"), entry["resource"]
    mode = search.get("mode") if isinstance(search, Mapping) else None
    kind = resource.get("resourceType") if isinstance(resource, Mapping) else None
    return mode == "outcome" or kind == "OperationOutcome"
