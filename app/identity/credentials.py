"""What a caller shows: a secret as Bearer (RFC 6750), or as a browser's password (RFC 7617)."""

import base64
from dataclasses import dataclass

from app.identity.names import fit_name
from app.identity.refusals import MalformedCredentialsError, UnknownCallerError
from app.identity.request_head import RequestHead

ON_BEHALF_OF = "x-on-behalf-of"


@dataclass(frozen=True, slots=True)
class Credentials:
    """A secret, and the name that a browser sent with it; None where it is not fit to be kept."""

    secret: bytes
    name: str | None = None
    is_bearer: bool = False


def read_credentials(head: RequestHead, most_bytes: int) -> Credentials | None:
    """What the header Authorization holds; None where there is none that is read here.

    Raises:
        MalformedCredentialsError: there are two.
        UnknownCallerError: it is longer than `most_bytes`: nothing of it is looked at.
    """
    header = head.only("authorization")
    if header is None:
        return None
    if len(header) > most_bytes:
        raise UnknownCallerError("What was sent to sign in is too long.")
    scheme, _, given = header.partition(b" ")
    if scheme.lower() == b"bearer":
        return Credentials(given.strip(), is_bearer=True)
    return _basic(given) if scheme.lower() == b"basic" else None


def named(head: RequestHead) -> str | None:
    """On behalf of whom a system says to act.

    Raises:
        MalformedCredentialsError: there are two names, or one that is not fit to be kept.
    """
    header = head.only(ON_BEHALF_OF)
    if header is None:
        return None
    try:
        name = fit_name(header.decode())
    except UnicodeDecodeError:
        name = None
    if name is None:
        raise MalformedCredentialsError(
            "The header X-On-Behalf-Of must be a name in UTF-8 of up to 64 characters that can all be seen, "
            "without who sends it: `(via …)` is added here."
        )
    return name


def _basic(given: bytes) -> Credentials | None:
    try:
        name, _, secret = base64.b64decode(given, validate=True).decode().partition(":")
    except ValueError:  # no base64, no UTF-8
        return None
    return Credentials(secret.encode(), fit_name(name))
