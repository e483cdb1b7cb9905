"""From an access token's claims to a principal."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.domain.ids import is_patient_id
from app.identity.names import fit_name, is_tenant
from app.identity.principal import DEFAULT_TENANT, Principal, PrincipalKind
from app.identity.scopes import AccessScope
from app.identity.smart import granted_by_smart, granted_within_patient

_OURS = {scope.value: scope for scope in AccessScope}
_MOST_SCOPES = 1_000
_PATIENT = "patient"
"""SMART's launch context: whom `patient/…` scopes are about."""
_ABSENT = object()
"""What no claim is; null, an empty text or an empty list is one that is there."""


@dataclass(frozen=True, slots=True)
class ClaimNames:
    """Where an issuer's tokens say who, of which tenant, and what they may do.

    A name with dots leads into objects: `realm_access.roles`. `roles` maps an issuer's own words to scopes,
    `tenants` an issuer to the tenant of all its tokens, whatever they claim.
    """

    name: Sequence[str] = ("preferred_username", "sub")
    tenant: str = "tenant"
    scopes: Sequence[str] = ("scope", "scp")
    role: str = "roles"
    roles: Mapping[str, frozenset[AccessScope]] = field(default_factory=dict)
    tenants: Mapping[str, str] = field(default_factory=dict)


def principal_from(claims: Mapping[str, Any], names: ClaimNames) -> Principal | None:
    """Who a token that was checked is about; None where its name or tenant is no name or tenant.

    One whose scopes are all of one patient, whom it names, opens that patient alone.

    Only a claim that is not there gives way to the next name or the default tenant: an empty one is nobody's.
    """
    claimed = next((value for one in names.name if (value := _at(claims, one)) is not _ABSENT), None)
    name = fit_name(claimed) if isinstance(claimed, str) else None
    tenant = names.tenants.get(claims["iss"], _at(claims, names.tenant))
    tenant = DEFAULT_TENANT if tenant is _ABSENT else tenant
    if name is None or not isinstance(tenant, str) or not is_tenant(tenant):
        return None
    kind = PrincipalKind.SYSTEM if _is_system(claims) else PrincipalKind.PERSON
    scopes, patient = _scopes(claims, names), claims.get(_PATIENT)
    if not scopes and isinstance(patient, str) and is_patient_id(patient):
        return Principal(name, kind, tenant, _scopes_within_patient(claims, names), "oidc", patient)
    return Principal(name, kind, tenant, scopes, "oidc")


def granted(words: Iterator[str] | Sequence[str]) -> frozenset[AccessScope]:
    """What scopes open here: ours by their names, SMART's by what they mean, all others nothing."""
    return frozenset(
        scope for word in words for scope in ({_OURS[word]} if word in _OURS else granted_by_smart(word))
    )


def _scopes(claims: Mapping[str, Any], names: ClaimNames) -> frozenset[AccessScope]:
    said = granted([word for one in names.scopes for word in _words(_at(claims, one))])
    roles = [names.roles.get(word, frozenset()) for word in _words(_at(claims, names.role))]
    return said.union(*roles)


def _scopes_within_patient(claims: Mapping[str, Any], names: ClaimNames) -> frozenset[AccessScope]:
    words = [word for one in names.scopes for word in _words(_at(claims, one))]
    return frozenset(scope for word in words for scope in granted_within_patient(word))


def _words(value: Any) -> list[str]:
    """Of a text with spaces, or of a list of texts."""
    words = value.split(" ") if isinstance(value, str) else value if isinstance(value, list) else []
    return [word for word in words[:_MOST_SCOPES] if isinstance(word, str)]


def _is_system(claims: Mapping[str, Any]) -> bool:
    """Whether a client got the token for itself: nobody signed in (RFC 9068, section 2.2)."""
    clients = [one for name in ("client_id", "azp", "appid") if isinstance(one := claims.get(name), str)]
    return (
        claims["sub"] in clients
        or claims.get("idtyp") == "app"  # Entra's
        or claims.get("preferred_username") in [f"service-account-{one}" for one in clients]  # Keycloak's
    )


def _at(claims: Mapping[str, Any], path: str) -> Any:
    """The claim with this whole name (which may be a URL), else what the dots lead to.

    `_ABSENT` where there is none; None where they lead into something that is no object.
    """
    if path in claims:
        return claims[path]
    value: Any = claims
    for step in path.split("."):
        if not isinstance(value, Mapping):
            return None
        value = value.get(step, _ABSENT)
        if value is _ABSENT:
            return _ABSENT
    return value
