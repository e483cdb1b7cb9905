"""A job is told as it is kept, whatever state it is in."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.counterfactual import Generator
from app.domain.degraded import Degraded
from app.usecases.augmentation.label import Label
from app.usecases.augmentation.mapping import links_of, to_job
from app.usecases.augmentation.schemas import Job, State
from tests.unit.usecases.augmentation.jobs import JOB, PROGRESS, SENT, job_row

moments = st.none() | st.integers(0, 10**6).map(lambda seconds: SENT + timedelta(seconds=seconds))


@given(
    state=st.sampled_from(State),
    label=st.sampled_from(Label),
    per_row=st.integers(1, 10),
    generator=st.sampled_from(Generator),
    seed=st.integers(0, (1 << 31) - 1),
    improvements=st.booleans(),
    duplicates=st.integers(0, 99),
    moments=st.tuples(moments, moments),
    degraded=st.lists(st.sampled_from(Degraded), unique=True),
    failure=st.none() | st.just("The model is no longer hosted."),
)
def test_a_job_is_told_as_it_is_kept(
    state: State,
    label: Label,
    per_row: int,
    generator: Generator,
    seed: int,
    improvements: bool,
    duplicates: int,
    moments: tuple[datetime | None, datetime | None],
    degraded: list[Degraded],
    failure: str | None,
) -> None:
    settings: dict[str, Any] = {"target_label": label.value, "per_row": per_row, "seed": seed}
    settings |= {"generator": generator.value, "improvements": improvements}
    started, finished = moments
    row = job_row(
        state=state.value,
        settings=settings | {"min_robustness": 0.5},
        duplicates=duplicates,
        started_at=started,
        finished_at=finished,
        failure=failure,
    )
    job = to_job(row, PROGRESS, degraded)
    told = job.model_dump(mode="python")
    kept = {"state": state, "created_at": SENT, "started_at": started, "finished_at": finished}
    assert told == kept | settings | {
        "id": JOB,
        "model": {"name": "dysglycaemia", "version": "1"},
        "progress": PROGRESS.model_dump(),
        "duplicates_removed": duplicates,
        "degraded": degraded,
        "failure": failure,
        "links": links_of(JOB),
    }
    assert Job.model_validate_json(job.model_dump_json()) == job


def test_a_job_from_before_improvements_asked_for_none() -> None:
    assert not to_job(job_row(), PROGRESS, []).improvements


def test_every_part_of_a_job_lies_below_it() -> None:
    links = links_of(JOB)
    own = links.pop("self")
    assert own.endswith(str(JOB))
    assert links == {part: f"{own}/{part}" for part in ("rows", "events", "report", "card")}


@pytest.mark.parametrize("state", State)
def test_who_waits_for_a_job_may_leave_it_exactly_where_it_has_ended(state: State) -> None:
    assert state.is_final == (state not in (State.QUEUED, State.RUNNING))
