"""A call is what the specification says, and whatever newer versions add is passed over."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from app.domain.errors import InvalidInputError
from app.faces.ehr.cds.call_schemas import CdsCall
from tests.unit.faces.ehr.cds.calls import PATIENT, authorization, call

Json = dict[str, Any]
SERVER = "https://ehr.example/fhir"


def read(body: Json) -> CdsCall:
    return CdsCall.model_validate(body)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"fhirServer": SERVER},
        {"fhirServer": SERVER, "fhirAuthorization": authorization()},
        {"fhirServer": SERVER, "fhirAuthorization": authorization(patient=PATIENT, token_type="bearer")},
        {"fhirServer": SERVER, "fhirAuthorization": {"access_token": "t"}},
        {"prefetch": {}},
        {"prefetch": {"patient": None, "more": {"resourceType": "OperationOutcome"}}},
        {"context": {"userId": "PractitionerRole/1", "patientId": PATIENT, "encounterId": "e1"}},
        {"hookInstance": "urn:uuid:d1577c69-dfbe-44ad-ba6d-3e05e953b2ea"},
        {"extension": {"com.example.ehr": {"debug": True}}, "hookVersion": "2.0", "oauth": {}},
    ],
)
def test_good_calls_are_read(changes: Json) -> None:
    assert read(call(**changes)).context.patient_id == PATIENT


@pytest.mark.parametrize(
    "changes",
    [
        {"hook": None},
        {"hookInstance": None},
        {"hookInstance": "1"},
        {"context": None},
        {"context": {"userId": "Practitioner/abc"}},
        {"context": {"patientId": PATIENT}},
        {"context": {"userId": "Practitioner/abc", "patientId": "../admin"}},
        {"context": {"userId": "Practitioner/abc", "patientId": ".."}},
        {"context": {"userId": "Practitioner/abc", "patientId": "a b"}},
        {"context": {"userId": "Practitioner/abc", "patientId": "p1?_include=*"}},
        {"context": {"userId": "Dr. Who", "patientId": PATIENT}},
        {"prefetch": []},
        {"prefetch": {str(number): None for number in range(51)}},
        {"fhirAuthorization": authorization()},  # without a server to use it at
        {"fhirServer": SERVER, "fhirAuthorization": authorization(access_token=None)},
        {"fhirServer": SERVER, "fhirAuthorization": authorization(access_token="a\r\nHost: evil")},
        {"fhirServer": SERVER, "fhirAuthorization": authorization(token_type="MAC")},
        {"fhirServer": SERVER, "fhirAuthorization": authorization(patient="somebody-else")},
        {"fhirServer": "file:///etc/passwd"},
        {"fhirServer": "https://user:secret@ehr.example/fhir"},
        {"fhirServer": "ehr.example/fhir"},
        {"fhirServer": "https://ehr.example/fhir\\@evil.example"},
        {"fhirServer": "https://[::1"},
        {"fhirServer": "gopher://ehr.example"},
        {"fhirServer": 7},
    ],
)
def test_others_are_refused(changes: Json) -> None:
    with pytest.raises((ValidationError, InvalidInputError)):
        read(call(**changes))


def test_a_token_is_in_no_representation() -> None:
    told = read(call(fhirServer=SERVER, fhirAuthorization=authorization(access_token="s3cret")))
    assert "s3cret" not in repr(told) + str(told)


JSON = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=8,
)


@given(
    changes=st.dictionaries(
        st.sampled_from(["hook", "hookInstance", "fhirServer", "fhirAuthorization", "context", "prefetch"]),
        JSON,
    ),
    more=st.dictionaries(st.text(max_size=9), JSON, max_size=3),
)
def test_whatever_comes_is_a_call_or_refused(changes: Json, more: Json) -> None:
    try:
        told = read(more | call() | changes)
    except (ValidationError, InvalidInputError):
        return
    assert told.context.patient_id
