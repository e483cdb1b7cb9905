"""Figures in Prometheus' text format: those of all processes of a gateway, where it has several."""

import os

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from app.faces.http.server.shared_figures import FOLDER


def exposition() -> bytes:
    """All figures as they are now."""
    if FOLDER not in os.environ:
        return generate_latest()
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return generate_latest(registry)
