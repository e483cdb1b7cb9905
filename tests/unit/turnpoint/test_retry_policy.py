"""When the client asks again, and what it says when it does not."""

import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from turnpoint import (
    POPULATION,
    Answer,
    ConflictError,
    InvalidRequestError,
    ProblemError,
    TimeLimitError,
    TurnpointError,
    UnavailableError,
    UnexpectedAnswerError,
    UnreachableError,
    UnsendableError,
)
from turnpoint.augmenting import cancel, job, submit, upload
from turnpoint.call import Call, reading
from turnpoint.planning import make_plan
from turnpoint.requests import ask, give_feedback, models, predict, recorded
from turnpoint.retry_policy import LONGEST_PAUSE_S, RetryPolicy

SECRET = "Alice-1985"
KEYED: list[Call[Any]] = [
    submit(POPULATION, "low", {}),
    ask("P-1", {"age": 54}, {}),
    predict({"age": 54}, None),
]
KEYED += [make_plan("P-1", "1", None, None, None), give_feedback("1", "2", "accepted", None, None, None)]
REPEATABLE = [recorded("1"), models(), job("1"), cancel("1"), *KEYED]
ONCE = [upload(Path("rows.csv"), None)]


def problem(status: int, headers: dict[str, str] | None = None, **more: Any) -> httpx.Response:
    return httpx.Response(status, headers=headers, json={"title": "T", "status": status, **more})


def broken(kind: type[httpx.TransportError]) -> httpx.TransportError:
    return kind(f"about {SECRET}", request=httpx.Request("GET", f"http://gateway:8000/patients/{SECRET}"))


@pytest.mark.parametrize("call", REPEATABLE, ids=lambda call: f"{call.method} {call.route}")
def test_what_can_be_repeated_is_after_passing_faults(call: Call[Any]) -> None:
    for status in (429, 502, 503, 504):
        assert RetryPolicy(call, 1).answered(problem(status))
    assert RetryPolicy(call, 1).lost(broken(httpx.ReadError)) > 0


@pytest.mark.parametrize("call", ONCE, ids=lambda call: f"{call.method} {call.route}")
def test_what_would_be_recorded_twice_is_sent_once(call: Call[Any]) -> None:
    with pytest.raises(UnavailableError):
        RetryPolicy(call, 9).answered(problem(503))
    with pytest.raises(UnreachableError):
        RetryPolicy(call, 9).lost(broken(httpx.ReadError))


def test_what_is_recorded_has_a_key_of_its_own_so_that_it_can_be_sent_again() -> None:
    assert len({call.headers["Idempotency-Key"] for call in KEYED}) == len(KEYED)
    mine: list[Call[Any]] = [
        submit(POPULATION, "low", {"idempotency_key": "mine"}),
        ask("P-1", {}, {"idempotency_key": "mine"}),
    ]
    for call in mine:
        assert call.headers["Idempotency-Key"] == "mine"


@pytest.mark.parametrize("call", KEYED, ids=lambda call: f"{call.method} {call.route}")
def test_what_is_still_under_way_is_asked_for_again_and_a_conflict_is_not(call: Call[Any]) -> None:
    assert RetryPolicy(call, 1).answered(problem(409, {"Retry-After": "1"}))
    for one in (call, job("1")):
        with pytest.raises(ConflictError):
            RetryPolicy(one, 1).answered(problem(409))


@pytest.mark.parametrize("call", REPEATABLE[:1])
def test_pauses_grow_to_a_limit_and_then_it_gives_up(call: Call[Any]) -> None:
    attempts = RetryPolicy(call, 12)
    pauses = [attempts.answered(problem(503)) or 0.0 for _ in range(12)]
    assert all(0 < pause <= LONGEST_PAUSE_S for pause in pauses)
    assert pauses[0] < 1 < LONGEST_PAUSE_S / 2 <= pauses[-1]
    with pytest.raises(UnavailableError):
        attempts.answered(problem(503))


def test_the_service_is_not_asked_before_it_said() -> None:
    in_a_while = format_datetime(datetime.now(UTC) + timedelta(seconds=40), usegmt=True)
    for said, least in (("7", 7), (in_a_while, 38), ("soon", 0.1), ("-3", 0.1)):
        pause = RetryPolicy(models(), 1).answered(problem(503, {"Retry-After": said}))
        assert pause is not None
        assert least <= pause <= least + 4


def test_a_long_pause_is_for_the_caller_to_decide_on() -> None:
    with pytest.raises(UnavailableError) as caught:
        RetryPolicy(models(), 9).answered(problem(503, {"Retry-After": "3600"}))
    assert caught.value.retry_after == 3600


def test_a_refusal_says_what_is_wrong_and_is_not_repeated() -> None:
    errors = [{"pointer": f"/features/f{i}", "detail": "is required"} for i in range(7)]
    with pytest.raises(InvalidRequestError) as caught:
        RetryPolicy(models(), 9).answered(problem(422, detail="The request has faults.", errors=errors))
    error = caught.value
    assert (error.status, error.title, error.detail) == (422, "T", "The request has faults.")
    assert [(fault.pointer, fault.detail) for fault in error.errors][6] == ("/features/f6", "is required")
    assert str(error).startswith("The request has faults. /features/f0 is required; ")
    assert str(error).endswith("; and 2 more.")


def test_what_a_proxy_says_is_not_repeated() -> None:
    for body in (f"<h1>{SECRET}</h1>", json.dumps({"message": SECRET}), "[]", ""):
        with pytest.raises(ProblemError) as caught:
            RetryPolicy(models(), 0).answered(httpx.Response(502, text=body))
        assert caught.value.status == 502
        assert SECRET not in f"{caught.value} {caught.value.title} {caught.value.detail}"


def test_another_address_is_not_followed() -> None:
    with pytest.raises(UnexpectedAnswerError, match="307"):
        RetryPolicy(models(), 9).answered(httpx.Response(307, headers={"Location": "https://elsewhere"}))


@pytest.mark.parametrize(
    ("kind", "is_told_as", "words"),
    [
        (httpx.ConnectError, UnreachableError, "is the service running"),
        (httpx.ConnectTimeout, UnreachableError, "is the service running"),
        (httpx.ReadTimeout, TimeLimitError, "within the time limit"),
        (httpx.RemoteProtocolError, UnreachableError, "broke"),
    ],
)
def test_who_cannot_be_reached_is_named_without_the_path(
    kind: type[httpx.TransportError], is_told_as: type[TurnpointError], words: str
) -> None:
    with pytest.raises(is_told_as, match=words) as caught:
        RetryPolicy(models(), 0).lost(broken(kind))
    assert "http://gateway:8000" in str(caught.value)
    assert SECRET not in str(caught.value)


def test_an_answer_of_another_shape_is_told_without_its_values() -> None:
    for body in (f'{{"id": "{SECRET}", "patient_id": 5}}', SECRET, f'["{SECRET}"]'):
        with pytest.raises(UnexpectedAnswerError) as caught:
            reading(Answer)(httpx.Response(200, text=body))
        assert SECRET not in str(caught.value)
        assert caught.value.__suppress_context__  # the cause holds values, and a traceback would show them


@pytest.mark.parametrize("value", [float("nan"), float("inf"), {1, 2}, object()])
def test_what_json_does_not_know_is_not_sent(value: Any) -> None:
    with pytest.raises(UnsendableError, match="finite"):
        predict({"bmi": value}, None).json_bytes()
