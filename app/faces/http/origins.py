"""Pure ASGI middleware against other sites that act through the browser of somebody who is let in here."""

from collections.abc import Collection
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from app.faces.http.problems import problem_or_page
from app.identity.ehr_sessions import COOKIES

_READING = ("GET", "HEAD", "OPTIONS")


class SameSite:
    """Refuses what another site's page makes a browser send, by which it would act as the person signed in.

    Browsers say where a request comes from in Sec-Fetch-Site, older ones in Origin; programs say neither.
    Whoever is known by a cookie has to say it: the browser sends that along by itself, also within a frame.
    Pages of listed origins (`Cors`) get through with a key or token, which no browser sends by itself.
    Behind a proxy the scheme is what a trusted one says in X-Forwarded-Proto.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] not in _READING and _is_from_elsewhere(scope):
            refused = problem_or_page(Request(scope), 403, "This was sent by the page of another site.")
            await refused(scope, receive, send)
            return
        await self._app(scope, receive, send)


class TrustedHosts:
    """Refuses requests under names that are not this service's.

    Without tokens the service trusts whoever reaches it on this machine. A page of another site reaches it
    too, if that site's name is made to lead here (DNS rebinding): the name in `Host` gives that away.
    """

    def __init__(self, app: ASGIApp, names: Collection[str]) -> None:
        self._app = app
        self._names = names

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and _hostname(scope) not in self._names:
            refused = problem_or_page(Request(scope), 421, "The service is not known under this name here.")
            await refused(scope, receive, send)
            return
        await self._app(scope, receive, send)


def _hostname(scope: Scope) -> str:
    try:
        return urlsplit("//" + Headers(scope=scope).get("host", "")).hostname or ""
    except ValueError:
        return ""


def _is_from_elsewhere(scope: Scope) -> bool:
    headers = Headers(scope=scope)
    if scope.get("state", {}).get("is_listed_origin") and _has_token_alone(headers):
        return False
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    if site not in (None, "none"):
        return site != "same-origin"
    if origin is None:
        return _has_session(headers)
    return origin != f"{scope['scheme']}://{headers.get('host')}"


def _has_token_alone(headers: Headers) -> bool:
    is_bearer = headers.get("authorization", "").lower().startswith("bearer ")
    return is_bearer and not _has_session(headers)


def _has_session(headers: Headers) -> bool:
    """Over HTTP/2 cookies may come in several lines, and a proxy may pass them on so (RFC 9113, 8.2.3)."""
    return any(name in line for line in headers.getlist("cookie") for name in COOKIES)
