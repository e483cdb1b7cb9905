"""Whether a resource is FHIR R4: by HL7's own definitions, by `fhir.resources`, and by rules of references.

`r4.json` comes from the package of definitions (extract.py says how), with the codes of required value sets,
which `fhir.resources` does not check. That is of R4B, which has the same form of all that is written here.
"""

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from fhir.resources.R4B import get_fhir_model_class
from jsonschema import Draft202012Validator

Json = dict[str, Any]

_DEFINED = json.loads((Path(__file__).parent / "r4.json").read_text(encoding="utf-8"))
_ANY = "Resource"


def faults_of(resource: Json) -> list[str]:
    """All that is wrong with a resource, and with those within it; nothing if it is valid."""
    return [*_by_definition(resource), *_by_library(resource), *_empty(resource), *_bundled(resource)]


def resources_of(bundle: Json, kind: str | None = None) -> list[Json]:
    """The resources of a bundle, or those of one type."""
    found = [entry["resource"] for entry in bundle.get("entry", [])]
    return [one for one in found if kind in (None, one["resourceType"])]


@cache
def _validator(kind: str) -> Draft202012Validator:
    return Draft202012Validator({"$ref": f"#/$defs/{kind}", "$defs": _DEFINED["$defs"]})


def _by_definition(resource: Json) -> Iterator[str]:
    kind = resource.get("resourceType")
    if kind not in _DEFINED["$defs"]:
        yield f"{kind} is no type that is written here"
        return
    for error in _validator(kind).iter_errors(resource):
        yield f"{kind}{error.json_path[1:]}: {error.message}"
    for entry in resource.get("entry", []):
        yield from _by_definition(entry.get("resource", {}))


def _by_library(resource: Json) -> Iterator[str]:
    for one in (resource, *resources_of(resource)):
        try:
            get_fhir_model_class(one["resourceType"]).model_validate(one)
        except ValueError as error:
            yield f"{one['resourceType']}: {error}"


def _empty(value: object, where: str = "") -> Iterator[str]:
    if value is None or value in ("", [], {}):
        yield f"{where} is empty"
    elif isinstance(value, dict):
        for key, held in value.items():
            yield from _empty(held, f"{where}.{key}")
    elif isinstance(value, list):
        for index, held in enumerate(value):
            yield from _empty(held, f"{where}[{index}]")


def _bundled(bundle: Json) -> Iterator[str]:
    """Full URLs are distinct and fit the ids, and references lead to resources of a fitting type."""
    if bundle.get("resourceType") != "Bundle":
        return
    there = {entry["fullUrl"]: entry["resource"] for entry in bundle.get("entry", [])}
    if len(there) != len(bundle.get("entry", [])):
        yield "two entries have the same fullUrl"
    for url, resource in there.items():
        if url.rpartition(":")[2] != resource.get("id"):
            yield f"{url} is not of {resource.get('id')}"
        for path, reference in references_of(resource, resource["resourceType"]):
            yield from _leads_somewhere(path, reference, there)


def references_of(value: Any, path: str) -> Iterator[tuple[str, Json]]:
    """All references of a resource, each with its path in the definitions."""
    if isinstance(value, dict):
        if "reference" in value and isinstance(value["reference"], str):
            yield path, value
        for key, held in value.items():
            yield from references_of(held, f"{path}.{key}")
    elif isinstance(value, list):
        for held in value:
            yield from references_of(held, path)


def _leads_somewhere(path: str, reference: Json, there: dict[str, Json]) -> Iterator[str]:
    url, claimed = reference["reference"], reference.get("type")
    if url.startswith("urn:uuid:"):
        if url not in there:
            yield f"{path} leads nowhere"
            return
        if there[url]["resourceType"] != claimed:
            yield f"{path} says {claimed}, and is a {there[url]['resourceType']}"
    permitted = _DEFINED["references"].get(path, [_ANY])
    if claimed is not None and not {claimed, _ANY} & set(permitted):
        yield f"{path} may not be a {claimed}"
