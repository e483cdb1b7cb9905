"""Tokens, compared in constant time. On loopback without tokens the service is open.

A program sends its token as Bearer. A browser asks the person for it (RFC 7617, Basic): the token is the
password, and the name is whom their feedback is signed with.
"""

import base64
import re
import secrets

from fastapi import Request
from starlette.exceptions import HTTPException

from app.faces.http.negotiation import wants_page
from app.identity.principal import ANYBODY, TOKEN
from app.parsing.free_text import FreeTextError, read_free_text
from app.settings import Settings

_NAME = re.compile(r"[^\W_][^\t\n]{0,63}")
_BROWSER = (
    'Basic realm="Turnpoint", charset="UTF-8"',
    "The password is a token of this service; the name is yours to choose, and signs your feedback.",
)
_PROGRAM = ("Bearer", "Send a token that the service knows in the header Authorization, as Bearer.")


class RequireToken:
    """A dependency that lets only known callers in, and says who: `request.state.principal`.

    `request.state.on_behalf_of` is the name that a person gave with a token that many may know.
    """

    def __init__(self, settings: Settings) -> None:
        self._tokens = [token.get_secret_value().encode() for token in settings.api_tokens]

    async def __call__(self, request: Request) -> None:
        name, given = _credentials(request.headers.get("authorization", ""))
        request.state.on_behalf_of = name
        request.state.principal = TOKEN if self._tokens else ANYBODY
        if not self._tokens:
            return
        known = [secrets.compare_digest(given, expected) for expected in self._tokens]
        if not any(known):
            challenge, detail = _BROWSER if wants_page(request) else _PROGRAM
            raise HTTPException(401, detail, headers={"WWW-Authenticate": challenge})


def _credentials(header: str) -> tuple[str | None, bytes]:
    """The name, where there is one fit to be kept, and the token."""
    scheme, _, given = header.partition(" ")
    if scheme.lower() == "bearer":
        return None, given.strip().encode()
    if scheme.lower() != "basic":
        return None, b""
    try:
        name, _, token = base64.b64decode(given, validate=True).decode().partition(":")
    except ValueError:  # no base64, no ASCII, no UTF-8
        return None, b""
    return _fit(name), token.encode()


def _fit(name: str) -> str | None:
    try:
        return read_free_text(name) if _NAME.fullmatch(name) else None
    except FreeTextError:
        return None
