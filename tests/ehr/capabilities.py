"""The mock FHIR server's CapabilityStatement."""

from datetime import date
from typing import Any

from tests.ehr.search import SEARCHED

Json = dict[str, Any]
_OAUTH = "http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris"


def capability_statement(url: str, told_on: date) -> Json:
    """What the server at this address can do."""
    uris = [
        {"url": "authorize", "valueUri": f"{url}/auth/authorize"},
        {"url": "token", "valueUri": f"{url}/auth/token"},
    ]
    service = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/restful-security-service"}]}
    service["coding"][0]["code"] = "SMART-on-FHIR"
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": told_on.isoformat(),
        "kind": "instance",
        "software": {"name": "Turnpoint's mock EHR: synthetic records, for tests alone"},
        "implementation": {"description": "A mock EHR on loopback", "url": f"{url}/fhir"},
        "fhirVersion": "4.0.1",
        "format": ["application/fhir+json"],
        "rest": [
            {
                "mode": "server",
                "security": {"service": [service], "extension": [{"url": _OAUTH, "extension": uris}]},
                "resource": [_resource(type, names) for type, names in SEARCHED.items()],
            }
        ],
    }


def _resource(type: str, names: tuple[str, ...]) -> Json:
    kinds = {"patient": "reference", "subject": "reference", "date": "date"}
    return {
        "type": type,
        "interaction": [{"code": "read"}, {"code": "search-type"}],
        "searchParam": [{"name": name, "type": kinds.get(name, "token")} for name in names],
    }
