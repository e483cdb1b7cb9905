"""Traces: what a request spent its time on, in spans that hold nothing about a person.

A span's name is a `Work`, or a request's method and route template; its attributes are those of `Attribute`.
So no path, query, header, statement or value can get into one. Nothing is traced, and OpenTelemetry is not
loaded, until a recorder is in use.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from enum import StrEnum
from functools import wraps
from typing import ParamSpec, Protocol, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class Work(StrEnum):
    """What a span inside a request is about."""

    CACHE = "cache"
    DATABASE = "database"
    SEARCH = "search"
    RECOMMEND = "verify and rank"
    LANGUAGE_MODEL = "language model"
    CLASSIFIER = "classifier elsewhere"
    TASK = "task"


class Attribute(StrEnum):
    """What may be said of a span; the values are of closed sets, or numbers."""

    METHOD = "http.request.method"
    ROUTE = "http.route"
    STATUS = "http.response.status_code"
    ERROR = "error.type"
    OUTCOME = "turnpoint.outcome"
    TASK = "turnpoint.task"


class Span(Protocol):
    """One piece of work under way."""

    def set(self, attribute: Attribute, value: str | int) -> None:
        """Say something of it."""

    def rename(self, name: str) -> None:
        """Give it the name that is known only now."""

    def fail(self, kind: str | None = None) -> None:
        """It went wrong, by an error of this type."""

    def end(self, at: int | None = None) -> None:
        """It is over, now or since a moment of `time.time_ns`."""

    @property
    def traceparent(self) -> str:
        """How another server is told of it (W3C Trace Context)."""


class Recorder(Protocol):
    """Makes spans."""

    def start(self, name: str, parent: Span | None, at: int | None = None) -> Span:
        """A span inside another, or the first of a trace of our own; begun now or at a moment of
        `time.time_ns`."""

    def start_request(self, name: str, traceparent: str) -> Span:
        """A span of a request, inside the caller's own where `traceparent` tells of one."""


class _Untraced:
    """Stands for a span where nothing is traced."""

    traceparent = ""

    def set(self, attribute: Attribute, value: str | int) -> None: ...
    def rename(self, name: str) -> None: ...
    def fail(self, kind: str | None = None) -> None: ...
    def end(self, at: int | None = None) -> None: ...


_UNTRACED = _Untraced()
_recorder: Recorder | None = None
_current: ContextVar[Span | None] = ContextVar("span", default=None)


@contextmanager
def recording(recorder: Recorder) -> Iterator[None]:
    """Trace this process with a recorder for as long as the context lasts."""
    global _recorder
    before, _recorder = _recorder, recorder
    try:
        yield
    finally:
        _recorder = before


@contextmanager
def span(work: Work) -> Iterator[Span]:
    """A span of a piece of work, inside the one under way; where there is none, nothing is traced."""
    parent = _current.get()
    if _recorder is None or parent is None:
        yield _UNTRACED
        return
    with _under_way(_recorder.start(work, parent)) as started:
        yield started


def is_traced() -> bool:
    """Whether a span is under way that others may be inside of."""
    return _recorder is not None and _current.get() is not None


def record_span(work: Work, began: int, ended: int, error: str | None) -> None:
    """A span, inside the one under way, of what another process did between two moments of `time.time_ns`."""
    parent = _current.get()
    if _recorder is None or parent is None:
        return
    over = _recorder.start(work, parent, began)
    if error is not None:
        over.fail(error)
    over.end(ended)


@contextmanager
def task_span(task: str) -> Iterator[Span]:
    """A span of a task of a batch job, the first of its trace."""
    if _recorder is None:
        yield _UNTRACED
        return
    with _under_way(_recorder.start(Work.TASK, None)) as started:
        started.set(Attribute.TASK, task)
        yield started


@contextmanager
def request_span(name: str, traceparent: str) -> Iterator[Span]:
    """A span of a request; `traceparent` is the caller's header, which may be anything."""
    if _recorder is None:
        yield _UNTRACED
        return
    with _under_way(_recorder.start_request(name, traceparent)) as started:
        yield started


def traced(work: Work) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """A decorator: each call is a span."""

    def decorate(function: Callable[P, T]) -> Callable[P, T]:
        @wraps(function)
        def call(*args: P.args, **kwargs: P.kwargs) -> T:
            with span(work):
                return function(*args, **kwargs)

        return call

    return decorate


def traceparent() -> str:
    """The header with which another server is told of the span under way; empty where there is none."""
    under_way = _current.get()
    return under_way.traceparent if under_way else ""


@contextmanager
def _under_way(started: Span) -> Iterator[Span]:
    token = _current.set(started)
    try:
        yield started
    except Exception as error:
        started.fail(type(error).__name__)  # its message may hold a patient's values
        raise
    finally:
        with suppress(ValueError):  # a generator that is closed by another task than began it
            _current.reset(token)
        started.end()
