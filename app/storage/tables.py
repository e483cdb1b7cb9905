"""The record: who was asked about, what was answered, and how the answer came about."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    DateTime,
    Double,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    MetaData,
    Text,
    false,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from app.storage.tenancy import OfTenant, TenantKey

Json = dict[str, Any]


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy's own form
        datetime: DateTime(timezone=True),
        Json: JSONB,
        list[Json]: JSONB,
        list[str]: ARRAY(Text),
        str: Text,
    }


class PatientRow(TenantKey, Base):
    """A patient by the caller's own opaque id, which is theirs alone: another tenant's is another patient.

    `pseudonym` stands for the patient where their id must not stay when they are erased.
    """

    __tablename__ = "patients"

    id: Mapped[str] = mapped_column(primary_key=True)
    first_seen_at: Mapped[datetime] = mapped_column(server_default=func.now())
    pseudonym: Mapped[UUID] = mapped_column(server_default=func.gen_random_uuid(), unique=True)


def of_patient() -> ForeignKeyConstraint:
    """A table's reference to the patient whom its rows are about, of their own tenant."""
    return ForeignKeyConstraint(["tenant", "patient_id"], ["patients.tenant", "patients.id"])


class PredictionRow(OfTenant, Base):
    """One risk told to a caller. The features stay with the answer, if there is one.

    `patient_id`, `features` and `days` are there where a caller asked for a risk alone, and said whose it is.
    """

    __tablename__ = "predictions"
    __table_args__ = (
        of_patient(),
        Index(
            "ix_predictions_tenant_patient_id",
            "tenant",
            "patient_id",
            postgresql_where=text("patient_id IS NOT NULL"),
        ),
        Index(None, "created_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    model_name: Mapped[str]
    model_version: Mapped[str]
    model_digest: Mapped[str]
    risk: Mapped[float]
    threshold: Mapped[float]
    label: Mapped[str]
    band: Mapped[list[float] | None] = mapped_column(ARRAY(Double))
    certainty: Mapped[str | None]
    observed: Mapped[Json | None]
    """All three are None in rows from before bands were told."""
    patient_id: Mapped[str | None]
    features: Mapped[Json | None]
    days: Mapped[list[Json] | None]
    """None as the features are, and in rows from before days were told."""


class AnswerRow(OfTenant, Base):
    """One question and how it ended. Ids are UUIDv7, so their order is the order of time."""

    __tablename__ = "answers"
    __table_args__ = (
        of_patient(),
        Index(None, "tenant", "patient_id", "id"),
        Index(None, "prediction_id"),
        Index("ix_answers_based_on", "based_on", postgresql_where=text("based_on IS NOT NULL")),
        Index("ix_answers_refines", "refines", postgresql_where=text("refines IS NOT NULL")),
        Index(None, "created_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    created_at: Mapped[datetime]
    patient_id: Mapped[str]
    prediction_id: Mapped[UUID] = mapped_column(ForeignKey("predictions.id"))
    question_digest: Mapped[str]
    features: Mapped[Json]
    days: Mapped[list[Json]] = mapped_column(server_default=text("'[]'::jsonb"))
    """The person's last days, as they were told; empty in answers from before they could be."""
    target: Mapped[float]
    target_asked: Mapped[Json | None]
    """In the words of the request; None in answers older than targets of several kinds."""
    constraints: Mapped[Json]
    count: Mapped[int]
    min_robustness: Mapped[float]
    generator: Mapped[str]
    include: Mapped[list[str]] = mapped_column(server_default=text("'{}'::text[]"))
    programme: Mapped[str] = mapped_column(server_default="usual")
    diversity: Mapped[str] = mapped_column(server_default="least_effort")
    """Answers older than strategies were chosen by least effort."""
    always_improve: Mapped[bool] = mapped_column(server_default=false())
    status: Mapped[str]
    infeasible: Mapped[Json | None]
    shortfall: Mapped[Json | None]
    no_improvement: Mapped[Json | None]
    frontier: Mapped[list[Json]] = mapped_column(server_default=text("'[]'::jsonb"))
    conditions: Mapped[Json | None]
    most_helpful: Mapped[list[Json]] = mapped_column(server_default=text("'[]'::jsonb"))
    always: Mapped[list[Json]] = mapped_column(server_default=text("'[]'::jsonb"))
    warnings: Mapped[list[Json]] = mapped_column(server_default=text("'[]'::jsonb"))
    """What should be checked of the features; empty in answers older than the check."""
    provenance: Mapped[Json] = mapped_column(server_default=text("'{}'::jsonb"))
    """By feature; empty where no bundle told any."""
    not_used: Mapped[list[Json]] = mapped_column(server_default=text("'[]'::jsonb"))
    measured_outcome: Mapped[Json | None]
    ask_next: Mapped[list[Json]] = mapped_column(server_default=text("'[]'::jsonb"))
    based_on: Mapped[UUID | None] = mapped_column(ForeignKey("answers.id"))
    """The answer that a what-if departed from; its values may be supposed ones. None where a caller asked."""
    refines: Mapped[UUID | None] = mapped_column(ForeignKey("answers.id"))
    """The answer that was given in a hurry to the same question."""

    prediction: Mapped[PredictionRow] = relationship(lazy="raise")
    generation: Mapped["GenerationRow"] = relationship(lazy="raise")
    options: Mapped[list["CounterfactualRow"]] = relationship(lazy="raise", order_by="CounterfactualRow.rank")
    """Of either kind."""

    @property
    def counterfactuals(self) -> list["CounterfactualRow"]:
        return [option for option in self.options if option.kind == OptionKind.COUNTERFACTUAL]

    @property
    def improvements(self) -> list["CounterfactualRow"]:
        return [option for option in self.options if option.kind == OptionKind.IMPROVEMENT]


class OptionKind(StrEnum):
    """What an option claims."""

    COUNTERFACTUAL = "counterfactual"  # it reaches the target
    IMPROVEMENT = "improvement"  # it lowers the risk


class CounterfactualRow(OfTenant, Base):
    """One verified option of an answer, or one improvement."""

    __tablename__ = "counterfactuals"
    __table_args__ = (
        CheckConstraint("risk >= 0 AND risk <= 1", name="risk_is_a_probability"),
        Index(None, "answer_id", "kind", "rank", unique=True),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    answer_id: Mapped[UUID] = mapped_column(ForeignKey("answers.id"))
    kind: Mapped[str] = mapped_column(server_default=OptionKind.COUNTERFACTUAL)
    rank: Mapped[int]
    risk: Mapped[float]
    effort: Mapped[float]
    fragile: Mapped[bool]
    generator: Mapped[str]
    strategy: Mapped[Json | None]
    """None of options older than strategies."""
    changes: Mapped[list[Json]]
    linked: Mapped[list[Json]]
    brought_along: Mapped[list[Json]] = mapped_column(server_default=text("'[]'::jsonb"))
    features: Mapped[Json]
    plausibility: Mapped[Json]
    robustness: Mapped[Json]
    optimality: Mapped[Json | None]
    summary: Mapped[str]
    consequences: Mapped[str | None]
    grades: Mapped[list[str]] = mapped_column(server_default=text("'{}'::text[]"))
    reduction: Mapped[float | None]
    reduction_holds: Mapped[Json | None]
    holds_at: Mapped[float | None]
    """The last four are of improvements."""


class GenerationRow(OfTenant, Base):
    """How an answer came about: proposals, versions, what was away, how long it took."""

    __tablename__ = "generations"

    answer_id: Mapped[UUID] = mapped_column(ForeignKey("answers.id"), primary_key=True)
    proposals: Mapped[int]
    well_formed: Mapped[int]
    valid: Mapped[int]
    repaired: Mapped[int]
    llm_model: Mapped[str | None]
    prompt_version: Mapped[str | None]
    degraded: Mapped[list[str]]
    prompt_tokens: Mapped[int | None]
    completion_tokens: Mapped[int | None]
    llm_ms: Mapped[float | None]
    elapsed_ms: Mapped[float]


class RequestRow(OfTenant, Base):
    """Every time an answer left the service, from the cache or not."""

    __tablename__ = "requests"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    answer_id: Mapped[UUID] = mapped_column(ForeignKey("answers.id"), index=True)
    asked_at: Mapped[datetime] = mapped_column(server_default=func.now())
    correlation_id: Mapped[str]
    callers_id: Mapped[str | None]
    """What the caller calls the request, where that is fit to be kept."""
    cached: Mapped[bool]
