"""A job's row as callers see it."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from app.domain.degraded import Degraded
from app.storage.augmentation_tables import AugmentationRow
from app.usecases.augmentation.schemas import Job, Progress, State
from app.usecases.counterfactuals.schemas import ModelOut

_PARTS = ("rows", "events", "report", "card")


def to_job(row: AugmentationRow, progress: Progress, degraded: list[Degraded]) -> Job:
    """The wire form of a job."""
    return Job(
        id=row.id,
        state=State(row.state),
        created_at=row.created_at,
        started_at=row.started_at,
        finished_at=row.finished_at,
        model=ModelOut(name=row.model_name, version=row.model_version),
        target_label=row.settings["target_label"],
        per_row=row.settings["per_row"],
        generator=row.settings["generator"],
        seed=row.settings["seed"],
        improvements=wants_improvements(row.settings),
        progress=progress,
        duplicates_removed=row.duplicates,
        degraded=degraded,
        failure=row.failure,
        links=links_of(row.id),
    )


def wants_improvements(settings: Mapping[str, Any]) -> bool:
    """Whether a job's settings ask for them; those of older jobs say nothing of it."""
    return bool(settings.get("improvements", False))


def links_of(job_id: UUID) -> dict[str, str]:
    """Where a job and its parts are."""
    own = f"/augmentations/{job_id}"
    return {"self": own} | {part: f"{own}/{part}" for part in _PARTS}
