"""A fake: it stands for somebody else's OpenTelemetry collector, which keeps what it is sent."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from tests.integration.fake_server import Handler, Reply, serving


@dataclass(frozen=True, slots=True)
class Told:
    """A span as it came over the wire."""

    name: str
    trace_id: str
    span_id: str
    parent_id: str
    failed: bool
    message: str
    attributes: dict[str, str | int]
    others: int
    """How many events and links it has."""


@dataclass
class FakeCollector:
    """The running fake: `spans` in the order in which they ended, and all that was sent, as `raw` bytes."""

    url: str = ""
    spans: list[Told] = field(default_factory=list)
    raw: bytes = b""


@contextmanager
def fake_collector() -> Iterator[FakeCollector]:
    """A fake on a free loopback port."""
    fake = FakeCollector()
    with serving(_handler(fake)) as address:
        fake.url = address
        yield fake


def _handler(fake: FakeCollector) -> type[Handler]:
    class FakeHandler(Handler):
        def get(self) -> Reply:
            return Reply(status=404)

        def post(self, content: bytes) -> Reply:
            fake.raw += content
            fake.spans += _spans(ExportTraceServiceRequest.FromString(content))
            return Reply()

    return FakeHandler


def _spans(request: Any) -> Iterator[Told]:
    for resource in request.resource_spans:
        for scope in resource.scope_spans:
            for span in scope.spans:
                yield Told(
                    span.name,
                    span.trace_id.hex(),
                    span.span_id.hex(),
                    span.parent_span_id.hex(),
                    span.status.code == 2,
                    span.status.message,
                    {one.key: getattr(one.value, one.value.WhichOneof("value")) for one in span.attributes},
                    len(span.events) + len(span.links),
                )
