"""Spans within one process: they nest by task and thread, and tell errors by their type."""

import asyncio
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from app.tracing import Work, recording, request_span, span, task_span, traced, traceparent
from app.tracing.recorder import OpenTelemetryRecorder

SECRET = "Kanarienvogel 33.17"


@pytest.fixture
def kept() -> Iterator[InMemorySpanExporter]:
    exporter = InMemorySpanExporter()
    with recording(OpenTelemetryRecorder(SimpleSpanProcessor(exporter), "test", "0")):
        yield exporter


def parent_of(told: ReadableSpan) -> int | None:
    return told.parent.span_id if told.parent else None


def id_of(told: ReadableSpan) -> int:
    own = told.get_span_context()
    assert own is not None
    return own.span_id


def test_without_a_recorder_nothing_is_told() -> None:
    theirs = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    with request_span("GET", theirs) as outer, span(Work.SEARCH) as inner:
        assert traceparent() == ""
    assert outer is inner


async def test_tasks_and_threads_go_on_inside_the_span_that_began_them(kept: InMemorySpanExporter) -> None:
    @traced(Work.SEARCH)
    def searched() -> str:
        return traceparent()

    async def cached() -> None:
        with span(Work.CACHE):
            await asyncio.sleep(0)

    with request_span("GET", ""):
        await asyncio.gather(asyncio.to_thread(searched), cached(), cached())
    *inside, request = kept.get_finished_spans()
    assert sorted(told.name for told in inside) == ["cache", "cache", "search"]
    assert {parent_of(told) for told in inside} == {id_of(request)}


def test_work_outside_of_every_request_and_task_is_not_traced(kept: InMemorySpanExporter) -> None:
    with span(Work.DATABASE):
        assert traceparent() == ""
    assert kept.get_finished_spans() == ()


def test_an_error_is_told_by_its_type_alone(kept: InMemorySpanExporter) -> None:
    with pytest.raises(LookupError), task_span("a-task"):
        raise LookupError(SECRET)
    (told,) = kept.get_finished_spans()
    assert told.attributes == {"turnpoint.task": "a-task", "error.type": "LookupError"}
    assert SECRET not in told.to_json()
    assert not told.events


async def test_work_that_is_given_up_is_no_error(kept: InMemorySpanExporter) -> None:
    async def endless() -> None:
        with task_span("a-task"):
            await asyncio.Event().wait()

    with pytest.raises(TimeoutError):
        await asyncio.wait_for(endless(), 0.001)
    (told,) = kept.get_finished_spans()
    assert (told.status.is_unset, dict(told.attributes or {})) == (True, {"turnpoint.task": "a-task"})


@given(
    header=st.text(max_size=80)
    | st.from_regex(r"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}", fullmatch=True)
)
def test_whatever_a_caller_sends_only_a_whole_random_traceparent_is_gone_on_with(header: str) -> None:
    exporter = InMemorySpanExporter()
    with (
        recording(OpenTelemetryRecorder(SimpleSpanProcessor(exporter), "test", "0")),
        request_span("GET", header),
    ):
        own = traceparent()
    told = exporter.get_finished_spans()
    sampled = header.endswith(("1", "3", "5", "7", "9", "b", "d", "f"))
    parts = header.split("-")
    goes_on = own.split("-")[1] in parts
    if goes_on:
        assert header.startswith("00-")
        assert any(letter in parts[1] for letter in "abcdef")
        assert len(told) == sampled
    else:
        assert len(told) == 1
