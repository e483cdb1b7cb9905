"""Who may call what, as the document says it."""

from collections.abc import Sequence
from typing import Any

from app.faces.http.auth import AccessProblem
from app.faces.http.problems import problem_responses
from app.identity.policy import Everybody, needs_at

_SCHEMES = {
    "token": {"type": "http", "scheme": "bearer", "description": "For programs: a key, or an access token."},
    "signIn": {
        "type": "http",
        "scheme": "basic",
        "description": "For people: a name to sign feedback with, and a key or token as the password.",
    },
}
_WELL_KNOWN = "/.well-known/openid-configuration"


def refusals_of(method: str, path: str) -> dict[int | str, Any]:
    """What is answered to whoever is not let in."""
    if all(need is Everybody.WHOEVER for need in needs_at(method.upper(), path)):
        return {} if method == "get" else problem_responses(403)
    return problem_responses(400, 401, 503) | problem_responses(403, body=AccessProblem)


def add_security(document: dict[str, Any], issuers: Sequence[str]) -> None:
    """How to say who one is, and the scope that each operation takes; the same scope whatever the way."""
    openid = {
        f"openId{number or ''}": {
            "type": "openIdConnect",
            "openIdConnectUrl": issuer.rstrip("/") + _WELL_KNOWN,
            "description": "For programs and people: an access token of this issuer.",
        }
        for number, issuer in enumerate(issuers)
    }
    schemes = _SCHEMES | openid
    document["components"]["securitySchemes"] = schemes
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            need = needs_at(method.upper(), path)[0]
            if need is not Everybody.WHOEVER:
                scopes = [] if isinstance(need, Everybody) else [str(scope) for scope in need]
                operation["security"] = [{name: scopes} for name in schemes]
