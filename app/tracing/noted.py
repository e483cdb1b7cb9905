"""Spans of a process that has no recorder of its own, for another to record."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from app.tracing import Attribute, Span, Work, record_span, recording, request_span


@dataclass(slots=True)
class NotedSpan:
    """Work that began and ended at these moments of `time.time_ns`; `error` is the type of what ended it.

    What else is said of it is lost: of searches nothing is.
    """

    work: Work
    began: int
    ended: int
    error: str | None = None
    traceparent = ""

    def set(self, attribute: Attribute, value: str | int) -> None: ...
    def rename(self, name: str) -> None: ...

    def fail(self, kind: str | None = None) -> None:
        self.error = kind

    def end(self, at: int | None = None) -> None:
        self.ended = at or time.time_ns()


class _Noter:
    """A recorder that keeps spans for later."""

    def __init__(self) -> None:
        self.noted: list[NotedSpan] = []

    def start(self, name: str, parent: Span | None, at: int | None = None) -> Span:
        began = at or time.time_ns()
        self.noted.append(NotedSpan(Work(name), began, began))
        return self.noted[-1]

    def start_request(self, name: str, traceparent: str) -> Span:
        return NotedSpan(Work.TASK, 0, 0)  # stands for the span that the other process has


@contextmanager
def noting(is_wanted: bool) -> Iterator[list[NotedSpan]]:
    """The spans of what is done meanwhile; none unless they are wanted."""
    if not is_wanted:
        yield []
        return
    noter = _Noter()
    with recording(noter), request_span("", ""):
        yield noter.noted


def record(spans: Sequence[NotedSpan]) -> None:
    """Record them inside the span under way."""
    for one in spans:
        record_span(one.work, one.began, one.ended, one.error)
