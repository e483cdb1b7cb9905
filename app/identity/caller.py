"""A caller: a principal within one request."""

from dataclasses import dataclass
from typing import Self

from app.domain.ids import RequestIds
from app.identity.principal import Principal, PrincipalKind
from app.identity.request_key import RequestKey
from app.identity.scopes import AccessScope

GIVEN_BY = (
    "Who said so: the person signed in; or a system, after the name of whom it spoke for, as in "
    "`dr.okoye (via ehr)`. Nobody checked a name that a system told, or that came with a shared token."
)
"""What clients are told of a signature."""
_NAMELESS = ("open", "token", "service")
"""Sources of principals whose name is nobody's in particular."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, by which request.

    `route` is the method and the route's template, never the path: that may hold a patient's id. `address` is
    where the request came from, None where there was no connection. `on_behalf_of` is the person whom a
    system names, unchecked. `key` is there where the request has one, under which its reply is kept.
    """

    principal: Principal
    ids: RequestIds
    route: str
    address: str | None = None
    on_behalf_of: str | None = None
    key: RequestKey | None = None

    @classmethod
    def service(cls, tenant: str, task: str, on_behalf_of: str | None = None) -> Self:
        """The service itself at a task of its own, within one tenant; for whoever runs a command."""
        scopes = frozenset({AccessScope.ADMIN})
        principal = Principal("turnpoint", PrincipalKind.SYSTEM, tenant, scopes, "service")
        return cls(principal, RequestIds(task), task, on_behalf_of=on_behalf_of)

    @property
    def tenant(self) -> str:
        return self.principal.tenant

    @property
    def signature(self) -> str | None:
        """Who signs what is recorded; None where nobody does.

        A person signs with their own name, and a system with its own, after that of the person whom it
        speaks for. Where a token is shared, or everybody let in, there is only the name that they gave.
        """
        who, name = self.principal, self.on_behalf_of
        if who.kind is PrincipalKind.PERSON:
            return who.name
        if who.source in _NAMELESS:
            return name
        return f"{name} (via {who.name})" if name else who.name
