"""Who a token is about, and what it opens, wherever an issuer writes it."""

from typing import Any

import pytest

from app.identity.claims import ClaimNames, principal_from
from app.identity.principal import Principal, PrincipalKind
from app.identity.scopes import AccessScope as Scope
from tests.unit.identity.tokens import ISSUER, claims


def told(names: ClaimNames | None = None, **changes: Any) -> Principal:
    principal = principal_from(claims(**changes), names or ClaimNames())
    assert principal is not None
    return principal


@pytest.mark.parametrize(
    ("changes", "scopes"),
    [
        ({"scope": "feedback predictions"}, {Scope.FEEDBACK, Scope.PREDICTIONS}),
        ({"scope": None, "scp": ["feedback", "admin"]}, {Scope.FEEDBACK, Scope.ADMIN}),
        ({"scope": "feedback", "scp": "predictions"}, {Scope.FEEDBACK, Scope.PREDICTIONS}),
        ({"scope": "openid profile user/*.rs"}, {Scope.COUNTERFACTUALS_READ}),
        ({"scope": "  feedback  "}, {Scope.FEEDBACK}),
        ({"scope": ""}, set()),
        ({"scope": None}, set()),
        ({"scope": {"admin": True}}, set()),
        ({"scope": ["feedback", 7, None, ["admin"]]}, {Scope.FEEDBACK}),
        ({"scope": "Admin ADMIN admin,feedback"}, set()),
        ({"scope": ["admin feedback"]}, set()),
    ],
)
def test_scopes_are_a_text_or_a_list(changes: dict[str, Any], scopes: set[Scope]) -> None:
    assert told(**changes).scopes == scopes


def test_an_issuers_own_roles_are_mapped() -> None:
    roles = {"clinician": frozenset({Scope.FEEDBACK}), "auditor": frozenset({Scope.AUDIT_READ})}
    names = ClaimNames(role="realm_access.roles", roles=roles)
    who = told(names, scope=None, realm_access={"roles": ["clinician", "admin", "offline_access"]})
    assert who.scopes == {Scope.FEEDBACK}
    named = ClaimNames(role="https://clinic.example.org/roles", roles=roles)
    assert told(named, scope=None, **{"https://clinic.example.org/roles": ["auditor"]}).scopes == {
        Scope.AUDIT_READ
    }


@pytest.mark.parametrize("realm", [None, [], "roles", {"roles": None}, {"roles": {"clinician": 1}}, {"x": 1}])
def test_roles_that_are_not_where_they_should_be_are_none(realm: Any) -> None:
    names = ClaimNames(role="realm_access.roles", roles={"clinician": frozenset({Scope.FEEDBACK})})
    assert told(names, scope=None, realm_access=realm).scopes == set()


def test_who_it_is_comes_from_the_first_claim_that_there_is() -> None:
    assert told().name == "dr.okoye"
    assert told(preferred_username=None).name == "5a1f"
    assert told(ClaimNames(name=("sub",))).name == "5a1f"


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({}, PrincipalKind.PERSON),
        ({"sub": "ehr"}, PrincipalKind.SYSTEM),
        ({"sub": "lab", "azp": None, "client_id": "lab"}, PrincipalKind.SYSTEM),
        ({"idtyp": "app"}, PrincipalKind.SYSTEM),
        ({"preferred_username": "service-account-ehr"}, PrincipalKind.SYSTEM),
        ({"preferred_username": "service-account-lab"}, PrincipalKind.PERSON),
        ({"azp": ["5a1f"]}, PrincipalKind.PERSON),
    ],
)
def test_a_client_with_a_token_of_its_own_is_a_system(changes: dict[str, Any], kind: PrincipalKind) -> None:
    assert told(**changes).kind is kind


NO_TENANTS: list[Any] = ["", [], {}, 0, False, True, 7, ["north"], {"id": "north"}, " ", "../x", "north\n"]


@pytest.mark.parametrize("value", [*NO_TENANTS, None])
def test_a_tenant_that_is_there_and_is_none_is_nobodys(value: Any) -> None:
    assert principal_from(claims() | {"tenant": value}, ClaimNames()) is None
    assert principal_from(claims() | {"org": {"id": value}}, ClaimNames(tenant="org.id")) is None
    who = principal_from(claims() | {"tenant": value}, ClaimNames(tenants={ISSUER: "north"}))
    assert who is not None
    assert who.tenant == "north"


@pytest.mark.parametrize("value", ["", [], 0, False, None, "north"])
def test_dots_that_lead_into_no_object_are_not_an_absent_tenant(value: Any) -> None:
    assert principal_from(claims() | {"org": value}, ClaimNames(tenant="org.id")) is None


def test_an_object_without_the_tenant_leaves_the_default() -> None:
    assert told(ClaimNames(tenant="org.id"), org={}).tenant == "default"


@pytest.mark.parametrize("value", ["", [], {}, 0, False, None, ["dr.okoye"]])
def test_a_name_that_is_there_and_is_none_is_nobodys(value: Any) -> None:
    assert principal_from(claims() | {"preferred_username": value}, ClaimNames()) is None


def test_the_tenant_is_claimed_or_the_issuers_or_the_default() -> None:
    assert told().tenant == "default"
    assert told(tenant="north").tenant == "north"
    assert told(ClaimNames(tenant="org.id"), org={"id": "south"}).tenant == "south"
    assert told(ClaimNames(tenants={ISSUER: "north"}), tenant="south").tenant == "north"


ONE = "patient/RiskAssessment.rs patient/CarePlan.cu launch openid"


def test_scopes_of_one_patient_open_that_patient_alone() -> None:
    principal = told(scope=ONE, patient="P-1")
    assert principal.scopes == {Scope.COUNTERFACTUALS_READ, Scope.FEEDBACK}
    assert principal.patient == "P-1"


@pytest.mark.parametrize("patient", [None, "", "a b", "..", 7, ["P-1"], "x" * 65])
def test_scopes_of_one_patient_open_nothing_where_nobody_is_named(patient: Any) -> None:
    principal = told(scope=ONE, patient=patient)
    assert principal.scopes == set()
    assert principal.patient is None


def test_scopes_of_all_patients_are_of_all_whoever_is_open() -> None:
    principal = told(scope=f"{ONE} user/RiskAssessment.rs", patient="P-1")
    assert principal.scopes == {Scope.COUNTERFACTUALS_READ}
    assert principal.patient is None


@pytest.mark.parametrize(
    "scope", ["patient/AuditEvent.rs", "patient/*.x", "patient/Observation.rs", "patient/"]
)
def test_no_scope_of_one_patient_opens_what_is_of_no_patient(scope: str) -> None:
    assert told(scope=scope, patient="P-1").scopes == set()
