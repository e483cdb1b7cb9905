"""Who asks, and whether they may: settled before any of a body is read.

A program sends its key or token as Bearer. A browser asks the person for it (RFC 7617, Basic).
"""

from dataclasses import dataclass

from pydantic import Field
from pydantic.json_schema import SkipJsonSchema
from starlette._utils import get_route_path
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from app.faces.http.negotiation import is_of_cds, wants_page
from app.faces.http.problems import Problem, problem_or_page, without_default
from app.faces.http.session_cookies import SESSION_NAME, forget_session
from app.identity.authenticator import Authenticator
from app.identity.ehr_sessions import SOURCE
from app.identity.policy import Everybody, Need, check_patient, lacking, need_at, route_at
from app.identity.refusals import (
    FalseNameError,
    IdentityAwayError,
    MissingScopeError,
    OnePatientError,
    OtherPatientError,
    RefusedCallerError,
    SessionEndedError,
    UnknownCallerError,
)
from app.identity.request_head import RequestHead

_BROWSER = (
    'Basic realm="Turnpoint", charset="UTF-8"',
    "The password is a token or a key of this service. "
    "The name signs your feedback; a key that is yours alone signs with its own.",
)
_BARE = "Unauthorized"
"""CDS Hooks has no reason given."""
_PROGRAM = "Send a key or a token that the service knows in the header Authorization, as Bearer."

_STATUSES: dict[type[RefusedCallerError], int] = {
    IdentityAwayError: 503,
    FalseNameError: 403,
    OnePatientError: 403,
    OtherPatientError: 404,
}


class AccessProblem(Problem):
    """A known caller may not do this."""

    scope: str | SkipJsonSchema[None] = Field(
        None,
        description="The scope that the caller lacks; left out where something else is in the way.",
        json_schema_extra=without_default,
    )


class Access:
    """Lets known callers in, each where they may go: `request.state.principal` says who, and
    `request.state.on_behalf_of` for whom a system says to act.

    The gateway's state holds the `Authenticator`.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        template = route_at(scope["method"], get_route_path(scope))
        scope["route"] = _Expected(template or "unmatched")
        scope.setdefault("state", {})["admitted_at"] = template
        need = need_at(scope["method"], template, frozenset(QueryParams(scope["query_string"])))
        try:
            await _admit(scope, need, template)
        except RefusedCallerError as refusal:
            await _refused(Request(scope), refusal)(scope, receive, send)
            return
        await self._app(scope, receive, send)


async def only_where_admitted(request: Request) -> None:
    """A dependency of what is not for everybody: the route is the very one that the policy was asked about.

    Raises:
        RuntimeError: the two were matched differently. It is a fault of ours, and nobody gets in by it.
    """
    if request.state.admitted_at != request.scope["route"].path:
        raise RuntimeError("a route is not the one that its policy is of")


@dataclass(frozen=True, slots=True)
class _Expected:
    """The route for which a request is meant, for the access log of who does not get there."""

    path: str


async def _admit(scope: Scope, need: Need, template: str | None) -> None:
    """Note who asks, also of whom may not: a refusal may be put on record.

    Raises:
        RefusedCallerError: nobody known, or one who may not.
    """
    if need is Everybody.WHOEVER:
        return
    state = scope["state"]
    authenticator: Authenticator = state["authenticator"]
    admitted = await authenticator.authenticate(head_of(scope))
    state["principal"], state["on_behalf_of"] = admitted.principal, admitted.on_behalf_of
    SESSION_NAME.set(admitted.principal.name if admitted.principal.source == SOURCE else None)
    scope_lacking = lacking(admitted.principal, need)
    method = "GET" if scope["method"] == "HEAD" else scope["method"]
    if scope_lacking is not None:
        raise MissingScopeError(scope_lacking)
    check_patient(admitted.principal, method, template, get_route_path(scope))


def head_of(scope: Scope) -> RequestHead:
    """What is known of a request before any of its body is read."""
    query = scope["query_string"]
    target = scope["raw_path"] + (b"?" + query if query else b"")
    client = scope.get("client")
    return RequestHead(
        scope["method"], target.decode("latin-1"), scope["headers"], client[0] if client else None
    )


def _refused(request: Request, refusal: RefusedCallerError) -> Response:
    """RFC 6750, section 3.1, for programs; browsers ask the person."""
    if isinstance(refusal, UnknownCallerError):
        return _unknown(request, refusal)
    if isinstance(refusal, MissingScopeError):
        scope = str(refusal.scope)
        response = problem_or_page(request, 403, str(refusal), members={"scope": scope})
        response.headers["WWW-Authenticate"] = f'Bearer error="insufficient_scope", scope="{scope}"'
        return response
    status = next((status for kind, status in _STATUSES.items() if isinstance(refusal, kind)), 400)
    return problem_or_page(request, status, str(refusal))


def _unknown(request: Request, refusal: UnknownCallerError) -> Response:
    challenge, detail = "Bearer", _PROGRAM
    if is_of_cds(request):
        detail = _BARE
    elif wants_page(request):
        challenge, detail = _BROWSER
    elif refusal.sent:
        challenge, detail = 'Bearer error="invalid_token"', str(refusal)
    is_ended = isinstance(refusal, SessionEndedError)
    if is_ended:  # the browser must not ask for a password: the EHR opens a new one
        challenge, detail = "Bearer", str(refusal)
    response = problem_or_page(request, 401, detail)
    response.headers["WWW-Authenticate"] = challenge
    if is_ended:
        forget_session(response)
    return response
