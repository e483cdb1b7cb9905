"""Tables of people through the Python client against the real gateway, in both its forms."""

from collections.abc import AsyncIterator, Iterator

import httpx
import pandas as pd
import pytest

from tests.asking import Person
from turnpoint import (
    AsyncTurnpoint,
    FrameError,
    InvalidRequestError,
    NotFoundError,
    Turnpoint,
    UnreachableError,
    UnsendableError,
)


@pytest.fixture
def service(url: str) -> Iterator[Turnpoint]:
    with Turnpoint(url) as service:
        yield service


@pytest.fixture
async def service_async(url: str) -> AsyncIterator[AsyncTurnpoint]:
    async with AsyncTurnpoint(url) as service:
        yield service


@pytest.fixture
def people(nearest: list[Person], patient_id: str) -> pd.DataFrame:
    """Four people, known to different extents, under ids and an index of their own."""
    frame = pd.DataFrame(nearest[:4], index=pd.Index([40, 10, 30, 20], name="visit"))
    return frame.assign(mrn=[f"{patient_id}-{number}" for number in range(4)], ward="x")


def test_everybody_of_a_table_is_answered_and_recorded(
    service: Turnpoint, client: httpx.Client, people: pd.DataFrame
) -> None:
    told = service.ask_many(people, patient_id="mrn", id_columns=["ward"], generator="search", total_CFs=2)
    assert told.failures == []
    assert told.patient_ids == people["mrn"].tolist()
    for patient, answer in zip(told.patient_ids, told.answers, strict=True):
        assert answer is not None
        assert answer.recorded
        assert client.get(f"/counterfactuals/{answer.id}").json()["patient_id"] == patient
        assert len(answer.counterfactuals) <= 2
    wide = told.to_frame("wide")
    assert wide[wide["kind"] == "original"].index.tolist() == people.index.tolist()
    assert wide.columns[:2].tolist() == ["ward", "mrn"]
    assert wide.columns[-26:].tolist()[1:] == list(service.schema()["properties"])


def test_ids_are_made_and_said_where_no_column_has_them(service: Turnpoint, people: pd.DataFrame) -> None:
    told = service.ask_many(people.drop(columns=["mrn", "ward"]), generator="search")
    assert told.made_ids
    assert "Ids of patients were made" in repr(told)
    assert told.to_frame("wide")["patient_id"].drop_duplicates().tolist() == told.patient_ids


async def test_awaiting_gives_the_same(
    service: Turnpoint, service_async: AsyncTurnpoint, people: pd.DataFrame
) -> None:
    first = service.ask_many(people, patient_id="mrn", id_columns=["ward"], generator="search")
    again = await service_async.ask_many(people, patient_id="mrn", id_columns=["ward"], generator="search")
    assert [one and one.id for one in again.answers] == [one and one.id for one in first.answers]  # cached
    pd.testing.assert_frame_equal(again.to_frame(), first.to_frame())
    features = people.drop(columns=["mrn", "ward"])
    risks = (await service_async.predict(features)).to_frame()
    pd.testing.assert_frame_equal(risks, service.predict(features).to_frame())
    with pytest.raises(FrameError, match="column age"):
        await service_async.ask_many(people.drop(columns="age"), patient_id="mrn", id_columns=["ward"])


def test_what_the_service_alone_finds_fails_its_row(service: Turnpoint, people: pd.DataFrame) -> None:
    features = people.drop(columns=["mrn", "ward"])
    features.loc[10, "weight"] = 300.0
    told = service.ask_many(features, generator="search")
    [failure] = told.failures
    assert failure.label == 10
    assert isinstance(failure.error, InvalidRequestError)
    assert "/features/weight" in str(failure.error)
    assert "300" not in str(failure.error)
    with pytest.raises(FrameError, match="row 10, column weight"):
        service.predict(features)
    risks = service.predict(features, on_invalid="skip")
    assert [one.label for one in risks.failures] == [10]
    assert risks.to_frame().index.tolist() == [40, 30, 20]


def test_a_table_sent_again_under_its_key_is_answered_once(service: Turnpoint, people: pd.DataFrame) -> None:
    key = people["mrn"].iloc[0]
    features = people.drop(columns=["mrn", "ward"])
    first, again = (service.ask_many(features, generator="search", idempotency_key=key) for _ in range(2))
    assert first.patient_ids == again.patient_ids
    assert [one and one.created_at for one in again.answers] == [
        one and one.created_at for one in first.answers
    ]


def test_a_table_is_the_source_of_a_job(service: Turnpoint, people: pd.DataFrame) -> None:
    frame = people.assign(**{"vigorous_activity": people["vigorous_activity"].astype(int)})
    job = service.augment(
        frame, target_label="low", generator="search", id_column="mrn", ignore_columns=["ward"]
    )
    try:
        assert job.progress.total == len(people)
    finally:
        service.cancel(job.id)
    with pytest.raises(FrameError, match="column site"):
        service.augment(frame.assign(site=1), target_label="low", id_column="mrn", ignore_columns=["ward"])


def test_a_table_and_what_is_of_one_patient_do_not_go_together(
    service: Turnpoint, people: pd.DataFrame
) -> None:
    with pytest.raises(UnsendableError, match="fhir"):
        service.ask_many(people, patient_id="mrn", id_columns=["ward"], fhir={})
    with pytest.raises(UnsendableError, match="patient_id"):
        service.predict(people, patient_id="P-1")


async def test_what_is_wrong_with_every_question_is_raised(
    service: Turnpoint, service_async: AsyncTurnpoint, people: pd.DataFrame
) -> None:
    features = people.drop(columns=["mrn", "ward"])
    with pytest.raises(UnsendableError, match="max_risk and relative_reduction"):
        service.ask_many(features, max_risk=0.1, relative_reduction=0.2)
    with pytest.raises(InvalidRequestError, match="/target/max_risk"):
        service.ask_many(features, max_risk=7.5)
    with pytest.raises(InvalidRequestError, match="/target/max_risk"):
        await service_async.ask_many(features, max_risk=7.5)


def test_a_model_that_is_not_hosted_is_said_so(service: Turnpoint, people: pd.DataFrame) -> None:
    with pytest.raises(NotFoundError):
        service.ask_many(people, patient_id="mrn", id_columns=["ward"], model="nothing")


def test_a_service_that_is_away_is_told_before_anybody_is_asked_about(people: pd.DataFrame) -> None:
    with Turnpoint("http://127.0.0.1:9", repeats=0) as nobody, pytest.raises(UnreachableError):
        nobody.ask_many(people, patient_id="mrn", id_columns=["ward"])
