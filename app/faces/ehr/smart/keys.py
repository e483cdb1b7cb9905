"""GET /.well-known/jwks.json: the public halves of the keys by which EHR servers know this service."""

import asyncio
from functools import lru_cache
from pathlib import Path

import structlog
from fastapi import APIRouter

from app.faces.ehr.smart.state import LaunchStateDep
from app.identity.ehr_servers import EhrServers
from app.identity.smart_client.client_key import ClientKey, Jwk
from app.identity.smart_client.faults import SmartError

router = APIRouter(include_in_schema=False)
_log = structlog.get_logger()


@router.get("/.well-known/jwks.json")
async def published(state: LaunchStateDep) -> dict[str, list[Jwk]]:
    """For EHR servers to check what the service signs with."""
    return {"keys": await asyncio.to_thread(public_keys, state.ehr.trusted)}


def public_keys(trusted: EhrServers) -> list[Jwk]:
    """Each key once; one that cannot be read is left out, and noted."""
    parts = [part for server in trusted.servers for part in (server.smart, server.backend) if part]
    found: dict[str, Jwk] = {}
    for path in {part.key_file for part in parts if part.key_file is not None}:
        try:
            key = _public(path, path.stat().st_mtime_ns)
        except (SmartError, OSError):
            _log.error("ehr_key_unreadable")
        else:
            found[key["kid"]] = key
    return [found[key_id] for key_id in sorted(found)]


@lru_cache(maxsize=64)
def _public(path: Path, _: int) -> Jwk:
    """Of a file as it was changed last: whoever asks, and anybody may, does not have it read again."""
    return ClientKey.load(path).public
