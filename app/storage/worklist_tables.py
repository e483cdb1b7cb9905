"""The worklist: of each patient and model what a caller asked last, so that each page is an indexed read."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from app.storage.consultation_tables import PlanRow
from app.storage.tables import Base, of_patient
from app.storage.tenancy import TenantKey

NO_REVIEW = date.max
"""The review date of who has no plan: last in order, and the order needs no rule for what is missing."""
_FACETS = ("tenant", "model_name", "certainty", "is_planned", "is_declined")


class WorklistRow(TenantKey, Base):
    """One patient and model. All of it can be worked out from the record; whoever adds to that keeps it true.

    `place` stands for the row in a cursor, which goes into addresses: a patient's id must not. `certainty` is
    `unclear` where it is not known. `is_declined`: all that the answer offers is declined.
    """

    __tablename__ = "worklist"
    __table_args__ = (
        of_patient(),
        *(
            Index(f"ix_worklist_{name}", *_FACETS, key, "place")
            for name, key in (("seen", "asked_at"), ("risk", "risk"), ("review", "review_on"))
        ),
        Index(None, "answer_id"),
        Index("ix_worklist_plan_id", "plan_id", postgresql_where=text("plan_id IS NOT NULL")),
    )

    patient_id: Mapped[str] = mapped_column(primary_key=True)
    model_name: Mapped[str] = mapped_column(primary_key=True)
    place: Mapped[UUID] = mapped_column(server_default=func.gen_random_uuid())
    answer_id: Mapped[UUID] = mapped_column(ForeignKey("answers.id"))
    asked_at: Mapped[datetime]
    risk: Mapped[float]
    certainty: Mapped[str]
    is_declined: Mapped[bool] = mapped_column(server_default=text("false"))
    is_planned: Mapped[bool] = mapped_column(server_default=text("false"))
    plan_id: Mapped[UUID | None] = mapped_column(ForeignKey(PlanRow.id))
    review_on: Mapped[date] = mapped_column(server_default=text("'9999-12-31'::date"))
    """That of the active plan."""
