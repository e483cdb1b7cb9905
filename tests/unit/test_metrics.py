"""What dashboards read: names that stay, and labels that hold nothing of a caller's."""

import pytest
from fastapi import FastAPI
from prometheus_client import REGISTRY, Metric
from structlog.testing import capture_logs

from app.faces.http.middleware import CorrelationId
from app.metrics import ANSWERS, REQUESTS
from tests.unit.faces.http.requests import client_of

PATIENT = "Kanarienvogel"


def metric(name: str) -> Metric:
    (found,) = (one for one in REGISTRY.collect() if one.name == name)
    return found


def counted() -> dict[tuple[str, ...], float]:
    """How many requests were timed, by method, route and status."""
    return {
        (one.labels["method"], one.labels["route"], one.labels["status"]): one.value
        for one in metric("turnpoint_request_seconds").samples
        if one.name.endswith("_count")
    }


def service() -> CorrelationId:
    app = FastAPI()

    async def answer() -> str:
        return "yes"

    app.add_api_route("/test-of-metrics/{patient}", answer, methods=["GET"])
    return CorrelationId(app)


async def counted_by(method: str, path: str) -> list[tuple[str, ...]]:
    """What one request adds to the metrics."""
    before = counted()
    with capture_logs() as logs:
        async with client_of(service()) as client:
            await client.request(method, path)
    assert PATIENT not in str(logs)
    after = counted()
    return [labels for labels in after if after[labels] != before.get(labels, 0.0)]


@pytest.mark.parametrize(
    ("method", "path", "labels"),
    [
        ("GET", f"/test-of-metrics/{PATIENT}", ("GET", "/test-of-metrics/{patient}", "200")),
        ("GET", f"/nowhere/{PATIENT}", ("GET", "unmatched", "404")),
        (PATIENT, f"/nowhere/{PATIENT}", ("other", "unmatched", "404")),
    ],
)
async def test_a_request_is_counted_by_its_route_and_never_by_its_path(
    method: str, path: str, labels: tuple[str, ...]
) -> None:
    assert await counted_by(method, path) == [labels]


def test_requests_are_timed_in_seconds_under_the_name_that_dashboards_read() -> None:
    REQUESTS.labels("GET", "/test-of-metrics", "200").observe(0.03)
    found = metric("turnpoint_request_seconds")
    assert found.type == "histogram"
    bounds = [
        (float(one.labels["le"]), one.value)
        for one in found.samples
        if one.name.endswith("_bucket") and one.labels["route"] == "/test-of-metrics"
    ]
    assert [value for bound, value in bounds if bound < 0.03] == [0.0, 0.0, 0.0]
    assert {value for bound, value in bounds if bound > 0.03} == {1.0}


def test_answers_are_counted_by_what_became_of_them() -> None:
    ANSWERS.labels("test-of-metrics", "1", "found", False, "no").inc()
    found = metric("turnpoint_answers")
    assert found.type == "counter"
    (one,) = (
        one
        for one in found.samples
        if one.labels["model"] == "test-of-metrics" and one.name == "turnpoint_answers_total"
    )
    assert (set(one.labels), one.value) == ({"model", "version", "status", "cached", "degraded"}, 1.0)
