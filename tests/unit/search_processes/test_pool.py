"""What is asked of search processes comes back, whatever becomes of one of them."""

import os
import struct
import threading
import time
from collections.abc import Callable
from contextvars import copy_context
from functools import partial
from multiprocessing.connection import Connection
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from structlog.testing import capture_logs

from app.admission.current_caller import UNDER_WAY
from app.domain.errors import InvalidInputError, ValidationIssue
from app.engine.budget import AbandonedError, Budget, Stop
from app.engine.registry import ModelRegistry
from app.raised_at import raised_at
from app.search_processes import pool as pool_module
from app.search_processes import process as process_module
from app.search_processes.messages import greeting
from app.search_processes.page import Page
from app.search_processes.pool import SearchesEndedError
from app.search_processes.shared import Shared
from app.search_processes.template import Niceness
from app.search_processes.worker import serve
from app.tracing import Work, recording, request_span, span
from app.tracing.recorder import OpenTelemetryRecorder
from tests.unit.search_processes.in_threads import Serve, Threads, pool_of

SECONDS = 60
_PID = 2**22 + 1
"""Of no process: Linux gives none this number."""
_ASKED, _KILLED = threading.Event(), threading.Event()


@pytest.fixture
def threads(registry: ModelRegistry) -> Threads:
    return Threads(Shared(registry))


def added(*numbers: int) -> int:
    return sum(numbers)


def refused(issues: list[ValidationIssue]) -> None:
    raise InvalidInputError(issues)


def lost() -> Callable[[], None]:
    return lambda: None


def spent(budget: Budget, work: float) -> tuple[Budget, float]:
    budget.spend(work)
    return budget, budget.left_in_all


def spent_until_left(budget: Budget) -> None:
    _ASKED.set()
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        budget.spend(1)


def left_once_asked(stop: Stop) -> None:
    if _ASKED.wait(SECONDS):
        stop.set()


def thread_name() -> str:
    return threading.current_thread().name


def timed() -> None:
    with span(Work.SEARCH), span(Work.RECOMMEND):
        pass
    with span(Work.CLASSIFIER):
        raise LookupError("a patient's value")


def ends(_: Shared, connection: Connection, __: Page) -> None:
    """A process that ends as soon as it is asked."""
    connection.send_bytes(greeting(_PID))
    connection.recv_bytes()


def says_nothing(_: Shared, connection: Connection, __: Page) -> None:
    """One that was ended before it began."""


def stands_still(_: Shared, connection: Connection, __: Page) -> None:
    """One that is frozen as soon as it is asked, until it is killed."""
    connection.send_bytes(greeting(_PID))
    connection.recv_bytes()
    assert connection.poll(SECONDS)


def reads_nothing(_: Shared, connection: Connection, __: Page) -> None:
    """One that is frozen before it has read what it is asked, until it is killed."""
    connection.send_bytes(greeting(_PID))
    assert _KILLED.wait(SECONDS)


def says_half(_: Shared, connection: Connection, __: Page) -> None:
    """One that is frozen in the middle of its reply."""
    connection.send_bytes(greeting(_PID))
    connection.recv_bytes()
    os.write(connection.fileno(), struct.pack("!i", 1000) + b"half of it")
    assert _KILLED.wait(SECONDS)


def goes_on(_: Shared, connection: Connection, page: Page) -> None:
    """One that works, and does not look at the time."""
    connection.send_bytes(greeting(_PID))
    connection.recv_bytes()
    while not connection.poll(0.001):
        page.tick()


@given(numbers=st.lists(st.lists(st.integers(), max_size=5), min_size=1, max_size=5))
def test_values_come_back_one_question_after_the_other(
    registry: ModelRegistry, numbers: list[list[int]]
) -> None:
    threads = Threads(Shared(registry))
    with pool_of(threads) as pool:
        assert [pool.run(Stop(), partial(added, *own)) for own in numbers] == [sum(own) for own in numbers]
    assert threads.orders == 1


def test_as_many_are_started_as_are_asked_at_a_time(threads: Threads) -> None:
    with pool_of(threads) as pool:
        pool.start(2)
        assert threads.orders == 2
        assert pool.run(Stop(), thread_name) != threading.current_thread().name
    assert threads.orders == 2


def test_who_has_several_questions_in_search_is_patient(threads: Threads) -> None:
    with pool_of(threads) as pool:
        pool.start(1)
        names = []
        for under_way in (2, 1, 3, 1):
            context = copy_context()
            context.run(UNDER_WAY.set, under_way)
            names.append(context.run(pool.run, Stop(), thread_name))
    assert threads.niceness == [Niceness.PROMPT, Niceness.PATIENT]
    assert names[0] == names[2] != names[1] == names[3]
    assert 0 < Niceness.PROMPT < Niceness.PATIENT < 20


def test_who_is_patient_has_what_is_left_where_none_can_be_started(threads: Threads) -> None:
    with pool_of(threads) as pool:
        pool.start(1)
        threads.is_away = True
        context = copy_context()
        context.run(UNDER_WAY.set, 2)
        assert context.run(pool.run, Stop(), thread_name) != threading.current_thread().name


def test_what_it_raises_is_raised_here_and_tells_where(threads: Threads) -> None:
    issues = [ValidationIssue("/target", "is too small"), ValidationIssue("/features/bmi", "is required")]
    with pool_of(threads) as pool:
        with pytest.raises(InvalidInputError, match="2 faults") as caught:
            pool.run(Stop(), partial(refused, issues))
        assert caught.value.issues == issues
        assert raised_at(caught.value).endswith(" refused")
        assert pool.run(Stop(), partial(added, 1, 2)) == 3


def test_what_cannot_be_handed_over_is_an_error_of_this_question_alone(threads: Threads) -> None:
    with pool_of(threads) as pool:
        with pytest.raises(TypeError):
            pool.run(Stop(), lost)
        assert pool.run(Stop(), partial(added, 1, 2)) == 3
    assert threads.orders == 1


def test_what_was_spent_there_is_told_here(threads: Threads) -> None:
    stop = Stop()
    budget = Budget(100.0, stop=stop)
    with pool_of(threads) as pool:
        theirs, left = pool.run(stop, partial(spent, budget.part(50.0), 30.0))
    assert left == 70.0
    assert theirs.spent == 30.0
    assert theirs.whole is not None
    assert theirs.whole.left_in_all == 70.0
    assert theirs.stop is theirs.whole.stop is stop
    assert budget.spent == 0.0  # a copy was


def test_who_leaves_ends_the_search_and_the_process_is_free(threads: Threads) -> None:
    _ASKED.clear()
    stop = Stop()
    leaving = threading.Thread(target=left_once_asked, args=(stop,))
    leaving.start()
    with pool_of(threads) as pool:
        with pytest.raises(AbandonedError):
            pool.run(stop, partial(spent_until_left, Budget(stop=stop)))
        assert pool.run(Stop(), partial(added, 1, 2)) == 3
    leaving.join()
    assert threads.orders == 1


def test_who_has_left_before_is_not_searched_for(threads: Threads) -> None:
    stop = Stop()
    stop.set()
    with pool_of(threads) as pool, pytest.raises(AbandonedError):
        pool.run(stop, partial(spent_until_left, Budget(stop=stop)))


def test_a_deadline_holds_there_as_well(threads: Threads) -> None:
    stop = Stop(deadline=time.monotonic())
    with pool_of(threads) as pool, pytest.raises(AbandonedError):
        pool.run(stop, partial(spent_until_left, Budget(stop=stop)))


def test_where_a_process_ends_another_answers(registry: ModelRegistry) -> None:
    threads = Threads(Shared(registry), ends, serve)
    with pool_of(threads) as pool:
        assert pool.run(Stop(), partial(added, 1, 2)) == 3
        assert pool.run(Stop(), partial(added, 3)) == 3
    assert threads.orders == 2


def test_what_two_processes_ended_of_is_refused_for_now(registry: ModelRegistry) -> None:
    threads = Threads(Shared(registry), ends, ends, serve)
    with pool_of(threads) as pool:
        with pytest.raises(SearchesEndedError) as refusal:
            pool.run(Stop(), partial(added, 1, 2))
        assert refusal.value.retry_after_s >= 1
        assert pool.run(Stop(), partial(added, 3)) == 3


def test_where_none_can_be_had_the_work_is_done_here(
    threads: Threads, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pool_of(threads) as pool, capture_logs() as logged:
        threads.is_away = True
        here = threading.current_thread().name
        assert [pool.run(Stop(), thread_name) for _ in range(3)] == [here] * 3
        assert threads.orders == 0
        threads.is_away = False
        assert pool.run(Stop(), thread_name) == here  # it is not tried for a while
        monkeypatch.setattr(pool_module, "_REST_S", -1.0)
        pool._none_before = 0.0
        assert pool.run(Stop(), thread_name) != here
    assert [line["event"] for line in logged] == ["no_search_process"]  # said once, not for each question


def test_one_that_does_not_begin_is_none(registry: ModelRegistry, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool_module, "_REST_S", -1.0)
    with pool_of(Threads(Shared(registry), says_nothing, serve)) as pool:
        assert pool.run(Stop(), thread_name) == threading.current_thread().name
        assert pool.run(Stop(), thread_name) != threading.current_thread().name


@pytest.fixture
def killed(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The processes that were killed; the first is found out soon, and none that comes after it."""
    pids: list[int] = []

    def kill(pid: int, _: int) -> None:
        pids.append(pid)
        _KILLED.set()
        monkeypatch.setattr(process_module, "_LOOK_S", 0.5)
        monkeypatch.setattr(process_module, "_LOOKS", 1_000)

    _KILLED.clear()
    monkeypatch.setattr("os.kill", kill)
    monkeypatch.setattr(process_module, "_LOOK_S", 0.01)
    monkeypatch.setattr(process_module, "_LOOKS", 6)
    return pids


@pytest.mark.parametrize("stands", [stands_still, reads_nothing, says_half])
def test_for_one_that_is_frozen_another_answers_and_it_is_killed(
    registry: ModelRegistry, killed: list[int], stands: Serve
) -> None:
    """Also in the middle of a message that is longer than a socket holds."""
    long = b"x" * 4_000_000
    threads = Threads(Shared(registry), stands, serve)
    with pool_of(threads) as pool:
        assert pool.run(Stop(), partial(len, long)) == len(long)
        assert pool.run(Stop(), thread_name) != threading.current_thread().name
    assert killed == [_PID]
    assert threads.orders == 2


def test_where_another_is_frozen_as_well_the_work_is_done_here(
    registry: ModelRegistry, monkeypatch: pytest.MonkeyPatch
) -> None:
    killed: list[int] = []
    monkeypatch.setattr("os.kill", lambda pid, _: killed.append(pid))
    monkeypatch.setattr(process_module, "_LOOK_S", 0.01)
    monkeypatch.setattr(process_module, "_LOOKS", 6)
    with pool_of(Threads(Shared(registry), stands_still)) as pool:
        assert pool.run(Stop(), thread_name) == threading.current_thread().name
    assert killed == [_PID, _PID]


def test_one_that_goes_on_long_after_the_deadline_is_killed(
    registry: ModelRegistry, killed: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process_module, "_GRACE_S", 0.05)
    with pool_of(Threads(Shared(registry), goes_on)) as pool, pytest.raises(AbandonedError):
        pool.run(Stop(deadline=time.monotonic()), thread_name)
    assert killed == [_PID]


def test_its_spans_are_recorded_inside_the_request(threads: Threads) -> None:
    kept = InMemorySpanExporter()
    with (
        pool_of(threads) as pool,
        recording(OpenTelemetryRecorder(SimpleSpanProcessor(kept), "test", "0")),
        request_span("POST", ""),
        pytest.raises(LookupError),
    ):
        pool.run(Stop(), timed)
    *inside, request = kept.get_finished_spans()
    assert [one.name for one in inside] == ["search", "verify and rank", "classifier elsewhere"]
    assert {one.parent and one.parent.span_id for one in inside} == {
        request.context and request.context.span_id
    }
    assert inside[-1].attributes == {"error.type": "LookupError"}
    for one in inside:
        assert _ns(request.start_time) <= _ns(one.start_time) <= _ns(one.end_time) <= _ns(request.end_time)


def _ns(moment: Any) -> int:
    assert moment is not None
    return int(moment)
