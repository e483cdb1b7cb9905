"""Keys for tests, put into the database past the command."""

from datetime import UTC, datetime

from app.identity.keys import new_key, read_key
from app.identity.principal import DEFAULT_TENANT, PrincipalKind
from app.identity.scopes import AccessScope
from tests.integration.serving import connect

USUAL = (
    AccessScope.COUNTERFACTUALS_READ,
    AccessScope.COUNTERFACTUALS_WRITE,
    AccessScope.FEEDBACK,
    AccessScope.PREDICTIONS,
)
_INSERT = """
INSERT INTO api_keys (id, tenant, name, kind, secret_sha256, scopes, expires_at)
VALUES (%s, %s, %s, %s, %s, %s, %s)
"""


def key_for(
    database_url: str,
    name: str,
    *scopes: AccessScope,
    kind: PrincipalKind = PrincipalKind.SYSTEM,
    tenant: str = DEFAULT_TENANT,
    expires_at: datetime | None = None,
) -> str:
    """A new key, as its holder has it; without scopes named it has the usual ones."""
    key = new_key()
    with connect(database_url) as connection:
        scopes = scopes or USUAL
        connection.execute(_INSERT, [key.id, tenant, name, kind, key.digest, list(scopes), expires_at])
    return key.text


def revoke(database_url: str, key: str) -> None:
    """End a key, as the command does."""
    with connect(database_url) as connection:
        connection.execute(
            "UPDATE api_keys SET revoked_at = %s WHERE id = %s", [datetime.now(UTC), id_of(key)]
        )


def id_of(key: str) -> str:
    read = read_key(key)
    assert read is not None
    return read.id


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}
