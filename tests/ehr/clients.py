"""Apps that are registered with the mock EHR, and how they show who they are."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import jwt

Json = dict[str, Any]
ALGORITHMS = ("ES384", "RS384")
JWT_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_LONGEST_S, _LEEWAY_S = 300, 10


class OAuthError(Exception):
    """A request that the authorisation server refuses, by a code of RFC 6749."""

    def __init__(self, code: str, why: str) -> None:
        super().__init__(why)
        self.code = code


@dataclass(frozen=True, slots=True)
class Client:
    """An app: without keys of its own a public one."""

    id: str
    scopes: tuple[str, ...]
    redirect_uris: tuple[str, ...] = ()
    jwks: Json | None = None
    grant_types: tuple[str, ...] = ("authorization_code",)


@dataclass
class Clients:
    """All that are registered, and the assertions that were used."""

    by_id: dict[str, Client] = field(default_factory=dict)
    spent: set[str] = field(default_factory=set)

    def register(self, client: Client) -> None:
        """Let in an app; one of the same id takes the other's place."""
        self.by_id[client.id] = client

    def known_by(self, form: Mapping[str, str], token_url: str) -> Client:
        """Who sent a form to the token endpoint.

        Raises:
            OAuthError: nobody known, or an assertion that is none of theirs, too long, over, or used before.
        """
        if "client_assertion" not in form:
            client = self.by_id.get(form.get("client_id", ""))
            if client is None or client.jwks is not None:
                raise OAuthError("invalid_client", "the client is not known, or must sign")
            return client
        if form.get("client_assertion_type") != JWT_BEARER:
            raise OAuthError("invalid_client", "the assertion is of another type")
        client = self._signed_by(form["client_assertion"], token_url)
        if form.get("client_id", client.id) != client.id:
            raise OAuthError("invalid_client", "the form names another client than the assertion")
        return client

    def _signed_by(self, assertion: str, token_url: str) -> Client:
        try:
            header = jwt.get_unverified_header(assertion)
            told = jwt.decode(assertion, options={"verify_signature": False})
            client = self.by_id[told["iss"]]
            claims = jwt.decode(
                assertion,
                _key_of(client, header),
                algorithms=list(ALGORITHMS),
                audience=token_url,
                leeway=_LEEWAY_S,
                options={"require": ["iss", "sub", "aud", "exp", "jti"]},
            )
        except (jwt.PyJWTError, LookupError) as error:
            raise OAuthError("invalid_client", "the assertion does not hold") from error
        if claims["sub"] != client.id or claims["exp"] > time.time() + _LONGEST_S + _LEEWAY_S:
            raise OAuthError("invalid_client", "the assertion is another's, or lasts longer than 5 minutes")
        if claims["jti"] in self.spent:
            raise OAuthError("invalid_client", "the assertion was used before")
        self.spent.add(claims["jti"])
        return client


def _key_of(client: Client, header: Json) -> jwt.PyJWK:
    """The key that an assertion names, among the client's own.

    Raises:
        LookupError: it names none of them.
    """
    for key in (client.jwks or {"keys": []})["keys"]:
        if key["kid"] == header.get("kid"):
            return jwt.PyJWK(key)
    raise LookupError("no such key")
