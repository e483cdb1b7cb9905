"""Keys of callers: made and revoked by whoever owns the tables, which the audit tells, and listed."""

from app.audit.events import Access, Action, Entity
from app.audit.noting import note_access
from app.identity.caller import Caller
from app.identity.keys import StoredKey
from app.identity.principal import DEFAULT_TENANT
from app.storage.database import Database
from app.storage.keys import add_key, end_key, every_key, key_with, owners_work


async def make_key(database: Database, key: StoredKey, by: str) -> None:
    """Keep a new key, and that `by` made it.

    Raises:
        KeysError: it cannot be kept.
    """
    until = f"until {key.expires_at:%Y-%m-%d}" if key.expires_at else "without an end"
    opens = f"{' '.join(sorted(key.scopes))}, {until}"
    async with owners_work(database, Caller.service(key.tenant, "turnpoint keys create", by)) as session:
        add_key(session, key)
        note_access(session, Access(Action.CREATE, Entity.KEY, detail=f"{_told(key)}: {opens}"))


async def list_keys(database: Database) -> list[StoredKey]:
    """All keys, the oldest first.

    Raises:
        KeysError: they cannot be read.
    """
    async with owners_work(database, Caller.service(DEFAULT_TENANT, "turnpoint keys list")) as session:
        return await every_key(session)


async def revoke_key(database: Database, key_id: str, by: str) -> bool:
    """End a key for good, and keep that `by` did; whether there is such a key.

    One that was revoked before stays so since then, and nothing more is said of it.

    Raises:
        KeysError: it cannot be ended.
    """
    task = "turnpoint keys revoke"
    async with owners_work(database, Caller.service(DEFAULT_TENANT, task, by)) as session:
        key = await key_with(session, key_id)
    if key is None:
        return False
    async with owners_work(database, Caller.service(key.tenant, task, by)) as session:
        if await end_key(session, key_id):
            note_access(session, Access(Action.UPDATE, Entity.KEY, detail=f"{_told(key)}: revoked"))
    return True


def _told(key: StoredKey) -> str:
    return f"{key.id}, {key.kind} {key.name}"
