"""Bearer tokens, compared in constant time. On loopback without tokens the service is open."""

import secrets

from fastapi import Request
from starlette.exceptions import HTTPException

from app.settings import Settings


class BearerAuth:
    """A dependency that lets only known callers in."""

    def __init__(self, settings: Settings) -> None:
        self._tokens = [token.get_secret_value().encode() for token in settings.api_tokens]

    async def __call__(self, request: Request) -> None:
        if not self._tokens:
            return
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        given = token.strip().encode()
        known = [secrets.compare_digest(given, expected) for expected in self._tokens]
        if scheme.lower() != "bearer" or not any(known):
            raise HTTPException(401, headers={"WWW-Authenticate": "Bearer"})
