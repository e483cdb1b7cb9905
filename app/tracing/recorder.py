"""Spans by OpenTelemetry's SDK, which this module and `exporting` alone load."""

import re

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.trace import NonRecordingSpan, SpanContext, SpanKind, Status, StatusCode, TraceFlags

from app.tracing import Attribute, Span

_TRACEPARENT = re.compile(r"00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})")
_RANDOM = re.compile(r"(?=.*[a-f])(?=.*[0-9])(?!0{16}).+")
"""An id of digits alone might be a birth date or the number of a record; OpenTelemetry's are random."""
_SAMPLED = 0x01


class OpenTelemetrySpan:
    """A span of the SDK. Errors are told by their type: exceptions are not recorded."""

    def __init__(self, span: trace.Span) -> None:
        self.span = span

    def set(self, attribute: Attribute, value: str | int) -> None:
        self.span.set_attribute(attribute.value, value)

    def rename(self, name: str) -> None:
        self.span.update_name(name)

    def fail(self, kind: str | None = None) -> None:
        if kind is not None:
            self.set(Attribute.ERROR, kind)
        self.span.set_status(Status(StatusCode.ERROR))

    def end(self, at: int | None = None) -> None:
        self.span.end(at)

    @property
    def traceparent(self) -> str:
        own = self.span.get_span_context()
        return f"00-{own.trace_id:032x}-{own.span_id:016x}-{own.trace_flags:02x}"


class OpenTelemetryRecorder:
    """Makes spans and hands them to a processor; which ones, says OTEL_TRACES_SAMPLER."""

    def __init__(self, processor: SpanProcessor, service: str, version: str) -> None:
        resource = Resource.create({"service.name": service, "service.version": version})
        self._provider = TracerProvider(resource=resource, shutdown_on_exit=False)
        self._provider.add_span_processor(processor)
        self._tracer = self._provider.get_tracer("turnpoint")

    def start(self, name: str, parent: Span | None, at: int | None = None) -> Span:
        within = (
            trace.set_span_in_context(parent.span) if isinstance(parent, OpenTelemetrySpan) else Context()
        )
        return OpenTelemetrySpan(self._tracer.start_span(name, within, start_time=at))

    def start_request(self, name: str, traceparent: str) -> Span:
        return OpenTelemetrySpan(
            self._tracer.start_span(name, _callers_context(traceparent), kind=SpanKind.SERVER)
        )

    def close(self) -> None:
        """Hand over what is left."""
        self._provider.shutdown()


def _callers_context(traceparent: str) -> Context:
    """The caller's span, if the header is one. Their `tracestate` and `baggage`, free text, are not read."""
    found = _TRACEPARENT.fullmatch(traceparent)
    if found is None or not all(_RANDOM.fullmatch(part) for part in found.group(1, 2)):
        return Context()
    trace_id, span_id, flags = (int(part, 16) for part in found.groups())
    theirs = SpanContext(trace_id, span_id, is_remote=True, trace_flags=TraceFlags(flags & _SAMPLED))
    return trace.set_span_in_context(NonRecordingSpan(theirs), Context())
