"""What a consultation leaves behind: plans, what a patient can or will not do, and results that are known.

Rows are added, never changed, as verdicts are: who thinks again adds one, and the newest stands.
"""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.storage.tables import Base, Json, of_patient
from app.storage.tenancy import OfTenant


class PlanRow(OfTenant, Base):
    """What was planned with a patient, from an option, an improvement or a clinician's own what-if.

    `ended_at` is the one thing that changes: at most one plan of a patient and model has none.
    """

    __tablename__ = "plans"
    __table_args__ = (
        of_patient(),
        Index(
            "uq_plans_active",
            "tenant",
            "patient_id",
            "model_name",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index(None, "tenant", "patient_id", "id"),
        Index(None, "counterfactual_id"),
        Index(None, "answer_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    patient_id: Mapped[str]
    answer_id: Mapped[UUID] = mapped_column(ForeignKey("answers.id"))
    counterfactual_id: Mapped[UUID | None] = mapped_column(ForeignKey("counterfactuals.id"))
    """None of a plan from a what-if."""
    model_name: Mapped[str]
    model_version: Mapped[str]
    name: Mapped[str]
    note: Mapped[str | None]
    given_by: Mapped[str | None]
    changes: Mapped[list[Json]]
    linked: Mapped[list[Json]]
    brought_along: Mapped[list[Json]]
    features: Mapped[Json]
    """The whole vector that is planned."""
    beyond: Mapped[list[Json]] = mapped_column(server_default=text("'[]'::jsonb"))
    """In which ways it goes further than an option may; of an option in none."""
    risk_before: Mapped[float]
    risk_planned: Mapped[float]
    review_on: Mapped[date]
    """As it stands; each move of it is an event."""
    ended_at: Mapped[datetime | None]

    events: Mapped[list["PlanEventRow"]] = relationship(lazy="raise", order_by="PlanEventRow.id")


class PlanEventRow(OfTenant, Base):
    """What became of a plan; ids are UUIDv7, so their order is the order of time."""

    __tablename__ = "plan_events"
    __table_args__ = (
        CheckConstraint(
            "kind IN ('created', 'review_moved', 'followed_up', 'completed', 'stopped')", name="kind_is_known"
        ),
        Index(None, "plan_id", "id"),
        Index("ix_plan_events_answer_id", "answer_id", postgresql_where=text("answer_id IS NOT NULL")),
        Index(
            "uq_plan_events_follow_up",
            "plan_id",
            "answer_id",
            unique=True,
            postgresql_where=text("kind = 'followed_up'"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    plan_id: Mapped[UUID] = mapped_column(ForeignKey("plans.id"))
    kind: Mapped[str]
    review_on: Mapped[date | None]
    reason: Mapped[str | None]
    note: Mapped[str | None]
    given_by: Mapped[str | None]
    answer_id: Mapped[UUID | None] = mapped_column(ForeignKey("answers.id"))
    """The values of a follow-up."""
    reached: Mapped[Json | None]
    """What a follow-up found: by feature, and overall."""


class PreferencesRow(OfTenant, Base):
    """What a patient can or will not do, as it was last said for a model."""

    __tablename__ = "preferences"
    __table_args__ = (of_patient(), Index(None, "tenant", "patient_id", "model_name", "id"))

    id: Mapped[UUID] = mapped_column(primary_key=True)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    patient_id: Mapped[str]
    model_name: Mapped[str]
    codes: Mapped[list[str]]
    features_to_keep: Mapped[list[str]]
    given_by: Mapped[str | None]


class MeasurementRow(OfTenant, Base):
    """A result that says whether a patient has the outcome: it overrules every estimate of it."""

    __tablename__ = "measurements"
    __table_args__ = (
        of_patient(),
        Index(None, "tenant", "patient_id", "model_name", "measured_on", "id"),
        Index(None, "replaces", unique=True),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    patient_id: Mapped[str]
    model_name: Mapped[str]
    measured_on: Mapped[date]
    value: Mapped[float | None]
    """In the unit of the model's consultation file; None where only its finding is known."""
    has_outcome: Mapped[bool]
    is_withdrawn: Mapped[bool]
    given_by: Mapped[str | None]
    source: Mapped[str] = mapped_column(server_default="given")
    """`fhir` where an EHR tells it, in the resource `reference`; else `given`."""
    reference: Mapped[str | None]
    replaces: Mapped[UUID | None] = mapped_column(ForeignKey("measurements.id"))
