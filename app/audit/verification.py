"""Checking a tenant's chain: every hash is worked out anew from the rows, in order."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Self

from sqlalchemy import Connection, CursorResult, Row, create_engine, select, text
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.pool import NullPool

from app.audit.chain import COVERED, START, hash_after
from app.storage.audit_tables import AuditEventRow, AuditHeadRow

_AT_ONCE = 1000
_OF_ALL = text("SELECT set_config('turnpoint.every_tenant', 'yes', false)")
"""Where row-level security binds the tables' owner: let them see all chains."""
_OF_ONE = text("SELECT set_config('turnpoint.tenant', :tenant, false)")
"""And let whoever else may read the audit see the one that is checked."""
_EVENTS, _HEADS = AuditEventRow.__table__.c, AuditHeadRow.__table__.c


class AuditAwayError(RuntimeError):
    """The audit cannot be read; the message is one sentence without the URL's secrets."""


@dataclass(frozen=True, slots=True)
class Head:
    """Where a chain ends, or ended when this was written down: the last event's number, and its hash."""

    seq: int
    hash: bytes

    def __str__(self) -> str:
        return f"{self.seq}:{self.hash.hex()}"

    @classmethod
    def read(cls, written: str) -> Self:
        """As `str` writes it.

        Raises:
            ValueError: it is none.
        """
        seq, _, digest = written.strip().partition(":")
        if not (seq.isascii() and seq.isdigit() and seq == str(int(seq))):
            raise ValueError("a head is a number, a colon and a hash, such as 17:9f86d0...")
        head = cls(int(seq), bytes.fromhex(digest))
        if len(head.hash) != (32 if head.seq else 0):
            raise ValueError("a hash has 64 hexadecimal digits")
        return head


@dataclass(frozen=True, slots=True)
class Finding:
    """How a check of one chain ended: how far it holds, and what is wrong with what comes next."""

    tenant: str
    checked: int
    head: Head
    fault: str | None = None


@contextmanager
def audit_at(database_url: str) -> Iterator[Connection]:
    """A connection that reads the audit as it is at one moment.

    Raises:
        AuditAwayError: the URL is not one, the database is away, or it refuses.
    """
    try:
        engine = create_engine(database_url, poolclass=NullPool, isolation_level="REPEATABLE READ")
        with engine.connect() as connection:
            connection.execute(_OF_ALL)
            yield connection
    except ArgumentError as error:
        raise AuditAwayError("DATABASE_URL is not the URL of a PostgreSQL database.") from error
    except DBAPIError as error:
        reason = (str(error.orig).strip() or "no reason given").splitlines()[0]
        raise AuditAwayError(f"The audit of DATABASE_URL cannot be read: {reason}") from error


def heads_of(connection: Connection) -> dict[str, Head]:
    """Where the chain of each tenant ends, by the tables; of a tenant with events but no head, nothing."""
    rows = connection.execute(select(_HEADS.tenant, _HEADS.seq, _HEADS.hash).order_by(_HEADS.tenant))
    return {tenant: Head(seq, bytes(digest)) for tenant, seq, digest in rows}


def tenants_of(connection: Connection) -> list[str]:
    """All tenants that have events or a head."""
    of_events = select(_EVENTS.tenant).union(select(_HEADS.tenant)).order_by("tenant")
    return list(connection.scalars(of_events))


def verify(
    connection: Connection, tenant: str, since: Head | None = None, saved: Iterable[Head] = ()
) -> Finding:
    """Check a chain to its end, from its beginning or from an event that is known to be right.

    `saved` are heads that were written down: the chain must have had each of them.
    """
    connection.execute(_OF_ONE, {"tenant": tenant})
    start = since or Head(0, START)
    expected = {head.seq: head.hash for head in saved}
    for head in saved:
        if head.seq <= start.seq and head != start:
            return Finding(tenant, 0, start, f"the saved head {head.seq} is not after where the check begins")
    finding = _followed(connection, tenant, start, expected)
    return finding if finding.fault else _ended(connection, finding, max(expected, default=0))


def _followed(connection: Connection, tenant: str, start: Head, expected: dict[int, bytes]) -> Finding:
    seq, digest = start.seq, start.hash
    with _rows(connection, tenant, max(seq, 1)) as rows:
        for row in rows:
            so_far = Finding(tenant, seq - start.seq, Head(seq, digest))
            if row.seq == start.seq:  # the event that the check departs from
                if row.hash != digest:
                    return _broken(so_far, f"event {row.seq} does not have the hash that was given for it")
                continue
            if fault := _fault_of(row, so_far.head, expected):
                return _broken(so_far, fault)
            seq, digest = row.seq, row.hash
    return Finding(tenant, seq - start.seq, Head(seq, digest))


def _fault_of(row: Row[Any], before: Head, expected: dict[int, bytes]) -> str | None:
    if row.seq != before.seq + 1:
        return f"event {before.seq + 1} is missing: after {before.seq} comes {row.seq}"
    if hash_after(before.hash, row) != row.hash:
        return f"event {row.seq} is not as it was written, or not in its place"
    if expected.get(row.seq, row.hash) != row.hash:
        return f"event {row.seq} is not the one of the saved head"
    return None


def _ended(connection: Connection, finding: Finding, last_saved: int) -> Finding:
    """Whether what was followed is all that there was."""
    if last_saved > finding.head.seq:
        return _broken(finding, f"events after {finding.head.seq} are missing: a saved head is {last_saved}")
    head = heads_of(connection).get(finding.tenant, Head(0, START))
    if head != finding.head:
        return _broken(finding, f"the chain ends at {finding.head.seq}, and its head says {head.seq}")
    return finding


def _broken(finding: Finding, fault: str) -> Finding:
    return Finding(finding.tenant, finding.checked, finding.head, fault)


def _rows(connection: Connection, tenant: str, first: int) -> CursorResult[Any]:
    """A stream, which has to be closed."""
    columns = [_EVENTS[name] for name in (*COVERED, "hash")]
    wanted = select(*columns).where(_EVENTS.tenant == tenant, _EVENTS.seq >= first).order_by(_EVENTS.seq)
    return connection.execute(wanted, execution_options={"yield_per": _AT_ONCE})
