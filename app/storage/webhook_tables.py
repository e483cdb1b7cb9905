"""What receivers of webhooks are told: a row for each event and receiver, until it is too old."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from app.storage.tables import Base
from app.storage.tenancy import OfTenant


class DeliveryRow(OfTenant, Base):
    """One event for one receiver. It waits until `ended_at`; what of a plan it tells goes with the plan."""

    __tablename__ = "webhook_deliveries"
    __table_args__ = (
        CheckConstraint("outcome IN ('delivered', 'gone', 'given_up')", name="outcome_is_known"),
        CheckConstraint("(outcome IS NULL) = (ended_at IS NULL)", name="ended_with_outcome"),
        Index(
            "ix_webhook_deliveries_waiting",
            "tenant",
            "next_attempt_at",
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index(None, "tenant", "created_at"),
        Index("uq_webhook_deliveries_review", "plan_id", "due_on", "receiver", unique=True),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    """The `webhook-id`: the same at each attempt."""
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    receiver: Mapped[str]
    event: Mapped[str]
    body: Mapped[str]
    """To the byte as it is sent."""
    plan_id: Mapped[UUID | None] = mapped_column(ForeignKey("plans.id", ondelete="CASCADE"))
    due_on: Mapped[date | None]
    """With `plan_id`: a review is told of once."""
    attempts: Mapped[int] = mapped_column(server_default=text("0"))
    next_attempt_at: Mapped[datetime] = mapped_column(server_default=func.now())
    last_failure: Mapped[str | None]
    outcome: Mapped[str | None]
    ended_at: Mapped[datetime | None]
