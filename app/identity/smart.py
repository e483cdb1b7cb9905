"""SMART on FHIR's scopes, in the words of this service (STU 1 and 2.2; docs/identity.md has the table).

A scope grants what it means in full, and never more. So these grant nothing: scopes with a query, which are
narrower than ours; and whatever is not known here. Scopes of one patient (`patient/…`) grant the same within
that patient, where a token says who it is: `claims` sees to it.
"""

import re

from app.identity.scopes import AccessScope

_SCOPE = re.compile(r"(user|system)/([A-Z][A-Za-z]*|\*)\.(read|write|\*|c?r?u?d?s?)")
_OF_VERSION_1 = {"read": "rs", "write": "cud", "*": "cruds"}
_GRANTS = (
    ("RiskAssessment", "rs", AccessScope.COUNTERFACTUALS_READ),
    ("RiskAssessment", "c", AccessScope.COUNTERFACTUALS_WRITE),
    ("RiskAssessment", "c", AccessScope.PREDICTIONS),
    ("CarePlan", "cu", AccessScope.FEEDBACK),
    ("AuditEvent", "rs", AccessScope.AUDIT_READ),
)
_NOT_BY_WILDCARD = {AccessScope.AUDIT_READ}
_OF_ALL, _OF_ONE = "user/", "patient/"
_WITHIN_A_PATIENT = frozenset(
    {AccessScope.COUNTERFACTUALS_READ, AccessScope.COUNTERFACTUALS_WRITE, AccessScope.FEEDBACK}
)


def granted_by_smart(scope: str) -> frozenset[AccessScope]:
    """What one of SMART's scopes opens here; nothing by one that is not known."""
    form = _SCOPE.fullmatch(scope)
    if form is None:
        return frozenset()
    resource, asked = form[2], form[3]
    may = set(_OF_VERSION_1.get(asked, asked))
    return frozenset(
        granted
        for kind, needed, granted in _GRANTS
        if set(needed) <= may and (resource == kind or (resource == "*" and granted not in _NOT_BY_WILDCARD))
    )


def granted_within_patient(scope: str) -> frozenset[AccessScope]:
    """What one of SMART's scopes of one patient opens here, of that patient alone."""
    if not scope.startswith(_OF_ONE):
        return frozenset()
    return granted_by_smart(_OF_ALL + scope.removeprefix(_OF_ONE)) & _WITHIN_A_PATIENT
