"""Whether an EHR server works as it is configured: in sentences, for whoever sets it up."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from app.identity.cds_keys import fetch_of
from app.identity.ehr_servers import CdsClient, EhrServer
from app.identity.jwks import DiscoveryError
from app.identity.smart_client.client_key import ClientKey
from app.identity.smart_client.configuration import SmartConfiguration
from app.identity.smart_client.faults import SmartError
from app.identity.smart_client.server import SmartServer
from app.outbound.fhir.client import FhirClient
from app.outbound.fhir.faults import FhirError
from app.usecases.ehr.backend_tokens import BackendTokens

_R4 = "4."
_KEYS_WAIT_S = 5.0


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that works, or does not."""

    is_good: bool
    sentence: str


async def check_server(
    server: EhrServer, smart: SmartServer, fhir: FhirClient, public_url: str | None
) -> AsyncIterator[Finding]:
    """Try what the service would do with a server, but for reading a patient."""
    yield await _metadata(fhir)
    if server.cds is not None:
        yield await _callers_keys(server.cds)
        if public_url is None:
            yield Finding(False, "PUBLIC_URL is not set, so that nobody's token could be for this service.")
    if server.smart is None and server.backend is None:
        return
    try:
        told = await smart.configuration()
    except SmartError as error:
        yield Finding(False, f"smart-configuration: {error.sentence}{_advice(error)}")
        return
    yield Finding(True, "smart-configuration is there, and its addresses are safe, on hosts of the file.")
    if server.smart is not None:
        if public_url is None:
            yield Finding(False, "PUBLIC_URL is not set, so that no browser can be sent back here.")
        yield await _launch(smart, told)
        yield await _own_key(server.smart.key_file, told, "[server.smart]")
    if server.backend is not None:
        yield await _own_key(server.backend.key_file, told, "[server.backend]")
        try:
            await BackendTokens(smart, server.backend).current()
        except SmartError as error:
            yield Finding(False, f"Backend Services: {error.sentence}")
        else:
            yield Finding(True, "Backend Services: it gives a token.")


def _advice(error: SmartError) -> str:
    if error.host is None:
        return ""
    shown = error.host if error.host.isprintable() else "?"
    return f' If the EHR\'s administrators say that it is theirs, add hosts = ["{shown}"] to its [[server]].'


async def _metadata(fhir: FhirClient) -> Finding:
    try:
        (told,) = await fhir.read("metadata")
    except (FhirError, ValueError) as error:
        reason = error.reason.value if isinstance(error, FhirError) else "not one resource"
        return Finding(False, f"metadata cannot be read: {reason}.")
    version = told.get("fhirVersion")
    if not isinstance(version, str) or not version.startswith(_R4):
        return Finding(False, "metadata does not say that the server speaks FHIR R4.")
    return Finding(True, "metadata says FHIR R4.")


async def _callers_keys(client: CdsClient) -> Finding:
    """The keys by which calls of CDS services are checked."""
    place = "jwks_file" if client.jwks_file is not None else "jwks_url"
    fetch = fetch_of(client, _KEYS_WAIT_S)
    try:
        keys = await fetch.keys(client.issuer)
    except DiscoveryError as error:
        return Finding(False, f"[server.cds]: {place} gives no keys: {error}.")
    finally:
        await fetch.close()
    if not keys:
        return Finding(False, f"[server.cds]: {place} holds no key for ES384 or RS384.")
    if any(key.key_id is None for key in keys):
        return Finding(False, f"[server.cds]: {place} holds a key without `kid`, which no token can name.")
    named = ", ".join(sorted({key.algorithm_name for key in keys}))
    return Finding(True, f"[server.cds]: {place} holds keys for {named}.")


async def _launch(smart: SmartServer, told: SmartConfiguration) -> Finding:
    try:
        _, address, _ = told.for_launch()
        listed = await smart.json("GET", address)
    except SmartError as error:
        return Finding(False, f"SMART App Launch: {error.sentence}")
    keys = listed.get("keys") if isinstance(listed, dict) else None
    if not isinstance(keys, list) or not keys:
        return Finding(False, "SMART App Launch: the issuer publishes no keys.")
    return Finding(True, "SMART App Launch: PKCE with S256, and the issuer's keys are there.")


async def _own_key(path: Path | None, told: SmartConfiguration, part: str) -> Finding:
    if path is None:
        return Finding(True, f"{part} has no key: the service is a public client.")
    try:
        key = await asyncio.to_thread(ClientKey.load, path)
    except SmartError:
        return Finding(False, f"{part}: the key file holds no private key for ES384 or RS384.")
    if told.signing_algorithms and key.algorithm not in told.signing_algorithms:
        return Finding(False, f"{part}: the server does not take {key.algorithm}, which our key signs with.")
    return Finding(True, f"{part}: our key signs with {key.algorithm}.")
