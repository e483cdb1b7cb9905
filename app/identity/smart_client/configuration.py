"""What an EHR server says of its authorisation (`.well-known/smart-configuration`)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import urlsplit

from app.identity.ehr_servers import EhrServer, host_of
from app.identity.smart_client.faults import SmartError, SmartFault
from app.parsing.addresses import is_safe

WELL_KNOWN = "/.well-known/smart-configuration"
_PKCE = "S256"


@dataclass(frozen=True, slots=True)
class SmartConfiguration:
    """Where to ask for what. Endpoints are None where the server has none; all have https.

    All are on the FHIR server's own host, or on one that the file of EHR servers lists for it. On this
    machine alone http is taken, and from a server on this machine alone.
    """

    token_endpoint: str
    authorization_endpoint: str | None
    issuer: str | None
    jwks_uri: str | None
    pkce_methods: tuple[str, ...]
    signing_algorithms: tuple[str, ...]

    @classmethod
    def read(cls, told: Any, server: EhrServer) -> Self:
        """From the JSON object of a server.

        Raises:
            SmartError: it is none, or an address in it is not safe or on another host.
        """
        if not isinstance(told, Mapping):
            raise SmartError(SmartFault.NOT_SMART)
        token_endpoint = _address(told, "token_endpoint", server)
        if token_endpoint is None:
            raise SmartError(SmartFault.NOT_SMART)
        issuer = told.get("issuer")
        return cls(
            token_endpoint=token_endpoint,
            authorization_endpoint=_address(told, "authorization_endpoint", server),
            issuer=issuer if isinstance(issuer, str) else None,
            jwks_uri=_address(told, "jwks_uri", server),
            pkce_methods=_words(told, "code_challenge_methods_supported"),
            signing_algorithms=_words(told, "token_endpoint_auth_signing_alg_values_supported"),
        )

    def for_launch(self) -> tuple[str, str, str]:
        """Addresses of authorisation and keys, and the issuer of ID tokens, for an EHR launch.

        Raises:
            SmartError: one of them is missing, or PKCE is.
        """
        if _PKCE not in self.pkce_methods:
            raise SmartError(SmartFault.NO_PKCE)
        if self.authorization_endpoint is None or self.jwks_uri is None or self.issuer is None:
            raise SmartError(SmartFault.NOT_SMART)
        return self.authorization_endpoint, self.jwks_uri, self.issuer


def _address(told: Mapping[str, Any], name: str, server: EhrServer) -> str | None:
    url = told.get(name)
    if url is None:
        return None
    if not isinstance(url, str) or not _is_fit(url, server.base):
        raise SmartError(SmartFault.NOT_SMART)
    if not server.has_host_of(url):
        raise SmartError(SmartFault.OTHER_HOST, host=host_of(url))
    return url


def _is_fit(url: str, base: str) -> bool:
    """An address that leads to this machine is for servers that are on it themselves."""
    try:
        parts = urlsplit(url)
        host_of(url)
    except ValueError:
        return False
    is_plain = "@" not in parts.netloc and not parts.fragment and not set(url) & set("\\ \t\r\n")
    return is_plain and is_safe(url) and (parts.scheme == "https" or urlsplit(base).scheme == "http")


def _words(told: Mapping[str, Any], name: str) -> tuple[str, ...]:
    words = told.get(name)
    return tuple(one for one in words if isinstance(one, str)) if isinstance(words, list) else ()
