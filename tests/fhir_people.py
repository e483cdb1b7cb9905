"""FHIR resources for tests: synthetic ones, as an EHR has them."""

from collections.abc import Mapping
from typing import Any

LOINC, UCUM, SNOMED = "http://loinc.org", "http://unitsofmeasure.org", "http://snomed.info/sct"
US_CORE = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-"

Resource = dict[str, Any]


def patient(own_id: str = "p1", birth: str | None = "1966-03-02", gender: str | None = "female") -> Resource:
    told: Resource = {"resourceType": "Patient", "id": own_id}
    return told | {name: value for name, value in (("birthDate", birth), ("gender", gender)) if value}


def quantity(value: float, unit: str | None) -> Resource:
    return {"value": value} | ({"unit": unit, "system": UCUM, "code": unit} if unit else {})


def concept(code: str, system: str = LOINC) -> Resource:
    return {"coding": [{"system": system, "code": code}]}


def observation(
    code: str, value: float | None = None, unit: str | None = None, day: str = "2026-05-01", **more: Any
) -> Resource:
    own_id = more.pop("id", f"o-{code}-{day}".replace(":", ".").replace("+", "."))
    told: Resource = {
        "resourceType": "Observation",
        "id": own_id,
        "status": "final",
        "code": concept(code),
        "subject": {"reference": "Patient/p1"},
        "effectiveDateTime": day,
    }
    if value is not None:
        told["valueQuantity"] = quantity(value, unit)
    return {name: part for name, part in (told | more).items() if part is not None}


def pressure(systolic: float, diastolic: float, day: str = "2026-05-01", panel: str = "85354-9") -> Resource:
    parts = [
        {"code": concept(code), "valueQuantity": quantity(value, "mm[Hg]")}
        for code, value in (("8480-6", systolic), ("8462-4", diastolic))
    ]
    return observation(panel, day=day, component=parts)


def smoking(code: str, day: str = "2026-05-01") -> Resource:
    return observation("72166-2", day=day, valueCodeableConcept=concept(code, SNOMED))


def with_identity(own: Resource, ethnicity: list[str], race: list[str], detailed: list[str]) -> Resource:
    """A patient with the US Core extensions."""

    def extension(name: str, parts: Mapping[str, list[str]]) -> Resource:
        told = [
            {"url": url, "valueCoding": {"system": "urn:oid:2.16.840.1.113883.6.238", "code": code}}
            for url, codes in parts.items()
            for code in codes
        ]
        return {"url": US_CORE + name, "extension": told}

    extensions = [
        extension("race", {"ombCategory": race}),
        extension("ethnicity", {"ombCategory": ethnicity, "detailed": detailed}),
    ]
    return own | {"extension": extensions}


def bundle(*resources: Resource, kind: str = "collection") -> Resource:
    return {
        "resourceType": "Bundle",
        "type": kind,
        "entry": [{"resource": resource} for resource in resources],
    }


def typical() -> list[Resource]:
    """What most records carry."""
    return [
        patient(),
        observation("8302-2", 160.0, "cm"),
        observation("29463-7", 82.4, "kg"),
        observation("39156-5", 32.2, "kg/m2"),
        pressure(138, 84),
        observation("8867-4", 76, "/min"),
        observation("2093-3", 212, "mg/dL"),
        observation("2085-9", 41, "mg/dL"),
        smoking("266919005"),
    ]
