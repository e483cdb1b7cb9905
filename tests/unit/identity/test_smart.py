"""SMART's scopes grant what they mean in full, and never more."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.identity.claims import granted
from app.identity.scopes import AccessScope as Scope
from app.identity.smart import granted_by_smart

READ, WRITE = {Scope.COUNTERFACTUALS_READ}, {Scope.COUNTERFACTUALS_WRITE, Scope.PREDICTIONS}
EVERYTHING = READ | WRITE | {Scope.FEEDBACK}


@pytest.mark.parametrize(
    ("scope", "grants"),
    [
        ("user/*.read", READ),
        ("user/*.rs", READ),
        ("system/*.rs", READ),
        ("user/RiskAssessment.rs", READ),
        ("user/RiskAssessment.read", READ),
        ("user/RiskAssessment.r", set()),
        ("user/RiskAssessment.s", set()),
        ("user/*.write", WRITE | {Scope.FEEDBACK}),
        ("user/*.*", EVERYTHING),
        ("system/*.cruds", EVERYTHING),
        ("system/RiskAssessment.c", WRITE),
        ("system/RiskAssessment.cruds", READ | WRITE),
        ("user/CarePlan.cu", {Scope.FEEDBACK}),
        ("user/CarePlan.write", {Scope.FEEDBACK}),
        ("user/CarePlan.c", set()),
        ("user/CarePlan.rs", set()),
        ("user/Observation.cruds", set()),
        ("system/AuditEvent.rs", {Scope.AUDIT_READ}),
        ("patient/*.read", set()),
        ("patient/*.cruds", set()),
        ("patient/RiskAssessment.rs", set()),
        ("user/RiskAssessment.rs?subject=Patient/1", set()),
        ("user/*.sr", set()),
        ("user/*.", set()),
        ("user/*.readx", set()),
        (" user/*.rs", set()),
        ("user/*.rs\n", set()),
        ("launch/patient", set()),
        ("openid", set()),
        ("", set()),
    ],
)
def test_each_grants_what_the_table_says(scope: str, grants: set[Scope]) -> None:
    assert granted_by_smart(scope) == grants


@given(
    level=st.sampled_from(["patient", "user", "system"]),
    kind=st.sampled_from(["*", "RiskAssessment", "CarePlan", "AuditEvent", "Patient"]),
    letters=st.sets(st.sampled_from("cruds")),
    fewer=st.sets(st.sampled_from("cruds")),
)
def test_more_letters_never_grant_less(level: str, kind: str, letters: set[str], fewer: set[str]) -> None:
    def by(some: set[str]) -> frozenset[Scope]:
        return granted_by_smart(f"{level}/{kind}." + "".join(one for one in "cruds" if one in some))

    assert by(letters & fewer) <= by(letters)


@given(words=st.lists(st.text(max_size=30)))
def test_unknown_scopes_grant_nothing_and_nothing_of_smarts_makes_an_administrator(words: list[str]) -> None:
    ours = {scope.value for scope in Scope}
    assert granted([word for word in words if word not in ours]) <= EVERYTHING | {Scope.AUDIT_READ}
    assert granted([*words, "FEEDBACK", "feedback ", "feedback:*"]) == granted(words)


def test_a_wildcard_opens_no_audit_no_batch_and_no_operations() -> None:
    assert granted(["system/*.cruds", "user/*.*"]) == EVERYTHING
