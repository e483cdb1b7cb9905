"""The caller of a request: who was let in, and by which request."""

from fastapi import Request

from app.identity.caller import Caller
from app.identity.principal import Principal


def caller_of(request: Request) -> Caller:
    """The principal that was let in, at this very request."""
    return caller_as(request, request.state.principal, request.state.on_behalf_of)


def caller_as(request: Request, principal: Principal, on_behalf_of: str | None = None) -> Caller:
    """A principal at this very request."""
    return Caller(
        principal=principal,
        ids=request.state.ids,
        route=f"{request.method} {request.scope['route'].path}",
        address=request.client.host if request.client else None,
        on_behalf_of=on_behalf_of,
        key=getattr(request.state, "key", None),
    )
