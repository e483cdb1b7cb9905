"""What a token endpoint gives (RFC 6749, section 5.1; SMART's launch context)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from app.identity.smart_client.faults import SmartError, TokenFault

_SHORT_S, _LONG_S = 60, 86_400
"""Where a server does not say how long a token is good; and the longest that is believed."""


@dataclass(frozen=True, slots=True)
class TokenReply:
    """An access token, which no log may see, and what came with it. `expires_in` is in seconds."""

    access_token: str = field(repr=False)
    expires_in: int
    patient: str | None = None
    id_token: str | None = field(default=None, repr=False)
    app_context: str | None = None

    @classmethod
    def read(cls, told: Any) -> Self:
        """From a JSON object.

        Raises:
            SmartError: it holds no bearer token.
        """
        if not isinstance(told, Mapping):
            raise SmartError.of_token(TokenFault.NO_ACCESS_TOKEN)
        token, kind = _text(told, "access_token"), _text(told, "token_type")
        if not token or kind is None or kind.lower() != "bearer":
            raise SmartError.of_token(TokenFault.NO_ACCESS_TOKEN)
        return cls(
            token,
            _seconds(told.get("expires_in")),
            _text(told, "patient"),
            _text(told, "id_token"),
            _text(told, "appContext"),
        )


def _text(told: Mapping[str, Any], name: str) -> str | None:
    value = told.get(name)
    return value if isinstance(value, str) else None


def _seconds(value: Any) -> int:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return int(min(max(value, 0), _LONG_S)) if is_number else _SHORT_S
