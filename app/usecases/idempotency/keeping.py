"""Keeping a reply in the very unit of work that records what it tells of."""

from pydantic import BaseModel

from app.audit.events import Access
from app.domain.errors import ConflictError
from app.identity.caller import Caller
from app.identity.request_key import Reply
from app.usecases.idempotency.repository import IdempotencyRepository, Transaction


class TakenOverError(ConflictError):
    """Another attempt at the same request has its key by now: nothing of this one was recorded."""

    def __init__(self) -> None:
        super().__init__("This request was sent again meanwhile, and is worked on there.")


async def keep_reply(
    session: Transaction,
    of: Access,
    told: BaseModel,
    status: int = 200,
    headers: dict[str, str] | None = None,
) -> None:
    """Keep what goes back, if the request has a key: it is there if what it tells of is, and only then.

    It is kept in the form in which it goes out: nobody who dies in between leaves another one behind. To be
    called within a unit of work, as the last that it does.

    Raises:
        TakenOverError: the attempt took too long, and another one is under way; the unit of work must end.
    """
    caller: Caller = session.info["caller"]
    if caller.key is not None:
        reply = caller.key.writes(told) if caller.key.writes else _plain(told, status, headers or {})
        await keep(session, caller, reply, of)


async def keep(session: Transaction, caller: Caller, reply: Reply, of: Access | None) -> None:
    """Keep a reply under the caller's key.

    Raises:
        TakenOverError: the key is another attempt's by now.
    """
    assert caller.key is not None
    if not await IdempotencyRepository(session).keep(caller.key, reply, of):
        raise TakenOverError
    caller.key.reply = reply


def _plain(told: BaseModel, status: int, headers: dict[str, str]) -> Reply:
    return Reply(status, told.model_dump_json(by_alias=True), headers=headers)
