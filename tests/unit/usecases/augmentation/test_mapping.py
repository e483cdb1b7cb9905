"""A job as callers see it: what its row says, and where its parts are."""

from uuid import UUID

import pytest

from app.domain.degraded import Degraded
from app.faces.openapi import ids
from app.storage.augmentation_tables import AugmentationRow
from app.usecases.augmentation.mapping import links_of, to_job
from app.usecases.augmentation.schemas import Progress, State

OWN = UUID(int=7)


@pytest.mark.parametrize("state", State)
def test_a_job_says_what_its_row_does(state: State) -> None:
    row = AugmentationRow(
        id=OWN,
        state=state.value,
        created_at=ids.SENT,
        started_at=ids.STARTED,
        finished_at=ids.FINISHED if state.is_final else None,
        model_name="dysglycaemia",
        model_version="1",
        model_digest="digest",
        settings={"target_label": "low", "per_row": 3, "generator": "search", "seed": 5},
        total=9,
        invalid=1,
        duplicates=2,
        failure=None,
    )
    progress = Progress(total=9, done=4, accepted=3, rejected=1, invalid=1)
    job = to_job(row, progress, [Degraded.LLM_TIMEOUT])
    assert (job.id, job.state, job.progress, job.degraded) == (OWN, state, progress, ["llm_timeout"])
    assert (job.target_label, job.per_row, job.generator, job.seed) == ("low", 3, "search", 5)
    assert (job.model.name, job.model.version, job.duplicates_removed) == ("dysglycaemia", "1", 2)
    assert (job.finished_at is None) != state.is_final


def test_parts_are_under_the_job() -> None:
    links = links_of(OWN)
    assert links.pop("self") == f"/augmentations/{OWN}"
    assert links == {part: f"/augmentations/{OWN}/{part}" for part in ("rows", "events", "report", "card")}
