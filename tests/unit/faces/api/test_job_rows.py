"""A job's rows are named by what they are, so that a caller fetches them once."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.counterfactual import Generator
from app.faces.api.job_rows import format_for, is_had, version_of
from app.faces.openapi import ids
from app.usecases.augmentation.formats import FORMATS
from app.usecases.augmentation.label import Label
from app.usecases.augmentation.mapping import links_of
from app.usecases.augmentation.schemas import Job, Progress, State
from app.usecases.counterfactuals.schemas import ModelOut


def job(own: UUID) -> Job:
    return Job(
        id=own,
        state=State.COMPLETED,
        created_at=ids.SENT,
        started_at=ids.STARTED,
        finished_at=ids.FINISHED,
        model=ModelOut(name="dysglycaemia", version="1"),
        target_label=Label.LOW,
        per_row=1,
        generator=Generator.SEARCH,
        seed=0,
        improvements=False,
        progress=Progress(total=1, done=1, accepted=1, improved=0, rejected=0, invalid=0),
        duplicates_removed=0,
        degraded=[],
        failure=None,
        links=links_of(own),
    )


def test_each_part_in_each_format_has_a_version_of_its_own() -> None:
    versions = [
        version_of(job(UUID(int=number)), format_, after)
        for number in (1, 2)
        for format_ in FORMATS
        for after in (None, "0.1", "0.2")
    ]
    assert len(set(versions)) == len(versions)
    assert versions[0] == version_of(job(UUID(int=1)), FORMATS[0], None)


@pytest.mark.parametrize("header", ["{}", "W/{}", '"other", {}', '"other" , W/{} ', "*"])
def test_whoever_has_it_is_not_sent_it_again(header: str) -> None:
    version = version_of(job(UUID(int=1)), FORMATS[0], None)
    assert is_had(version, header.replace("{}", version))


@pytest.mark.parametrize("header", ["", '"other"', 'W/"other"', "{}x"])
def test_whoever_has_another_is_sent_this_one(header: str) -> None:
    version = version_of(job(UUID(int=1)), FORMATS[0], None)
    assert not is_had(version, header.replace("{}", version))


@given(weights=st.permutations([0.2, 0.5, 0.9]))
def test_of_formats_that_are_weighed_the_heaviest_is_taken(weights: list[float]) -> None:
    accept = ", ".join(f"{one.media_type};q={q}" for one, q in zip(FORMATS, weights, strict=True))
    assert format_for(accept) is FORMATS[weights.index(0.9)]
