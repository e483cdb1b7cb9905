"""What clinicians thought of options."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from app.storage.tables import Base
from app.storage.tenancy import OfTenant


class FeedbackRow(OfTenant, Base):
    """One verdict on one option. Rows are added, never changed: who thinks again adds one that replaces it.

    So the verdicts on an option are a chain: one that replaces nothing, and each replaced by at most one.
    """

    __tablename__ = "feedback"
    __table_args__ = (
        CheckConstraint("verdict IN ('accepted', 'declined', 'withdrawn')", name="verdict_is_known"),
        Index(
            "uq_feedback_first", "counterfactual_id", unique=True, postgresql_where=text("replaces IS NULL")
        ),
        Index(None, "replaces", unique=True),
        Index(None, "counterfactual_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    counterfactual_id: Mapped[UUID] = mapped_column(ForeignKey("counterfactuals.id"))
    verdict: Mapped[str]
    reason: Mapped[str | None]
    note: Mapped[str | None]
    given_by: Mapped[str | None]
    replaces: Mapped[UUID | None] = mapped_column(ForeignKey("feedback.id"))
