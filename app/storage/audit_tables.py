"""Who did what: rows that are added by one function of the database's, and never changed."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from app.storage.tables import Base
from app.storage.tenancy import TenantKey


class AuditEventRow(TenantKey, Base):
    """One thing that one caller did, or was refused. Of a patient it has the pseudonym alone.

    `seq` counts within a tenant, without gaps. `hash` covers the row and the hash before it
    (`app.audit.chain`). Rows are added by the function `audit_append`; a trigger refuses all else.
    """

    __tablename__ = "audit_events"
    __table_args__ = (
        Index(None, "tenant", "patient", "seq"),
        Index(None, "tenant", "actor", "seq"),
        Index(None, "tenant", "at"),
    )

    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    id: Mapped[UUID] = mapped_column(unique=True)
    at: Mapped[datetime]
    actor: Mapped[str]
    actor_kind: Mapped[str]
    actor_source: Mapped[str]
    on_behalf_of: Mapped[str | None]
    action: Mapped[str]
    entity: Mapped[str]
    entity_id: Mapped[UUID | None]
    """Of a plan, a verdict, a job or an upload; of an answer it is `answer_id`."""
    patient: Mapped[UUID | None]
    """The pseudonym, which outlives the patient's row: so it refers to none."""
    answer_id: Mapped[UUID | None]
    route: Mapped[str]
    """Method and template of the route; of the service's own tasks their name."""
    outcome: Mapped[str]
    correlation_id: Mapped[str]
    request_id: Mapped[str | None]
    address: Mapped[str | None]
    detail: Mapped[str | None]
    hash: Mapped[bytes] = mapped_column(LargeBinary)


class AuditHeadRow(TenantKey, Base):
    """Where a tenant's chain ends: the last event's number and hash. It is locked while one is added."""

    __tablename__ = "audit_heads"

    seq: Mapped[int] = mapped_column(BigInteger)
    hash: Mapped[bytes] = mapped_column(LargeBinary)
