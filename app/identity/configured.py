"""Who tells callers apart, as the settings say."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from app.identity.access_tokens import AccessTokens
from app.identity.authenticator import Authenticator, KnownCallers, Open
from app.identity.cds_jwt import CdsTokens, Replays
from app.identity.cds_keys import fetch_of
from app.identity.claims import ClaimNames
from app.identity.discovery import Discovery
from app.identity.ehr_servers import CdsClient, EhrServers, EhrServersError, load_ehr_servers
from app.identity.errors import IdentityError
from app.identity.issuer_keys import Freshness, IssuerKeys
from app.identity.key_ring import KeyRing, KeyStore
from app.identity.names import is_tenant
from app.identity.proxy import ProxyHeader
from app.identity.scopes import AccessScope
from app.identity.webhook_receivers import Receivers, WebhooksError, load_receivers
from app.identity_settings import IdentitySettings
from app.parsing.addresses import is_safe


@dataclass(frozen=True, slots=True)
class CdsCalls:
    """Which EHRs call CDS services, what they call this service, and which of their tokens were used."""

    servers: EhrServers
    public_url: str | None
    replays: Replays


def authenticator_of(
    settings: IdentitySettings, store: KeyStore, calls: CdsCalls | None = None
) -> Authenticator:
    """Who lets callers in. To be made where the event loop runs.

    Raises:
        IdentityError: roles are mapped to scopes that there are none of, or issuers to no tenants.
    """
    cds = _cds_tokens_of(settings, calls) if calls else None
    if not settings.asks_who:
        return Open(settings.max_credentials_bytes, cds)
    return KnownCallers(
        tokens=[token.get_secret_value().encode() for token in settings.api_tokens],
        keys=KeyRing(store, settings.api_keys_fresh_s) if settings.api_keys else None,
        access_tokens=_access_tokens_of(settings) if settings.oidc_issuer else None,
        proxy=_proxy_of(settings),
        most_bytes=settings.max_credentials_bytes,
        cds=cds,
    )


def claim_names_of(settings: IdentitySettings) -> ClaimNames:
    """Where tokens say who.

    Raises:
        IdentityError: roles are mapped to scopes that there are none of, or issuers to no tenants.
    """
    if not all(is_tenant(tenant) for tenant in settings.oidc_tenants.values()):
        raise IdentityError(
            "OIDC_TENANTS: a tenant is up to 64 of A-Z, a-z, 0-9, dot, underscore and hyphen."
        )
    return ClaimNames(
        name=settings.oidc_name_claim,
        tenant=settings.oidc_tenant_claim,
        scopes=settings.oidc_scope_claim,
        role=settings.oidc_roles_claim,
        roles=_scopes_by_role(settings.oidc_roles),
        tenants=settings.oidc_tenants,
    )


def _scopes_by_role(roles: Mapping[str, str]) -> dict[str, frozenset[AccessScope]]:
    try:
        return {role: frozenset(AccessScope(word) for word in words.split()) for role, words in roles.items()}
    except ValueError:
        known = ", ".join(AccessScope)
        raise IdentityError(f"OIDC_ROLES: the scopes that there are, are {known}.") from None


def _access_tokens_of(settings: IdentitySettings) -> AccessTokens:
    freshness = Freshness(settings.oidc_pause_s, settings.oidc_fresh_s, settings.oidc_stand_s)
    issuers = {
        issuer: IssuerKeys(issuer, Discovery(issuer, settings.oidc_deadline_s), freshness)
        for issuer in settings.oidc_issuer
    }
    return AccessTokens(issuers, settings.oidc_audience, settings.clock_leeway_s, claim_names_of(settings))


def ehr_servers_of(file: Path | None, public_url: str | None) -> EhrServers:
    """The EHR servers that are trusted; none without a file.

    Raises:
        IdentityError: the file names none as it should, or their tokens could not be checked since nothing
            says what they call this service.
    """
    try:
        servers = load_ehr_servers(file)
    except EhrServersError as error:
        raise IdentityError(str(error)) from None
    if public_url is None and any(server.cds for server in servers.servers):
        raise IdentityError(
            "EHR_SERVERS_FILE names who calls CDS services, so PUBLIC_URL must say by which address: their "
            "tokens are good for that address alone."
        )
    if public_url and not is_safe(public_url) and any(server.smart for server in servers.servers):
        raise IdentityError(
            "[server.smart] opens sessions by cookies, so PUBLIC_URL needs https, but on this machine."
        )
    return servers


def receivers_of(file: Path | None) -> Receivers:
    """Who is told of events by webhooks; nobody without a file.

    Raises:
        IdentityError: the file names none as it should.
    """
    try:
        return load_receivers(file)
    except WebhooksError as error:
        raise IdentityError(str(error)) from None


def _cds_tokens_of(settings: IdentitySettings, calls: CdsCalls) -> CdsTokens | None:
    clients = [server.cds for server in calls.servers.servers if server.cds]
    if not clients or calls.public_url is None:
        return None
    keys = {client.issuer: _cds_keys_of(settings, client) for client in clients}
    return CdsTokens(calls.servers, keys, calls.public_url, calls.replays, settings.clock_leeway_s)


def _cds_keys_of(settings: IdentitySettings, client: CdsClient) -> IssuerKeys:
    freshness = Freshness(settings.oidc_pause_s, settings.oidc_fresh_s, settings.oidc_stand_s)
    return IssuerKeys(client.issuer, fetch_of(client, settings.oidc_deadline_s), freshness)


def _proxy_of(settings: IdentitySettings) -> ProxyHeader | None:
    if settings.proxy_secret is None:
        return None
    secret = settings.proxy_secret.get_secret_value().encode()
    return ProxyHeader(secret, settings.proxy_most_age_s, settings.clock_leeway_s)
