"""Who may what: each method and route template, and the scopes that it takes.

Whatever is not listed is for known callers alone, so that an address without a rule is no open door.
"""

import re
from enum import StrEnum

from app.identity.principal import Principal
from app.identity.refusals import OnePatientError, OtherPatientError
from app.identity.scopes import AccessScope


class Everybody(StrEnum):
    """What takes no scope."""

    WHOEVER = "whoever asks"
    KNOWN = "whoever is known"


Need = Everybody | tuple[AccessScope, ...]
"""Of several scopes all are needed."""

_READ, _WRITE = (AccessScope.COUNTERFACTUALS_READ,), (AccessScope.COUNTERFACTUALS_WRITE,)
_FEEDBACK, _AUGMENTATIONS = (AccessScope.FEEDBACK,), (AccessScope.AUGMENTATIONS,)
_OPERATIONS, _PREDICTIONS = (AccessScope.OPERATIONS_READ,), (AccessScope.PREDICTIONS,)
_AUDIT = (AccessScope.AUDIT_READ,)
_KNOWN, _WHOEVER = Everybody.KNOWN, Everybody.WHOEVER

POLICY: dict[tuple[str, str], Need] = {
    ("POST", "/counterfactuals"): _WRITE,
    ("GET", "/counterfactuals/{answer_id}"): _READ,
    ("POST", "/counterfactuals/{answer_id}/feedback"): _FEEDBACK,
    ("POST", "/predictions"): _PREDICTIONS,
    # EHRs.
    ("GET", "/cds-services"): _WHOEVER,
    ("POST", "/cds-services/{service_id}"): _WRITE + _READ,  # a card tells what was said of options before
    ("POST", "/cds-services/{service_id}/feedback"): _FEEDBACK + _READ,
    # A patient, as JSON and as pages.
    ("GET", "/"): _READ,
    ("POST", "/"): _READ,  # a search by a patient's id, which no address is to hold
    ("GET", "/patients/{patient_id}/interventions"): _READ,
    ("POST", "/patients/{patient_id}/interventions"): _WRITE,
    ("GET", "/patients/{patient_id}/values"): _READ,
    ("POST", "/patients/{patient_id}/values"): _FEEDBACK + _WRITE,  # it keeps preferences, and asks
    ("GET", "/patients/{patient_id}/charts"): _READ,
    ("GET", "/patients/{patient_id}/grounds"): _READ,
    ("POST", "/patients/{patient_id}/what-if"): _WRITE,
    ("POST", "/patients/{patient_id}/ask-again"): _FEEDBACK + _WRITE,
    ("GET", "/patients/{patient_id}/preferences"): _READ,
    ("PUT", "/patients/{patient_id}/preferences"): _FEEDBACK,
    ("POST", "/patients/{patient_id}/preference"): _FEEDBACK + _WRITE,  # it may ask again with it
    ("GET", "/patients/{patient_id}/export"): (AccessScope.ADMIN,),
    ("DELETE", "/patients/{patient_id}"): (AccessScope.ADMIN,),
    ("GET", "/patients/{patient_id}/measurements"): _READ,
    ("POST", "/patients/{patient_id}/measurements"): _FEEDBACK,
    ("GET", "/patients/{patient_id}/result"): _READ,
    ("POST", "/patients/{patient_id}/result"): _FEEDBACK,
    ("GET", "/patients/{patient_id}/plans"): _READ,
    ("POST", "/patients/{patient_id}/plans"): _FEEDBACK,
    ("POST", "/patients/{patient_id}/plan"): _FEEDBACK,
    ("PATCH", "/patients/{patient_id}/plans/{plan_id}"): _FEEDBACK,
    ("POST", "/patients/{patient_id}/plans/{plan_id}"): _FEEDBACK,
    ("GET", "/patients/{patient_id}/plans/{plan_id}/handout"): _READ,
    # From an EHR: who it is, is settled on the way.
    ("GET", "/launch"): _WHOEVER,
    ("GET", "/launch/callback"): _WHOEVER,
    ("POST", "/launch/end"): _KNOWN,
    ("GET", "/.well-known/jwks.json"): _WHOEVER,
    # Batch jobs.
    ("GET", "/augmentations"): _AUGMENTATIONS,
    ("POST", "/augmentations"): _AUGMENTATIONS,
    ("POST", "/augmentations/uploads"): _AUGMENTATIONS,
    ("GET", "/augmentations/{job_id}"): _AUGMENTATIONS,
    ("DELETE", "/augmentations/{job_id}"): _AUGMENTATIONS,
    ("GET", "/augmentations/{job_id}/rows"): _AUGMENTATIONS,
    ("GET", "/augmentations/{job_id}/events"): _AUGMENTATIONS,
    ("GET", "/augmentations/{job_id}/report"): _AUGMENTATIONS,
    ("GET", "/augmentations/{job_id}/card"): _AUGMENTATIONS,
    # Who did what.
    ("GET", "/audit-events"): _AUDIT,
    ("GET", "/patients/{patient_id}/audit-events"): _AUDIT,
    # What the service is.
    ("GET", "/models"): _KNOWN,
    ("GET", "/models/{name}"): _KNOWN,
    ("GET", "/models/{name}/schema"): _KNOWN,
    ("GET", "/models/{name}/card"): _KNOWN,
    ("GET", "/models/{name}/drift"): _READ,  # what a tenant asked, together, for who may read each of it
    ("GET", "/docs"): _KNOWN,
    ("GET", "/docs/oauth2-redirect"): _KNOWN,
    ("GET", "/openapi.json"): _KNOWN,
    ("GET", "/livez"): _WHOEVER,
    ("GET", "/readyz"): _WHOEVER,
    ("GET", "/readyz?verbose"): _OPERATIONS,
    ("GET", "/metrics"): _OPERATIONS,
    ("GET", "/favicon.ico"): _WHOEVER,  # which browsers ask for; there is none
    # Style, scripts and fonts, the same in every copy of the program.
    ("GET", "/static/{file:path}"): _WHOEVER,
    ("GET", "/static-offline-docs/{file:path}"): _WHOEVER,
}

_PATIENT = "{patient_id}"
_OF_ONE_ANSWER = "{answer_id}"
"""Whose it is, the record tells: it has no other patient's answers for who may see one alone."""
_NAMED_IN_BODY = frozenset({("POST", "/counterfactuals")})
"""Whom it is about, the body tells: `app.faces.http.audited.about` refuses another patient's."""

_PARAMETER = re.compile(r"\{\w+(:path)?\}")
_QUESTION = "?"


def _pattern(template: str) -> re.Pattern[str]:
    """As the framework matches a template."""
    parts, at = [], 0
    for found in _PARAMETER.finditer(template):
        parts += [re.escape(template[at : found.start()]), ".*" if found[1] else "[^/]+"]
        at = found.end()
    return re.compile("".join([*parts, re.escape(template[at:])]), re.DOTALL)


_ROUTES = [(method, template, _pattern(template)) for method, template in POLICY if _QUESTION not in template]
_WITH_PARAMETER = {
    (method, template.partition(_QUESTION)[0]): template
    for method, template in POLICY
    if _QUESTION in template
}


def route_at(method: str, path: str) -> str | None:
    """The template of the route that takes this method at this path, HEAD as GET; None where none does."""
    method = "GET" if method == "HEAD" else method
    return next((one for verb, one, form in _ROUTES if verb == method and form.fullmatch(path)), None)


def needs_at(method: str, template: str) -> list[Need]:
    """What a route takes: without parameters first, then with one that takes more."""
    more = _WITH_PARAMETER.get((method, template))
    return [need_at(method, template), *([POLICY[method, more]] if more else [])]


def need_at(method: str, template: str | None, parameters: frozenset[str] = frozenset()) -> Need:
    """What a route takes, with these parameters in the query."""
    method = "GET" if method == "HEAD" else method
    more = _WITH_PARAMETER.get((method, template or ""), "")
    if more.partition(_QUESTION)[2] in parameters:
        template = more
    return POLICY.get((method, template or ""), Everybody.KNOWN)


def check_patient(principal: Principal, method: str, template: str | None, path: str) -> None:
    """Whether who may see one patient alone may go here. Whatever is not known to be of one patient is not.

    The path is decoded, as the framework matches it.

    Raises:
        OtherPatientError: it is another patient's.
        OnePatientError: it is of no one patient.
    """
    if principal.patient is None:
        return
    named = _patient_in(template or "", path)
    if named is not None:
        if named != principal.patient:
            raise OtherPatientError
    elif not (
        isinstance(need_at(method, template), Everybody)
        or _OF_ONE_ANSWER in (template or "")
        or (method, template) in _NAMED_IN_BODY
    ):
        raise OnePatientError


def _patient_in(template: str, path: str) -> str | None:
    """What stands in a path where the template has a patient's id; None where it has none."""
    parts = template.split("/")
    return path.split("/")[parts.index(_PATIENT)] if _PATIENT in parts else None


def lacking(principal: Principal, need: Need) -> AccessScope | None:
    """The first scope that a known caller lacks; None who may."""
    if isinstance(need, Everybody):
        return None
    return next((scope for scope in need if not principal.may(scope)), None)
