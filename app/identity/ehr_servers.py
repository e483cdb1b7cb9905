"""The EHR servers that a deployment trusts: read from one TOML file, named in `EHR_SERVERS_FILE`.

Whatever the service asks of an EHR, it asks of an address or a host in this file; whoever calls as an EHR,
is in it.
"""

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from app.identity.names import is_tenant
from app.identity.principal import DEFAULT_TENANT
from app.identity.toml_files import load_toml
from app.parsing.addresses import LOOPBACK, is_safe


class EhrServersError(ValueError):
    """A file that names no EHR servers as it should; the message tells where, and quotes no value."""


def _is_plain_url(url: str) -> bool:
    """Whether a URL is https, or http on this machine, and holds no user, query or fragment."""
    try:
        parts = urlsplit(url)
        is_plain = parts.port != 0 and "@" not in parts.netloc
        return is_safe(url) and is_plain and not set(url) & set("?#\\ \t\r\n")
    except ValueError:
        return False


def _checked(holds: Callable[[str], bool], sentence: str) -> AfterValidator:
    def check(value: str) -> str:
        if not holds(value):
            raise ValueError(sentence)
        return value

    return AfterValidator(check)


Url = Annotated[
    str,
    _checked(_is_plain_url, "must be a URL with https (http on this machine alone), without user and query"),
]
Tenant = Annotated[str, _checked(is_tenant, "is no tenant's name")]
Text = Annotated[str, Field(min_length=1, max_length=512)]
Host = Annotated[str, Field(pattern=r"^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?(:[1-9][0-9]{0,4})?$")]
"""With a port where it is not 443."""
_HTTPS = 443


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class CdsClient(_Part):
    """Who calls our CDS services, and how their tokens are checked."""

    issuer: Text
    """The `iss` of its tokens, to the letter."""
    jwks_url: Url | None = None
    """Where its keys are; a `jku` in a token must be this."""
    jwks_file: Path | None = None
    tenants: tuple[Text, ...] = ()
    """The `tenant` claims that are let in; without any, none is asked for."""

    @model_validator(mode="after")
    def _has_keys(self) -> Self:
        if (self.jwks_url is None) == (self.jwks_file is None):
            raise ValueError("needs either jwks_url or jwks_file")
        return self


class SmartClient(_Part):
    """How the page is launched from the EHR (SMART App Launch)."""

    client_id: Text
    key_file: Path | None = None
    """A private key as JWK, for `private_key_jwt`; without it this is a public client."""
    scopes: Text = "launch openid fhirUser patient/Patient.rs patient/Observation.rs patient/Condition.rs"


class BackendClient(_Part):
    """How patients are read without anybody at the screen (SMART Backend Services)."""

    client_id: Text
    key_file: Path
    """A private key as JWK."""
    groups: tuple[Text, ...] = ()
    """Ids of the FHIR groups whose members are read nightly."""
    scopes: Text = "system/Group.rs system/Patient.rs system/Observation.rs system/Condition.rs"


class EhrServer(_Part):
    """One EHR: where its FHIR server is, which tenant its patients belong to, and what it may do here."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
    tenant: Tenant = DEFAULT_TENANT
    fhir_base: Url
    """The FHIR server's base address: the only one that is asked, and the only one its tokens go to."""
    hosts: tuple[Host, ...] = ()
    """Further hosts that its `smart-configuration` may name: its authorisation server's."""
    cds: CdsClient | None = None
    smart: SmartClient | None = None
    backend: BackendClient | None = None

    @property
    def base(self) -> str:
        """Its address without the slash at the end."""
        return self.fhir_base.rstrip("/")

    def has_host_of(self, url: str) -> bool:
        """Whether an address that the EHR itself named is on its own host, or on one that the file lists.

        On this machine, which a server elsewhere cannot lead to, any port is the host's.
        """
        own, host = host_of(self.base), host_of(url)
        if _is_here(host):
            return _is_here(own) and _name(host) in {_name(one) for one in (own, *self.hosts)}
        return host == own or host in self.hosts


def host_of(url: str) -> str:
    """The host of an address as the file lists it: in lower case, with the port where it is not 443.

    Raises:
        ValueError: it is no address.
    """
    parts = urlsplit(url)
    port = parts.port
    return f"{parts.hostname}:{port}" if port not in (None, _HTTPS) else str(parts.hostname)


def _is_here(host: str) -> bool:
    return _name(host) in LOOPBACK


def _name(host: str) -> str:
    """A host without its port."""
    return host if host in LOOPBACK else host.rpartition(":")[0] or host


class EhrServers(_Part):
    """All of a deployment's, each under a name and an address of its own."""

    servers: Annotated[tuple[EhrServer, ...], Field(alias="server")] = ()

    @model_validator(mode="after")
    def _are_apart(self) -> Self:
        issuers = [server.cds.issuer for server in self.servers if server.cds]
        for what, named in (
            ("name", [server.name for server in self.servers]),
            ("tenant", [server.tenant for server in self.servers]),  # two may use one id for two patients
            ("fhir_base", [server.base for server in self.servers]),
            ("cds.issuer", issuers),
        ):
            if any(count > 1 for count in Counter(named).values()):
                raise ValueError(f"two servers have the same {what}")
        return self

    def named(self, name: str) -> EhrServer | None:
        """The server of a name; None where the file names none."""
        return next((server for server in self.servers if server.name == name), None)

    def at(self, fhir_base: str) -> EhrServer | None:
        """The server at an address, to the letter but for a slash at the end."""
        return next((server for server in self.servers if server.base == fhir_base.rstrip("/")), None)

    def issued_by(self, issuer: str) -> EhrServer | None:
        """The server whose CDS client signs with this `iss`."""
        return next((one for one in self.servers if one.cds and one.cds.issuer == issuer), None)


def load_ehr_servers(path: Path | None) -> EhrServers:
    """What a file says; no servers where there is no file.

    Raises:
        EhrServersError: it cannot be read, is not TOML, or says what cannot be meant.
    """
    if path is None:
        return EhrServers()
    return load_toml(path, "EHR_SERVERS_FILE", EhrServers, EhrServersError)
