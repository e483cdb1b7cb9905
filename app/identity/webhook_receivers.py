"""Who is told of events by webhooks: read from one TOML file, named in `WEBHOOKS_FILE`.

Whatever the service tells by a webhook, it tells to an address in this file; nobody else can add one.
"""

import base64
import binascii
from collections import Counter
from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

from app.domain.webhook_event import EventType
from app.identity.ehr_servers import Tenant, Url
from app.identity.principal import DEFAULT_TENANT
from app.identity.toml_files import load_toml

_PREFIX = "whsec_"
_SECRET_BYTES = range(24, 65)
"""By Standard Webhooks."""
_MOST_SECRETS = 4


class WebhooksError(ValueError):
    """A file that names no receivers as it should; the message tells where, and quotes no value."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Receiver(_Part):
    """One address that is told of a tenant's events, and the secrets that prove who tells."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
    tenant: Tenant = DEFAULT_TENANT
    url: Url
    events: Annotated[tuple[EventType, ...], Field(min_length=1)] = tuple(EventType)
    secrets: Annotated[tuple[SecretStr, ...], Field(max_length=_MOST_SECRETS)] = ()
    """Each signs: with two, a receiver can change from one to the other."""
    secret_file: Path | None = None
    """The same, one a line."""
    enabled: bool = True
    """What happens meanwhile is kept, and told later."""

    @model_validator(mode="after")
    def _has_secrets(self) -> Self:
        if (self.secret_file is None) == (not self.secrets):
            raise ValueError("needs either secrets or secret_file")
        if not all(_is_secret(one.get_secret_value()) for one in self.secrets):
            raise ValueError("secrets must be whsec_ and the base64 of 24 to 64 random bytes")
        return self

    def signing_secrets(self) -> tuple[str, ...]:
        """Every secret that signs, the file's as it is now.

        Raises:
            WebhooksError: the file cannot be read, or holds something else.
        """
        if self.secret_file is None:
            return tuple(one.get_secret_value() for one in self.secrets)
        try:
            lines = self.secret_file.read_text(encoding="ascii").split()
        except (OSError, ValueError):
            raise WebhooksError(f"WEBHOOKS_FILE: the secret_file of {self.name} cannot be read") from None
        if not 0 < len(lines) <= _MOST_SECRETS or not all(map(_is_secret, lines)):
            raise WebhooksError(f"WEBHOOKS_FILE: the secret_file of {self.name} holds no secrets")
        return tuple(lines)


class Receivers(_Part):
    """All of a deployment's, each under a name of its own."""

    receivers: Annotated[tuple[Receiver, ...], Field(alias="receiver")] = ()

    @model_validator(mode="after")
    def _are_apart(self) -> Self:
        if any(count > 1 for count in Counter(one.name for one in self.receivers).values()):
            raise ValueError("two receivers have the same name")
        return self

    @property
    def tenants(self) -> tuple[str, ...]:
        """Whose events anybody is told of, each once."""
        return tuple(dict.fromkeys(one.tenant for one in self.receivers))

    def of(self, tenant: str, event: EventType | None = None) -> tuple[Receiver, ...]:
        """Who is told of a tenant's events, of one kind or of any."""
        return tuple(
            one for one in self.receivers if one.tenant == tenant and (event is None or event in one.events)
        )


def load_receivers(path: Path | None) -> Receivers:
    """What a file says; no receivers where there is no file.

    Raises:
        WebhooksError: it cannot be read, is not TOML, or says what cannot be meant.
    """
    return Receivers() if path is None else load_toml(path, "WEBHOOKS_FILE", Receivers, WebhooksError)


def _is_secret(text: str) -> bool:
    if not text.startswith(_PREFIX):
        return False
    try:
        return len(base64.b64decode(text.removeprefix(_PREFIX), validate=True)) in _SECRET_BYTES
    except binascii.Error:
        return False
