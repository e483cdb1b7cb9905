"""The Python client against the real gateway, in both its forms."""

import inspect
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any
from uuid import uuid4

import httpx
import pytest

import turnpoint.client
from app.engine.registry import ServedModel
from tests.asking import Person
from tests.integration.fake_server import Handler, Reply
from tests.integration.fake_server import serving as serving_fake
from tests.integration.serving import LastingPostgres, Servers, gateway, settings_for
from turnpoint.client import (
    Answer,
    AsyncTurnpoint,
    InvalidRequestError,
    NotFoundError,
    Status,
    TimeLimitError,
    Turnpoint,
    TurnpointError,
    UnauthorizedError,
    UnavailableError,
    UnexpectedAnswerError,
    UnreachableError,
)

TOKEN = "a-token-of-the-test"


@pytest.fixture
def service(url: str) -> Iterator[Turnpoint]:
    with Turnpoint(url) as service:
        yield service


@pytest.fixture
async def service_async(url: str) -> AsyncIterator[AsyncTurnpoint]:
    async with AsyncTurnpoint(url) as service:
        yield service


def test_a_question_is_answered_as_the_gateway_answers_it(
    service: Turnpoint, client: httpx.Client, helpable: Person, patient_id: str
) -> None:
    answer = service.ask(
        patient_id, helpable, features_to_vary=["bmi", "fibre", "sleep"], count=2, generator="search"
    )
    assert answer.status is Status.FOUND
    assert 1 <= len(answer.counterfactuals) <= 2
    option = answer.counterfactuals[0]
    assert option.verified
    assert option.risk <= answer.prediction.target < answer.prediction.risk
    assert {change.feature for change in option.changes} <= {"bmi", "fibre", "sleep"}
    assert all(change.before == helpable[change.feature] != change.after for change in option.changes)
    raw = client.get(f"/counterfactuals/{answer.id}").json()
    assert raw["counterfactuals"][0]["summary"] == option.summary
    assert service.recorded(answer.id).counterfactuals == answer.counterfactuals


def test_wishes_reach_the_gateway(service: Turnpoint, helpable: Person, patient_id: str) -> None:
    nothing_to_do = service.ask(patient_id, helpable, max_risk=0.99, generator="search")
    assert nothing_to_do.status is Status.ALREADY_BELOW_TARGET
    bound = service.ask(patient_id, helpable, max_risk=0.01, max_changes=1, generator="search")
    assert bound.infeasible is not None
    assert len(bound.infeasible.reached_by) <= 1
    low = helpable["bmi"]
    assert isinstance(low, float)
    kept = service.ask(patient_id, helpable, permitted_range={"bmi": (low, None)}, generator="search")
    assert all(float(option.features["bmi"] or 0) >= low for option in kept.counterfactuals)


def test_a_fall_may_be_asked_for_and_what_lowers_the_risk_is_read(
    service: Turnpoint, client: httpx.Client, helpable: Person, patient_id: str
) -> None:
    beyond = service.ask(patient_id, helpable, relative_reduction=0.9, generator="search")
    assert beyond.prediction.target == pytest.approx(0.1 * beyond.prediction.risk)
    assert beyond.status is Status.INFEASIBLE
    assert beyond.improvements
    within = service.ask(patient_id, helpable, absolute_reduction=0.05, always=True, generator="search")
    assert within.prediction.target == pytest.approx(within.prediction.risk - 0.05)
    assert within.status is Status.FOUND
    assert within.improvements
    for answer in (beyond, within):
        raw = client.get(f"/counterfactuals/{answer.id}").json()
        assert [one.grades for one in answer.improvements] == [one["grades"] for one in raw["improvements"]]
        assert [point.effort for point in answer.frontier] == [point["effort"] for point in raw["frontier"]]
        assert answer.prediction.certainty == raw["prediction"]["certainty"]
        assert answer.conditions is not None
        assert [one.feature for one in answer.conditions.effects] == [
            one["feature"] for one in raw["conditions"]["effects"]
        ]
        assert service.recorded(answer.id) == answer
    improvement = beyond.improvements[0]
    said = service.give_feedback(beyond.id, improvement.id, "accepted")
    assert said.counterfactual_id == improvement.id


def test_interventions_are_read_over_all_pages_newest_first(
    service: Turnpoint, helpable: Person, patient_id: str
) -> None:
    asked = [service.ask(patient_id, helpable, count=count, generator="search").id for count in (1, 2, 3)]
    for page_size in (1, 2, 3, 20):
        read = [answer.id for answer in service.interventions(patient_id, page_size=page_size)]
        assert read == asked[::-1]


def test_a_prediction_and_the_models_are_read(service: Turnpoint, helpable: Person) -> None:
    models = {model.name: model for model in service.models()}
    prediction = service.predict(helpable)
    assert models[prediction.model].default
    assert prediction.threshold == models["dysglycaemia"].threshold < prediction.risk
    again = service.predict(helpable, model="dysglycaemia")
    assert again.model_copy(update={"id": prediction.id}) == prediction
    assert again.id != prediction.id


def test_how_sure_a_prediction_is_is_read(service: Turnpoint, served: ServedModel, helpable: Person) -> None:
    prediction = service.predict(helpable)
    estimate = served.estimate(served.model.schema.encode(helpable), prediction.risk)
    assert prediction.band == pytest.approx(estimate.band)
    assert prediction.certainty == estimate.certainty.value
    assert prediction.observed is not None
    assert estimate.observed is not None
    assert prediction.observed.model_dump() == estimate.observed.model_dump()


async def test_awaiting_gives_the_same(
    service: Turnpoint, service_async: AsyncTurnpoint, helpable: Person, patient_id: str
) -> None:
    answer = await service_async.ask(patient_id, helpable, count=1, generator="search")
    assert answer == await service_async.recorded(answer.id) == service.recorded(answer.id)
    await service_async.ask(patient_id, helpable, count=2, generator="search")
    pages: list[Answer] = [one async for one in service_async.interventions(patient_id, page_size=1)]
    assert pages == list(service.interventions(patient_id))
    awaited = await service_async.predict(helpable)
    assert awaited == service.predict(helpable).model_copy(update={"id": awaited.id})
    assert await service_async.models() == service.models()


def test_both_forms_offer_the_same() -> None:
    def offers(kind: type) -> dict[str, list[str]]:
        functions = inspect.getmembers(kind, inspect.isfunction)
        return {
            name: list(inspect.signature(function).parameters)
            for name, function in functions
            if not name.startswith("_")
        }

    assert offers(Turnpoint) == offers(AsyncTurnpoint)
    assert Turnpoint.__module__.startswith("turnpoint")
    assert set(turnpoint.client.__dict__) >= set(turnpoint.__all__)


def test_faults_are_told_by_field_and_without_values(
    service: Turnpoint, helpable: Person, patient_id: str
) -> None:
    with pytest.raises(InvalidRequestError) as caught:
        service.ask(patient_id, {**helpable, "bmi": 987.65, "shoe_size": 43}, count=2)
    error = caught.value
    assert error.status == 422
    assert {fault.pointer for fault in error.errors} == {"/features/bmi", "/features/shoe_size"}
    assert "/features/bmi" in str(error)
    assert "987" not in f"{error} {error.errors}"


MISSING: dict[str, Callable[[Turnpoint], Any]] = {
    "an answer": lambda service: service.recorded(uuid4()),
    "a patient": lambda service: list(service.interventions(f"nobody-{uuid4()}")),
    "a job": lambda service: service.job(uuid4()),
    "a job to cancel": lambda service: service.cancel(uuid4()),
    "a job's rows": lambda service: list(service.rows(uuid4())),
    "a job's report": lambda service: service.report(uuid4()),
}


@pytest.mark.parametrize("what", MISSING)
def test_what_is_not_there_is_said_to_be_missing(service: Turnpoint, what: str) -> None:
    with pytest.raises(NotFoundError, match="There is no"):
        MISSING[what](service)


def test_a_token_lets_in(servers: Servers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TURNPOINT_TOKEN", raising=False)
    with gateway(settings_for(servers, api_tokens=TOKEN)) as url:
        for token in (None, f"{TOKEN}-not"):
            with (
                Turnpoint(url, token) as stranger,
                pytest.raises(UnauthorizedError) as caught,
            ):
                stranger.models()
            assert caught.value.status == 401
        with Turnpoint(url, TOKEN) as known:
            assert known.models()
        monkeypatch.setenv("TURNPOINT_TOKEN", TOKEN)
        with Turnpoint(url) as known:
            assert known.models()


def test_a_record_that_comes_back_is_waited_for_by_what_may_be_repeated(
    redis_url: str, home: Any, helpable: Person, patient_id: str
) -> None:
    postgres = LastingPostgres(home / "client-record")
    (home / "client-record").mkdir()
    postgres.start()
    try:
        with gateway(settings_for(Servers(postgres.url, redis_url))) as url, Turnpoint(url) as service:
            answer = service.ask(patient_id, helpable, count=1, generator="search")
            postgres.stop()
            with pytest.raises(UnavailableError, match="record is away") as caught:
                service.ask(patient_id, helpable, count=2, generator="search")
            assert caught.value.retry_after == 5
            starting = threading.Timer(0.2, postgres.start)
            starting.start()
            try:
                assert service.recorded(answer.id) == answer
            finally:
                starting.join()
    finally:
        postgres.stop()


def test_nobody_at_the_address_is_said_so() -> None:
    nothing = pytest.raises(UnreachableError, match=r"Nothing answers at http://127\.0\.0\.1:9")
    with Turnpoint("http://127.0.0.1:9", repeats=0) as service, nothing:
        service.models()


class Other(Handler):
    """Somebody else's service, which answers whatever it is asked."""

    reply = Reply(body=b'{"hello": "Alice"}')

    def get(self) -> Reply:
        return self.reply

    def post(self, content: bytes) -> Reply:
        return self.reply


def test_another_service_at_the_address_is_noticed() -> None:
    with serving_fake(Other) as url, Turnpoint(url) as service:
        for ask in (service.models, lambda: service.predict({"age": 54}), lambda: service.job(uuid4())):
            with pytest.raises(UnexpectedAnswerError) as caught:
                ask()
            assert "Alice" not in str(caught.value)


async def test_a_service_that_stops_answering_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Other, "reply", Reply(body=b"[", hang=True))
    timeout = httpx.Timeout(5, read=0.2)
    with serving_fake(Other) as url:
        with Turnpoint(url, timeout=timeout, repeats=0) as service, pytest.raises(TimeLimitError):
            service.models()
        async with AsyncTurnpoint(url, timeout=timeout, repeats=0) as service_async:
            with pytest.raises(TimeLimitError):
                await service_async.models()
        assert issubclass(TimeLimitError, TurnpointError)
