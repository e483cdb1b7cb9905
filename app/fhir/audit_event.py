"""Audit events as FHIR R4 AuditEvent, by the profiles of IHE Basic Audit Log Patterns (BALP).

Those profiles are of what succeeded. What was refused or failed has the same form, and claims none of them.
"""

import base64

from app.audit.events import Action, Entity, Outcome
from app.fhir.form import filled, instant
from app.fhir.terms import TERMS, Json, coding, concept
from app.identity.principal import PrincipalKind
from app.usecases.audit.schemas import AuditEventOut, AuditEventsPage

_PROFILE = "https://profiles.ihe.net/ITI/BALP/StructureDefinition/IHE.BasicAudit."
_DCM = "http://dicom.nema.org/resources/ontology/DCM"
_INTERACTION = "http://hl7.org/fhir/restful-interaction"
_NETWORK = "http://hl7.org/fhir/network-type"
_CODES = {
    Action.CREATE: ("C", "create", "Create"),
    Action.READ: ("R", "read", "Read"),
    Action.UPDATE: ("U", "update", "Update"),
    Action.DELETE: ("D", "delete", "Delete"),
    Action.EXECUTE: ("E", "operation", None),
}
"""The action in FHIR, the interaction, and the profile of its events."""
_SEARCH = ("E", "search", "Query")
_OUTCOMES = {Outcome.SUCCESS: ("0", "Success"), Outcome.FAILED: ("8", "Serious failure")}
_MINOR = ("4", "Minor failure")
_SOURCE = concept(coding(_DCM, "110153", "Source Role ID"))
_DESTINATION = concept(coding(_DCM, "110152", "Destination Role ID"))
_APPLICATION = concept(coding(_DCM, "110150", "Application"))
_CUSTODIAN = concept(coding(f"{TERMS}provenance-participant-type", "custodian", "Custodian"))
_ROLES = {Entity.HANDOUT: ("3", "Report"), Entity.JOB: ("20", "Job"), Entity.KEY: ("13", "Security Resource")}
_PSEUDONYM = "urn:turnpoint:pseudonym"


def bundle(page: AuditEventsPage, service: str, own: str, older: str | None) -> Json:
    """A page as a searchset; `service` is the service's address, `own` and `older` are pages'."""
    links = [{"relation": "self", "url": own}]
    if older is not None:
        links.append({"relation": "next", "url": older})
    entries = [
        {"fullUrl": f"urn:uuid:{one.id}", "resource": audit_event(one, service), "search": {"mode": "match"}}
        for one in page.events
    ]
    return filled({"resourceType": "Bundle", "type": "searchset", "link": links, "entry": entries})


def audit_event(event: AuditEventOut, service: str) -> Json:
    """One event."""
    action, interaction, profile = _SEARCH if _is_search(event) else _CODES[event.action]
    outcome, said = _OUTCOMES.get(event.outcome, _MINOR)
    told: Json = {"resourceType": "AuditEvent", "id": str(event.id)}
    if profile is not None and event.outcome is Outcome.SUCCESS:
        told["meta"] = {"profile": [f"{_PROFILE}{'Patient' if event.patient else ''}{profile}"]}
    told |= {
        "type": coding(f"{TERMS}audit-event-type", "rest", "Restful Operation"),
        "subtype": [coding(_INTERACTION, interaction, interaction)],
        "action": action,
        "recorded": instant(event.at),
        "outcome": outcome,
        "outcomeDesc": said if event.outcome is Outcome.SUCCESS else event.outcome.value,
        "agent": _agents(event, service),
        "source": {
            "observer": {"display": "Turnpoint"},
            "type": [coding(f"{TERMS}security-source-type", "4", "Application Server")],
        },
        "entity": _entities(event),
    }
    return filled(told)


def _is_search(event: AuditEventOut) -> bool:
    return event.action is Action.EXECUTE and event.entity is Entity.WORKLIST


def _agents(event: AuditEventOut, service: str) -> list[Json]:
    """Client and server, whose roles depend on where the data went, and the person, if one is known."""
    client, server = (
        (_APPLICATION, _CUSTODIAN)
        if event.action is Action.DELETE
        else (_DESTINATION, _SOURCE)
        if event.action is Action.READ
        else (_SOURCE, _DESTINATION)
    )
    here = {"address": service, "type": "5"}
    there = {"address": event.address, "type": "2"} if event.address else here
    person = event.actor if event.actor_kind is PrincipalKind.PERSON else event.on_behalf_of
    is_system = event.actor_kind is PrincipalKind.SYSTEM
    program = {"display": event.actor} if is_system else {"display": f"by {event.actor_source}"}
    agents: list[Json] = [
        {"type": client, "who": program, "requestor": person is None, "network": there},
        {"type": server, "who": {"display": "Turnpoint"}, "requestor": False, "network": here},
    ]
    if person is not None:
        agents.append(
            {"type": _role_of_person(event), "who": {"display": person}, "name": person, "requestor": True}
        )
    return agents


def _role_of_person(event: AuditEventOut) -> Json:
    receives = event.action in (Action.READ, Action.EXECUTE)
    code, display = ("IRCP", "information recipient") if receives else ("AUT", "Author")
    return concept(coding(f"{TERMS}v3-ParticipationType", code, display))


def _entities(event: AuditEventOut) -> list[Json]:
    request = {"identifier": {"value": event.request_id or event.correlation_id}}
    balp = "https://profiles.ihe.net/ITI/BALP/CodeSystem/BasicAuditEntityType"
    found = [_query(event) if _is_search(event) else _data(event)]
    if event.patient is not None:
        found.insert(0, _patient(event))
    return [*found, {"type": {"system": balp, "code": "XrequestId"}, "what": request}]


def _patient(event: AuditEventOut) -> Json:
    """By the caller's own id, as long as it is known."""
    known = {"value": event.patient_id}
    identifier = known if event.patient_id else {"system": _PSEUDONYM, "value": str(event.patient)}
    return {
        "type": coding(f"{TERMS}audit-entity-type", "1", "Person"),
        "role": coding(f"{TERMS}object-role", "1", "Patient"),
        "what": {"type": "Patient", "identifier": identifier},
    }


def _data(event: AuditEventOut) -> Json:
    code, display = _ROLES.get(event.entity, ("4", "Domain Resource"))
    touched = event.entity_id or event.answer_id
    identifier = {"identifier": {"value": str(touched)}} if touched else {}
    told: Json = {
        "type": coding(f"{TERMS}audit-entity-type", "2", "System Object"),
        "role": coding(f"{TERMS}object-role", code, display),
        "what": {"display": event.entity.value, **identifier},
    }
    if event.action is not Action.DELETE:
        said = {"route": event.route, "detail": event.detail}
        told["detail"] = [{"type": name, "valueString": text} for name, text in said.items() if text]
    return told


def _query(event: AuditEventOut) -> Json:
    """By its route: what was looked for may be somebody's id."""
    return {
        "type": coding(f"{TERMS}audit-entity-type", "2", "System Object"),
        "role": coding(f"{TERMS}object-role", "24", "Query"),
        "description": event.route,
        "query": base64.b64encode(event.route.encode()).decode(),
    }
