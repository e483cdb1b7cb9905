"""The course of a request that has a key: claimed, then done with a reply that is kept, or given back."""

import math
from dataclasses import replace
from datetime import timedelta

from app.audit.events import Access, Action, Entity
from app.audit.noting import note_access
from app.domain.errors import ConflictError, InvalidParameterError, ParameterIssue
from app.identity.request_key import Reply, RequestKey
from app.storage.database import TenantDatabase
from app.storage.idempotency_tables import IdempotencyRow
from app.usecases.idempotency.keeping import keep
from app.usecases.idempotency.repository import IdempotencyRepository

HEADER = "Idempotency-Key"
AT_MOST = timedelta(minutes=3)
"""How long a key is held by an attempt of which nothing is heard: longer than any request takes.

It is no matter of safety: who comes back later than that finds the key taken over, and records nothing.
"""
_BATCH = 1000


class InFlightError(ConflictError):
    """A request with this key is being worked on."""

    def __init__(self, retry_after_s: int = 1) -> None:
        super().__init__(f"A request with this {HEADER} is being worked on. Send it again later.")
        self.retry_after_s = retry_after_s


async def begin(database: TenantDatabase) -> Reply | None:
    """Claim the request's key; or the reply that is kept under it, and that it is given again is on record.

    Raises:
        InvalidParameterError: the key was used for another request.
        InFlightError: the same request is being worked on.
        RecordError: the database is away.
    """
    key = _key(database)
    async with database.transaction() as session:
        repository = IdempotencyRepository(session)
        if await repository.claim(key, AT_MOST):
            return None
        row = await repository.of(key)
        if row is None:  # given back in this very moment
            raise InFlightError
        if row.request_digest != key.request_digest:
            raise InvalidParameterError(ParameterIssue(HEADER, "header", "was used for another request"))
        if row.status is None:
            raise InFlightError(_pause_s(*await repository.seconds_of(key)))
        if row.entity is not None:
            note_access(session, _read(row))
        return Reply(row.status, row.body or "", row.media_type, row.headers or {})


async def finish(database: TenantDatabase, reply: Reply, of: Access | None) -> None:
    """Keep the reply as it goes out, where the unit of work that it tells of did not keep it so.

    Raises:
        TakenOverError: the key is another attempt's by now.
        RecordError: the database is away.
    """
    if _key(database).reply == reply:
        return
    async with database.transaction() as session:
        await keep(session, database.caller, reply, of)


async def give_back(database: TenantDatabase) -> None:
    """Let the same request be sent anew: nothing came of this one.

    Raises:
        RecordError: the database is away; the key is free after `AT_MOST`, or by `LateReturns` before.
    """
    async with database.transaction() as session:
        await IdempotencyRepository(session).release(_key(database))


async def forget_expired(database: TenantDatabase) -> int:
    """Take away what is kept no longer; how many replies and broken-off attempts that were."""
    total = 0
    while True:
        async with database.transaction() as session:
            went = await IdempotencyRepository(session).forget_expired(_BATCH)
        total += went
        if went < _BATCH:
            return total


def _pause_s(so_far: float, left: float) -> int:
    """As long again as it has been worked on, and never past the moment from which it may be taken over.

    Most are done in a second. One whose process was killed is not, and who waits for it asks a few times.
    """
    return max(1, math.ceil(min(so_far, left)))


def _key(database: TenantDatabase) -> RequestKey:
    assert database.caller.key is not None
    return database.caller.key


def _read(row: IdempotencyRow) -> Access:
    told = Access(Action.READ, Entity(row.entity or Entity.REQUEST), row.patient_id)
    return replace(told, answer_id=row.answer_id, entity_id=row.entity_id, detail="the reply again")
