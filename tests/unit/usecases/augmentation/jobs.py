"""Jobs and their rows, as the database would keep them."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from app.storage.augmentation_tables import AugmentationRow, AugmentedRow
from app.usecases.augmentation.schemas import Progress, State

JOB = UUID(int=7)
SENT = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
PROGRESS = Progress(total=10, done=4, accepted=3, improved=1, rejected=1, invalid=2)


def job_row(**columns: Any) -> AugmentationRow:
    """A job that was just sent, but for the columns that are told."""
    settings = {"target_label": "low", "per_row": 2, "generator": "search", "seed": 5, "min_robustness": 0.5}
    plain = {"id": JOB, "created_at": SENT, "state": State.QUEUED, "settings": settings, "duplicates": 0}
    model = {"model_name": "dysglycaemia", "model_version": "1", "model_digest": "d"}
    return AugmentationRow(**plain | model | columns)


def made_row(source_row: int, rank: int, features: dict[str, Any], **columns: Any) -> AugmentedRow:
    """A row that was made of a source row."""
    plain = {"risk": 0.25, "neighbour_distance": 1.5, "nearest_real_distance": 0.5, "generator": "search"}
    plain |= {"reached": True, "reduction": 0.3}
    place = {"job_id": JOB, "source_row": source_row, "rank": rank, "chunk": 0, "source_id": None}
    return AugmentedRow(features=features, fingerprint="f", **place | plain | columns)
