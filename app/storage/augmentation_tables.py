"""Batch jobs: what was uploaded, what was asked for, its chunks, the rows made, the rows refused."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, func, text, true
from sqlalchemy.orm import Mapped, mapped_column

from app.storage.tables import Base, Json
from app.storage.tenancy import OfTenant

IDS = "jsonb_path_query_array(people, '$[*].id')"
"""The ids of a chunk's people, in SQL; there is an index of them."""


class UploadRow(OfTenant, Base):
    """A table of people that was sent before a job is made of it; its rows are checked already."""

    __tablename__ = "uploads"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    model_name: Mapped[str]
    model_digest: Mapped[str]
    rows: Mapped[int]
    invalid: Mapped[int]
    sha256: Mapped[str]


class UploadChunkRow(OfTenant, Base):
    """A chunk's worth of an upload: `people` are valid rows, `faults` the others'."""

    __tablename__ = "upload_chunks"
    __table_args__ = (Index("ix_upload_chunks_ids", text(IDS), postgresql_using="gin"),)

    upload_id: Mapped[UUID] = mapped_column(ForeignKey("uploads.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    people: Mapped[list[Json]]
    faults: Mapped[list[Json]]


class AugmentationRow(OfTenant, Base):
    """One job. Ids are UUIDv7, so their order is the order of time."""

    __tablename__ = "augmentations"
    __table_args__ = (
        CheckConstraint(
            "state IN ('queued', 'running', 'completed', 'failed', 'cancelled')", name="state_is_known"
        ),
        Index(None, "state"),
        Index(None, "tenant", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    created_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    state: Mapped[str]
    model_name: Mapped[str]
    model_version: Mapped[str]
    model_digest: Mapped[str]
    settings: Mapped[Json]
    total: Mapped[int]
    invalid: Mapped[int]
    duplicates: Mapped[int]
    duplicate_improvements: Mapped[int] = mapped_column(server_default=text("0"))
    """Of the duplicates those that were rows not of the class."""
    failure: Mapped[str | None]
    report: Mapped[Json | None] = mapped_column(deferred=True)
    page: Mapped[str | None] = mapped_column(deferred=True)
    card: Mapped[str | None] = mapped_column(deferred=True)


class AugmentationChunkRow(OfTenant, Base):
    """Some source rows of a job, the work of one task; `people` is empty where an upload has them."""

    __tablename__ = "augmentation_chunks"
    __table_args__ = (Index("ix_augmentation_chunks_ids", text(IDS), postgresql_using="gin"),)

    job_id: Mapped[UUID] = mapped_column(ForeignKey("augmentations.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    upload_id: Mapped[UUID | None]
    people: Mapped[list[Json]]
    size: Mapped[int]
    is_done: Mapped[bool]
    accepted: Mapped[int]
    improved: Mapped[int] = mapped_column(server_default=text("0"))
    rejected: Mapped[int]
    degraded: Mapped[list[str]]


class AugmentedRow(OfTenant, Base):
    """One verified row that was made of a source row.

    `reached`: whether it is of the job's class; rows made before others were kept are. `reduction` is unknown
    of those. The distances to the person's own other source rows and to others' come with the job's report.
    """

    __tablename__ = "augmented_rows"
    __table_args__ = (
        Index("ix_augmented_rows_source_id", "source_id", postgresql_where=text("source_id IS NOT NULL")),
    )

    job_id: Mapped[UUID] = mapped_column(ForeignKey("augmentations.id", ondelete="CASCADE"), primary_key=True)
    source_row: Mapped[int] = mapped_column(primary_key=True)
    rank: Mapped[int] = mapped_column(primary_key=True)
    chunk: Mapped[int]
    source_id: Mapped[str | None]
    features: Mapped[Json]
    fingerprint: Mapped[str]
    risk: Mapped[float]
    reached: Mapped[bool] = mapped_column(server_default=true())
    reduction: Mapped[float | None]
    neighbour_distance: Mapped[float]
    nearest_real_distance: Mapped[float]
    nearest_own_distance: Mapped[float | None]
    nearest_others_distance: Mapped[float | None]
    generator: Mapped[str]


class RejectedRow(OfTenant, Base):
    """A source row of which nothing was made, and why."""

    __tablename__ = "rejected_rows"

    job_id: Mapped[UUID] = mapped_column(ForeignKey("augmentations.id", ondelete="CASCADE"), primary_key=True)
    source_row: Mapped[int] = mapped_column(primary_key=True)
    chunk: Mapped[int]
    reason: Mapped[str]
