"""A principal: a person or a system that the service knows."""

from dataclasses import dataclass
from enum import StrEnum

from app.identity.scopes import AccessScope

DEFAULT_TENANT = "default"
"""Whose everything is where nobody set up tenants."""


class PrincipalKind(StrEnum):
    """Whether somebody signs for what they do."""

    PERSON = "person"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Principal:
    """Who is let in.

    `source` is how they were known: `open`, `token`, `key`, `oidc`, `proxy`, `launch`, or `service` for its
    own tasks. `patient` is the only one whom they may see; None of who may see all of a tenant's.
    """

    name: str
    kind: PrincipalKind
    tenant: str
    scopes: frozenset[AccessScope]
    source: str
    patient: str | None = None

    def may(self, scope: AccessScope) -> bool:
        return scope in self.scopes or AccessScope.ADMIN in self.scopes


ANYBODY = Principal("local", PrincipalKind.SYSTEM, DEFAULT_TENANT, frozenset({AccessScope.ADMIN}), "open")
"""Whoever reaches a service that listens on loopback alone and asks nobody who they are."""
TOKEN = Principal("token", PrincipalKind.SYSTEM, DEFAULT_TENANT, frozenset({AccessScope.ADMIN}), "token")
"""Whoever knows one of `API_TOKENS`."""
