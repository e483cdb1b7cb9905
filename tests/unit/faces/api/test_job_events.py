"""Following a job: what changed is told once, silence is broken, and the end ends it."""

from collections.abc import Awaitable, Callable
from itertools import chain, repeat

import pytest

from app.faces.api import job_events
from app.faces.api.job_events import events_of
from app.faces.http.closing import Closing
from app.faces.openapi.example_jobs import job_answers
from app.usecases.augmentation.schemas import Job, Progress, State
from app.usecases.counterfactuals.mapping import from_row
from tests.unit.faces.answers import MODELS, a_person, option, row_of

LOOKS = 70


@pytest.fixture
def looks_follow_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(job_events, "_EVERY_S", 0.0)


@pytest.fixture(scope="module")
def job() -> Job:
    person = a_person(MODELS[0])
    answer = from_row(row_of(MODELS[0], person, option(1, features=person)))
    return Job.model_validate(job_answers(answer)["createAugmentation"]["application/json"])


def looking(*seen: Job) -> Callable[[], Awaitable[Job]]:
    """A job that is each of these in turn, and stays the last."""
    states = chain(seen, repeat(seen[-1]))

    async def look() -> Job:
        return next(states)

    return look


def done(job: Job) -> Job:
    return job.model_copy(update={"state": State.COMPLETED})


@pytest.mark.usefixtures("looks_follow_each_other")
async def test_what_changed_is_told_once_and_the_end_is_the_last(job: Job) -> None:
    progress = Progress(total=2, done=1, accepted=1, improved=0, rejected=0, invalid=0)
    running = job.model_copy(update={"state": State.RUNNING, "progress": progress})
    look = looking(job, job, running, running, done(running))
    told = [event async for event in events_of(look, Closing())]
    assert [event.splitlines()[0] for event in told] == ["event: progress", "event: progress", "event: end"]
    assert [Job.model_validate_json(event.splitlines()[1].removeprefix("data: ")) for event in told] == [
        job,
        running,
        done(running),
    ]


@pytest.mark.usefixtures("looks_follow_each_other")
async def test_a_long_silence_is_broken_by_comments_which_tell_no_event(job: Job) -> None:
    look = looking(*[job] * LOOKS, done(job))
    told = [event async for event in events_of(look, Closing())]
    comments = [event for event in told if event.startswith(":")]
    assert len(comments) == LOOKS // 30
    assert all(event.endswith("\n\n") for event in told)
    assert [event.splitlines()[0] for event in told if event not in comments] == [
        "event: progress",
        "event: end",
    ]


async def test_streams_that_are_to_end_say_so_last(job: Job) -> None:
    closing = Closing()
    closing.end_streams()
    told = [event async for event in events_of(looking(job), closing)]
    assert [event.splitlines()[0] for event in told] == ["event: progress", "event: closing"]
