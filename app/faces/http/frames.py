"""Pure ASGI middleware: pages that an EHR opened may stand in a frame of that EHR's, and no others."""

from collections.abc import Sequence

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.identity.ehr_sessions import SOURCE

_POLICY, _ALONE = "content-security-policy", "frame-ancestors 'self'"
_LAUNCH = "/launch"


class Framed:
    """Widens `frame-ancestors` by the origins of EHRs, for launches and for who came by one.

    Whoever is known in another way keeps pages that no other site can put into a frame.
    """

    def __init__(self, app: ASGIApp, origins: Sequence[str]) -> None:
        self._app, self._wider = app, " ".join((_ALONE, *origins))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_framed(message: Message) -> None:
            if message["type"] == "http.response.start" and _is_launched(scope):
                headers = MutableHeaders(scope=message)
                if policy := headers.get(_POLICY):
                    headers[_POLICY] = policy.replace(_ALONE, self._wider)
            await send(message)

        await self._app(scope, receive, send_framed)


def _is_launched(scope: Scope) -> bool:
    principal = scope.get("state", {}).get("principal")
    by_launch = principal is not None and principal.source == SOURCE
    path: str = scope["path"]
    return by_launch or path == _LAUNCH or path.startswith(f"{_LAUNCH}/")
