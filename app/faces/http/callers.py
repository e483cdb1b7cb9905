"""The caller of a request: who was let in, and by which request."""

from fastapi import Request

from app.identity.caller import Caller


def caller_of(request: Request) -> Caller:
    """The principal that was let in, at this very request."""
    state, route = request.state, request.scope["route"]
    return Caller(
        principal=state.principal,
        ids=state.ids,
        route=f"{request.method} {route.path}",
        address=request.client.host if request.client else None,
        on_behalf_of=state.on_behalf_of,
    )
