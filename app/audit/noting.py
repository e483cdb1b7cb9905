"""Noting accesses in a unit of work, and adding them to the audit as the last thing before it commits.

So what is written and its event are kept together or not at all; and what is read is given only after its
event is kept. The chain's head is locked by the last statement before the commit, and so for a moment only.
"""

import json
from typing import Any

from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from app.audit.events import Access, Outcome
from app.identity.caller import Caller
from app.storage.tenancy import TenantSession

_NOTED = "accesses"
_APPEND = text("SELECT audit_append(cast(:events AS jsonb))")


def note_access(session: AsyncSession, *accesses: Access, outcome: Outcome = Outcome.SUCCESS) -> None:
    """To be called within a unit of work for all that it gives or changes."""
    noted: dict[tuple[Access, Outcome], None] = session.info.setdefault(_NOTED, {})
    noted.update(dict.fromkeys((access, outcome) for access in accesses))


@event.listens_for(TenantSession, "before_commit")
def _append_noted(session: Session) -> None:
    if session.in_nested_transaction():
        return  # a savepoint is no commit
    noted: dict[tuple[Access, Outcome], None] = session.info.pop(_NOTED, {})
    if noted:
        session.flush()  # else it would come after, and whatever it waits for would hold up the chain
        shared = _of_request(session.info["caller"])
        events = [_storable(shared | _told(*one)) for one in noted]
        session.execute(_APPEND, {"events": json.dumps(events)})


def _of_request(caller: Caller) -> dict[str, str | None]:
    by = caller.principal
    return {
        "actor": by.name,
        "actor_kind": by.kind,
        "actor_source": by.source,
        "on_behalf_of": caller.on_behalf_of,
        "route": caller.route,
        "correlation_id": caller.ids.ours,
        "request_id": caller.ids.callers,
        "address": caller.address,
    }


def _told(access: Access, outcome: Outcome) -> dict[str, str | None]:
    return {
        "action": access.action,
        "entity": access.entity,
        "entity_id": _text(access.entity_id),
        "patient": _text(access.pseudonym),
        "patient_id": access.patient_id,
        "answer_id": _text(access.answer_id),
        "outcome": outcome,
        "detail": access.detail,
    }


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _storable(event: dict[str, str | None]) -> dict[str, str | None]:
    """Whatever a name or an address is made of: PostgreSQL keeps neither NUL nor half a character."""
    return {name: text and _cleaned(text) for name, text in event.items()}


def _cleaned(text: str) -> str:
    return text.replace("\0", "\ufffd").encode(errors="replace").decode()
