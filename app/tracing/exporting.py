"""Sending spans to a collector by OTLP over HTTP, in the background: one that is away costs no request."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import structlog

from app.tracing import recording

_log = structlog.get_logger()


@contextmanager
def exporting(endpoint: str | None, service: str, version: str, flush_s: float) -> Iterator[None]:
    """Trace this process for as long as the context lasts, if there is an endpoint to send spans to.

    At the end what is left is sent for at most `flush_s` seconds. It takes the extra `telemetry`; without an
    endpoint nothing of it is loaded.
    """
    if endpoint is None:
        yield
        return
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    from app.tracing.recorder import OpenTelemetryRecorder

    _log_as_json()
    exporter = OTLPSpanExporter(endpoint=f"{endpoint.rstrip('/')}/v1/traces")
    recorder = OpenTelemetryRecorder(BatchSpanProcessor(exporter), service, version)
    try:
        with recording(recorder):
            yield
    finally:
        closing = threading.Thread(target=recorder.close, daemon=True)
        closing.start()
        closing.join(flush_s)


class _Told(logging.Handler):
    """Says in our own log that spans did not get away; not how, since an error may quote a URL's secrets."""

    def emit(self, record: logging.LogRecord) -> None:
        _log.warning("traces_not_sent", where=record.name)


def _log_as_json() -> None:
    logger = logging.getLogger("opentelemetry")
    if not any(isinstance(handler, _Told) for handler in logger.handlers):
        logger.addHandler(_Told(logging.WARNING))
        logger.propagate = False
