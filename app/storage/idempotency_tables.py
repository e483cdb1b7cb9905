"""Replies that are kept for a while, so that a request that is sent again is done once."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, func
from sqlalchemy.orm import Mapped, mapped_column

from app.storage.tables import Base, Json, of_patient
from app.storage.tenancy import TenantKey


class IdempotencyRow(TenantKey, Base):
    """A principal's key for one request: who is at work on it, then what it came to.

    Until `expires_at` the row counts: while `status` is None that is how long the owner may take. The last
    columns say of what the reply tells; a row about a patient goes with them.
    """

    __tablename__ = "idempotency_keys"
    __table_args__ = (
        of_patient(),
        Index(None, "tenant", "expires_at"),
        Index(None, "tenant", "patient_id"),
    )

    key_digest: Mapped[str] = mapped_column(primary_key=True)
    request_digest: Mapped[str]
    owner: Mapped[UUID]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    expires_at: Mapped[datetime]
    status: Mapped[int | None]
    media_type: Mapped[str | None]
    headers: Mapped[Json | None]
    body: Mapped[str | None]
    patient_id: Mapped[str | None]
    entity: Mapped[str | None]
    entity_id: Mapped[UUID | None]
    answer_id: Mapped[UUID | None]
