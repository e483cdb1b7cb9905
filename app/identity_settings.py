"""Settings about who is let in: keys, access tokens, the proxy in front."""

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode

from app.parsing.addresses import is_safe
from app.parsing.json_text import JsonError, JsonFaultsError, read_json

_Words = Annotated[tuple[str, ...], NoDecode]
_WordByWord = Annotated[dict[str, str], NoDecode]


class IdentitySettings(BaseSettings):
    """The part of `Settings` that is about callers."""

    api_tokens: Annotated[tuple[SecretStr, ...], NoDecode] = ()
    api_keys: bool = False
    api_keys_fresh_s: Annotated[float, Field(ge=1, le=3600)] = 10.0

    oidc_issuer: _Words = ()
    oidc_audience: _Words = ()
    oidc_name_claim: _Words = ("preferred_username", "sub")
    oidc_tenant_claim: str = "tenant"
    oidc_scope_claim: _Words = ("scope", "scp")
    oidc_roles_claim: str = "roles"
    oidc_roles: _WordByWord = Field(default_factory=dict)
    oidc_tenants: _WordByWord = Field(default_factory=dict)
    oidc_deadline_s: Annotated[float, Field(gt=0, le=30)] = 3.0
    oidc_pause_s: Annotated[float, Field(ge=1)] = 30.0
    oidc_fresh_s: Annotated[float, Field(ge=1)] = 600.0
    oidc_stand_s: Annotated[float, Field(ge=1)] = 86_400.0

    proxy_secret: SecretStr | None = None
    proxy_most_age_s: Annotated[float, Field(gt=0, le=300)] = 30.0

    clock_leeway_s: Annotated[float, Field(ge=0, le=300)] = 30.0
    max_credentials_bytes: Annotated[int, Field(ge=1024, le=65536)] = 12 * 1024

    @field_validator(
        *("api_tokens", "oidc_issuer", "oidc_audience", "oidc_name_claim", "oidc_scope_claim"), mode="before"
    )
    @classmethod
    def _words(cls, value: object) -> object:
        return comma_separated(value)

    @field_validator("api_tokens")
    @classmethod
    def _long_enough(cls, tokens: tuple[SecretStr, ...]) -> tuple[SecretStr, ...]:
        if any(len(token.get_secret_value()) < 16 for token in tokens):
            raise ValueError("each token needs at least 16 characters")
        return tokens

    @field_validator("proxy_secret")
    @classmethod
    def _hard_to_guess(cls, secret: SecretStr | None) -> SecretStr | None:
        if secret is not None and len(secret.get_secret_value().encode()) < 32:
            raise ValueError("needs at least 32 bytes, such as those of `openssl rand -hex 32`")
        return secret

    @field_validator("oidc_issuer")
    @classmethod
    def _safe_issuers(cls, issuers: tuple[str, ...]) -> tuple[str, ...]:
        if not all(_is_issuer(issuer) for issuer in issuers):
            raise ValueError(
                "each issuer must be a URL with https, as its tokens name it, without user and query; "
                "http is for this machine alone"
            )
        return issuers

    @field_validator("oidc_roles", "oidc_tenants", mode="before")
    @classmethod
    def _word_by_word(cls, value: object) -> object:
        if isinstance(value, str):
            try:
                value = read_json(value)
            except (JsonError, JsonFaultsError):
                value = None
        if not isinstance(value, dict) or not all(isinstance(one, str) for one in value.values()):
            raise ValueError("must be a JSON object whose values are texts")
        return value

    @property
    def asks_who(self) -> bool:
        """Whether callers must be known. Else whoever reaches this machine's loopback may do everything."""
        return bool(self.api_keys or self.oidc_issuer or self.proxy_secret or self.api_tokens)

    def refuse_unsafe_issuers(self) -> None:
        """Refuse issuers without an audience, and tenants of others.

        Raises:
            ValueError: with a sentence.
        """
        if self.oidc_issuer and not self.oidc_audience:
            raise ValueError(
                "OIDC_ISSUER is set, so OIDC_AUDIENCE must name this service as access tokens do: else those "
                "that somebody got for another service would be good here"
            )
        if self.oidc_tenants.keys() - set(self.oidc_issuer):
            raise ValueError("OIDC_TENANTS names an issuer that OIDC_ISSUER does not")


def comma_separated(value: object) -> object:
    """The parts of a text, without the space around them; what is no text stays."""
    if not isinstance(value, str):
        return value
    return tuple(part.strip() for part in value.split(",") if part.strip())


def _is_issuer(url: str) -> bool:
    try:
        parts = urlsplit(url)
        is_plain = "@" not in parts.netloc and not (parts.query or parts.fragment)
        return is_safe(url) and is_plain and parts.port != 0
    except ValueError:  # its message may quote a password
        return False
