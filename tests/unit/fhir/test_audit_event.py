"""Audit events in FHIR: what AuditEvent (R4) requires, and what the profiles of IHE BALP ask beyond it."""

import base64
import re
from datetime import UTC, datetime
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from app.audit.events import Action, Entity, Outcome
from app.fhir.audit_event import audit_event, bundle
from app.identity.names import fit_name
from app.identity.principal import PrincipalKind
from app.usecases.audit.schemas import AuditEventOut, AuditEventsPage
from tests.fhir.validation import faults_of

Json = dict[str, Any]

HERE = "https://turnpoint.example/"
TERMS = "http://terminology.hl7.org/CodeSystem/"
DCM = "http://dicom.nema.org/resources/ontology/DCM"
BALP = "https://profiles.ihe.net/ITI/BALP/"
SOURCE, DESTINATION, APPLICATION = (DCM, "110153"), (DCM, "110152"), (DCM, "110150")
CUSTODIAN = (f"{TERMS}provenance-participant-type", "custodian")
RECEIVES, AUTHOR = (f"{TERMS}v3-ParticipationType", "IRCP"), (f"{TERMS}v3-ParticipationType", "AUT")
ROLES = {
    "Read": ("R", "read", DESTINATION, SOURCE, RECEIVES),
    "Create": ("C", "create", SOURCE, DESTINATION, AUTHOR),
    "Update": ("U", "update", SOURCE, DESTINATION, AUTHOR),
    "Delete": ("D", "delete", APPLICATION, CUSTODIAN, AUTHOR),
    "Query": ("E", "search", SOURCE, DESTINATION, RECEIVES),
}
"""By profile: action, interaction, and the types of client, server and user."""

LETTERS = st.characters(categories=("L", "Nd", "P"), include_characters=" ")
NAMES = st.text(LETTERS, min_size=1, max_size=12).map(fit_name).filter(bool)
"""As they can come on record."""
EVENTS = st.builds(
    AuditEventOut,
    seq=st.integers(1, 2**60),
    at=st.datetimes(datetime(2020, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),
    actor=NAMES,
    actor_kind=st.sampled_from(PrincipalKind),
    actor_source=st.sampled_from(["open", "token", "key", "oidc", "proxy", "service"]),
    on_behalf_of=st.none() | NAMES,
    action=st.sampled_from(Action),
    entity=st.sampled_from(Entity),
    entity_id=st.none() | st.uuids(),
    patient=st.none() | st.uuids(),
    patient_id=st.none() | st.from_regex(r"[A-Z]-[0-9]{3}", fullmatch=True),
    answer_id=st.none() | st.uuids(),
    route=st.just("GET /patients/{patient_id}/plans"),
    outcome=st.sampled_from(Outcome),
    correlation_id=st.uuids().map(str),
    request_id=st.none() | st.uuids().map(str),
    address=st.none() | st.just("192.0.2.1"),
    detail=st.none() | st.just("HTTP 404"),
    hash=st.binary(min_size=32, max_size=32),
    id=st.uuids(),
)


def code(concept: Json) -> tuple[str, str]:
    (coding,) = concept["coding"]
    return coding["system"], coding["code"]


def entities(told: Json, system: str, kind: str) -> list[Json]:
    return [one for one in told["entity"] if (one["type"]["system"], one["type"]["code"]) == (system, kind)]


def leaves(node: Any) -> list[Any]:
    if isinstance(node, dict):
        return [leaf for inner in node.values() for leaf in leaves(inner)] if node else [node]
    if isinstance(node, list):
        return [leaf for inner in node for leaf in leaves(inner)] if node else [node]
    return [node]


@given(event=EVENTS)
def test_an_event_is_valid_by_every_validator(event: AuditEventOut) -> None:
    assert faults_of(audit_event(event, HERE)) == []


@settings(max_examples=30)
@given(
    events=st.lists(EVENTS, max_size=2, unique_by=lambda event: event.id), older=st.none() | st.just("/older")
)
def test_a_page_of_events_is_valid_by_every_validator(events: list[AuditEventOut], older: str | None) -> None:
    assert faults_of(bundle(AuditEventsPage(events=events, next=None), HERE, "/own", older)) == []


@given(event=EVENTS)
def test_an_event_has_what_fhir_requires(event: AuditEventOut) -> None:
    told = audit_event(event, HERE)
    assert told["resourceType"] == "AuditEvent"
    assert re.fullmatch(r"[A-Za-z0-9.-]{1,64}", told["id"])
    assert {"system", "code"} <= set(told["type"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?\+00:00", told["recorded"])
    assert told["outcome"] in {"0", "4", "8", "12"}
    assert told["source"]["observer"]
    assert told["agent"]
    for agent in told["agent"]:
        assert isinstance(agent["requestor"], bool)
        assert agent.get("network", {"type": "2"})["type"] in {"1", "2", "3", "4", "5"}
    assert sum(agent["requestor"] for agent in told["agent"]) == 1
    for entity in told["entity"]:  # a constraint of FHIR: sev-1
        assert not ("name" in entity and "query" in entity)
    assert [leaf for leaf in leaves(told) if leaf in (None, "", [], {})] == []


@given(event=EVENTS)
def test_what_claims_a_profile_keeps_to_it(event: AuditEventOut) -> None:
    told = audit_event(event, HERE)
    if "meta" not in told:
        assert event.outcome is not Outcome.SUCCESS or event.action is Action.EXECUTE
        return
    (profile,) = told["meta"]["profile"]
    begin = f"{BALP}StructureDefinition/IHE.BasicAudit."
    name = profile.removeprefix(begin)
    assert profile.startswith(begin)
    assert name.startswith("Patient") is (event.patient is not None)
    name = name.removeprefix("Patient")
    action, interaction, *types = ROLES[name]
    assert (told["type"]["system"], told["type"]["code"]) == (f"{TERMS}audit-event-type", "rest")
    (subtype,) = told["subtype"]
    assert (subtype["system"], subtype["code"]) == ("http://hl7.org/fhir/restful-interaction", interaction)
    assert (told["action"], told["outcome"]) == (action, "0")
    assert [code(agent["type"]) for agent in told["agent"]] == types[: len(told["agent"])]
    for agent in told["agent"][:2]:
        assert agent["who"]
        assert agent["network"]["address"]
        assert "media" not in agent
    for user in told["agent"][2:]:
        assert (user["requestor"], user["who"]["display"]) == (True, user["name"])
        assert not {"network", "media", "altId", "location", "policy"} & set(user)
    assert_entities(told, name, event)


def assert_entities(told: Json, profile: str, event: AuditEventOut) -> None:
    patients = entities(told, f"{TERMS}audit-entity-type", "1")
    assert len(patients) == (event.patient is not None)
    for patient in patients:
        assert patient["role"]["code"] == "1"
        assert patient["what"]["type"] == "Patient"
        known = event.patient_id is not None
        assert patient["what"]["identifier"]["value"] == (event.patient_id if known else str(event.patient))
        assert not {"lifecycle", "securityLabel", "name", "query", "detail"} & set(patient)
    (data,) = entities(told, f"{TERMS}audit-entity-type", "2")
    if profile == "Query":
        assert data["role"]["code"] == "24"
        assert base64.b64decode(data["query"]).decode() == event.route
        assert not {"what", "lifecycle", "detail"} & set(data)
    else:
        assert data["role"]["code"] in {"3", "4", "13", "20"}
        assert data["what"]
        assert profile != "Delete" or not {"lifecycle", "name", "query", "detail"} & set(data)
    (transaction,) = entities(told, f"{BALP}CodeSystem/BasicAuditEntityType", "XrequestId")
    assert transaction["what"]["identifier"]["value"] == (event.request_id or event.correlation_id)


@settings(max_examples=20)
@given(event=EVENTS)
def test_which_key_was_made_and_what_it_opens_is_told(event: AuditEventOut) -> None:
    opens = "mtq3ljkx7ch2a, system ehr: predictions, without an end"
    made = {"action": Action.CREATE, "entity": Entity.KEY, "detail": opens}
    told = audit_event(event.model_copy(update=made), HERE)
    (data,) = entities(told, f"{TERMS}audit-entity-type", "2")
    assert (data["what"]["display"], data["role"]["display"]) == ("key", "Security Resource")
    assert faults_of(told) == []
    assert {"type": "detail", "valueString": opens} in data["detail"]


@given(event=EVENTS.filter(lambda event: event.outcome is not Outcome.SUCCESS))
def test_what_did_not_succeed_claims_no_profile(event: AuditEventOut) -> None:
    told = audit_event(event, HERE)
    assert "meta" not in told
    assert told["outcome"] == ("8" if event.outcome is Outcome.FAILED else "4")
    assert told["outcomeDesc"] == event.outcome


@given(event=EVENTS)
def test_who_did_it_is_told_and_for_whom(event: AuditEventOut) -> None:
    client, _, *people = audit_event(event, HERE)["agent"]
    if event.actor_kind is PrincipalKind.PERSON:
        assert [one["name"] for one in people] == [event.actor]
    else:
        assert client["who"]["display"] == event.actor
        assert [one["name"] for one in people] == [event.on_behalf_of] * (event.on_behalf_of is not None)


@given(events=st.lists(EVENTS, max_size=3))
def test_a_page_is_a_searchset(events: list[AuditEventOut]) -> None:
    told = bundle(AuditEventsPage(events=events, next=None), HERE, "/audit-events", "/audit-events?before=7")
    assert (told["resourceType"], told["type"]) == ("Bundle", "searchset")
    assert {one["relation"]: one["url"] for one in told["link"]} == {
        "self": "/audit-events",
        "next": "/audit-events?before=7",
    }
    assert ("entry" in told) is bool(events)
    for entry, event in zip(told.get("entry", []), events, strict=True):
        assert entry["fullUrl"] == f"urn:uuid:{event.id}"
        assert entry["resource"] == audit_event(event, HERE)
