"""How often an address may ask without being known."""

import time
from ipaddress import IPv6Address, ip_address, ip_network

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.admission.quota import Quota
from app.faces.http.negotiation import wants_page
from app.faces.http.problems import problem_or_page

_TOO_MANY = "Too many requests came from this address by nobody known. Try again later."
_ONE_HOST_BITS = 64
"""Of an IPv6 address: whoever has one has all that share these."""


class RefusalThrottle:
    """Pure ASGI middleware: 429 in place of 401 where an address had too many of them within a minute.

    Who is known is never throttled, whoever else is behind the same address; and a browser that has sent
    nothing yet is always asked for what it has to send. Counted is in this process's memory.
    """

    def __init__(self, app: ASGIApp, per_minute: int) -> None:
        self._app = app
        self._quota = Quota(per_minute, time.monotonic)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        is_throttled = False

        async def send_or_throttle(message: Message) -> None:
            nonlocal is_throttled
            if message["type"] == "http.response.start" and message["status"] == 401:
                wait_s = self._count(Request(scope))
                is_throttled = wait_s is not None
                if wait_s is not None:
                    refused = problem_or_page(Request(scope), 429, _TOO_MANY)
                    refused.headers["Retry-After"] = str(wait_s)
                    await refused(scope, receive, send)
            if not is_throttled:
                await send(message)

        await self._app(scope, receive, send_or_throttle)

    def _count(self, request: Request) -> int | None:
        """Count a refusal; the whole seconds to stay away where there were too many, and else None."""
        if "authorization" not in request.headers and wants_page(request):
            return None
        return take_one(self._quota, request)


def take_one(quota: Quota, request: Request) -> int | None:
    """Count a request for its address; the whole seconds to stay away where there were too many."""
    origin = _origin(request.client.host if request.client else "")
    return None if quota.take(origin) else quota.remaining(origin).reset_s


def _origin(address: str) -> str:
    try:
        parsed = ip_address(address)
    except ValueError:  # a socket's path, or nothing
        return "elsewhere"
    if not isinstance(parsed, IPv6Address):
        return str(parsed)
    mapped = parsed.ipv4_mapped
    return str(mapped or ip_network((int(parsed), _ONE_HOST_BITS), strict=False))
