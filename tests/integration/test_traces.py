"""Traces as a collector gets them: each request is one, and nothing about a person is in any."""

import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from uuid import uuid4

import httpx
import numpy as np
import pytest
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from app.classifiers.model_version import ModelVersion
from app.classifiers.open_inference import OpenInferenceClassifier
from app.tracing import Attribute, Work, recording, task_span
from app.tracing.recorder import OpenTelemetryRecorder
from tests.asking import Person
from tests.integration.answers import Json, ask
from tests.integration.fake_classifier import fake_classifier, honest
from tests.integration.fake_collector import FakeCollector, Told, fake_collector
from tests.integration.fake_llm import FakeLlm, fake_llm, good_answers, says
from tests.integration.pages import HTML
from tests.integration.serving import NOWHERE, Servers, client_of, settings_for
from tests.integration.working import ended, rows_source, submit, worker

CANARY = "Kanarienvogel"
BMI = 33.17593
THEIRS = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
HEADERS = {
    "User-Agent": CANARY,
    "X-Request-ID": CANARY,
    "Cookie": f"a={CANARY}",
    "Referer": f"http://localhost/{CANARY}",
    "tracestate": f"{CANARY.lower()}=1",
    "baggage": f"patient={CANARY}",
}
A_TEMPLATE = re.compile(r"(unmatched|/[a-z0-9_.\-/{}:]*)")
A_TYPE = re.compile(r"[A-Z][A-Za-z]*")
OUTCOMES = {"proposals", "llm_timeout", "llm_unavailable", "llm_no_proposal"}
TASKS = {"augmentation.chunk", "augmentation.report"}


@pytest.fixture
def collector() -> Iterator[FakeCollector]:
    with fake_collector() as collector:
        yield collector


@pytest.fixture
def fake(model: ModelVersion, helpable: Person) -> Iterator[FakeLlm]:
    with fake_llm() as fake:
        fake.behaviour = says(*good_answers(model, helpable)[:8])
        yield fake


@pytest.fixture
def private(question: Json) -> Json:
    features = question["features"] | {"bmi": BMI}
    del features["weight"]
    return question | {"patient_id": f"{CANARY}-{uuid4()}", "features": features}


def assert_about_nobody(collector: FakeCollector) -> None:
    """Whatever could carry a person's value has one of a few words, or a number of the protocol."""
    for secret in (CANARY, CANARY.lower(), str(BMI), "SELECT", "INSERT"):
        assert secret.encode() not in collector.raw
    for told in collector.spans:
        assert (told.message, told.others) == ("", 0)
        if told.name not in set(Work):
            method, route = told.name.split(" ")
            assert method in {"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "other"}
            assert A_TEMPLATE.fullmatch(route), told.name
        for name, value in told.attributes.items():
            assert_of_a_closed_set(Attribute(name), value)


def assert_of_a_closed_set(attribute: Attribute, value: str | int) -> None:
    if attribute is Attribute.STATUS:
        assert isinstance(value, int)
        return
    assert isinstance(value, str)
    allowed = {
        Attribute.METHOD: lambda: value.isalpha(),
        Attribute.ROUTE: lambda: A_TEMPLATE.fullmatch(value) is not None,
        Attribute.ERROR: lambda: A_TYPE.fullmatch(value) is not None,
        Attribute.OUTCOME: lambda: value in OUTCOMES,
        Attribute.TASK: lambda: value in TASKS,
    }
    assert allowed[attribute](), (attribute, value)


def every_kind_of_request(client: httpx.Client, private: Json) -> None:
    """Each operation of the document with a canary wherever something may be put, and questions that work."""
    answer = ask(client, private)
    ask(client, private)
    person = private["patient_id"]
    for path, operations in client.get("/openapi.json").json()["paths"].items():
        filled = re.sub(r"\{patient_id\}", person, path)
        for method in operations:
            for place in (re.sub(r"\{[^}]*\}", one, filled) for one in (CANARY, answer["id"])):
                if not place.endswith("/events"):
                    client.request(method, place, params={CANARY: CANARY}, headers=HTML)
                    client.request(method, place, json={CANARY: CANARY})
    client.get(f"/{CANARY}?{CANARY}={CANARY}")
    client.request(CANARY.upper(), f"/patients/{person}/interventions")
    client.get(f"/patients/{person}/interventions", headers=HTML)
    client.post("/predictions", json={"features": private["features"]})
    client.post("/counterfactuals", content=f'{{"{CANARY}')


def only(spans: list[Told], name: str) -> Told:
    (found,) = (told for told in spans if told.name == name)
    return found


def test_no_request_leaves_anything_about_a_person_in_a_trace(
    servers: Servers, collector: FakeCollector, fake: FakeLlm, private: Json
) -> None:
    settings = settings_for(
        Servers(servers.database_url, servers.redis_url, fake.url), otel_exporter_otlp_endpoint=collector.url
    )
    with client_of(settings, headers=HEADERS) as client:
        every_kind_of_request(client, private | {"generator": "llm"})
    assert_about_nobody(collector)
    names = {told.name for told in collector.spans}
    works = {Work.CACHE, Work.DATABASE, Work.SEARCH, Work.RECOMMEND, Work.LANGUAGE_MODEL}
    assert works - {Work.SEARCH} <= names
    assert {
        "POST /counterfactuals",
        "GET /patients/{patient_id}/interventions",
        "GET unmatched",
        "other /patients/{patient_id}/interventions",
    } <= names


def test_a_request_goes_on_with_its_callers_trace_and_the_language_model_with_ours(
    servers: Servers, collector: FakeCollector, fake: FakeLlm, private: Json
) -> None:
    settings = settings_for(
        Servers(servers.database_url, servers.redis_url, fake.url), otel_exporter_otlp_endpoint=collector.url
    )
    with client_of(settings, headers=HEADERS | {"traceparent": THEIRS}) as client:
        ask(client, private, generator="auto")
    ours = [told for told in collector.spans if told.trace_id == THEIRS[3:35]]
    request = only(ours, "POST /counterfactuals")
    assert request.parent_id == THEIRS[36:52]
    assert request.attributes == {
        "http.request.method": "POST",
        "http.route": "/counterfactuals",
        "http.response.status_code": 200,
    }
    inside = [told for told in ours if told is not request and told.name in set(Work)]
    assert {Work.CACHE, Work.DATABASE, Work.SEARCH, Work.RECOMMEND, Work.LANGUAGE_MODEL} <= {
        told.name for told in inside
    }
    assert {told.parent_id for told in inside} == {request.span_id}
    asked = only(inside, Work.LANGUAGE_MODEL)
    assert asked.attributes == {"turnpoint.outcome": "proposals"}
    (sent,) = fake.headers
    assert sent["traceparent"] == f"00-{asked.trace_id}-{asked.span_id}-01"
    assert not {"tracestate", "baggage"} & set(sent)


@pytest.mark.parametrize(
    "given",
    [
        "00-19640312196403121964031219640312-00f067aa0ba902b7-01",
        "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
        f"00-{CANARY}",
        "",
    ],
)
def test_what_can_hardly_be_a_random_id_begins_a_new_trace(
    servers: Servers, collector: FakeCollector, given: str
) -> None:
    settings = settings_for(servers, otel_exporter_otlp_endpoint=collector.url)
    with client_of(settings) as client:
        client.get("/models", headers={"traceparent": given})
    told = only(collector.spans, "GET /models")
    assert told.trace_id not in given
    assert told.parent_id == ""


def test_what_goes_wrong_is_told_by_its_type(
    collector: FakeCollector, servers: Servers, private: Json
) -> None:
    away = Servers("postgresql://turnpoint@127.0.0.1:9/x", servers.redis_url)
    settings = settings_for(away, otel_exporter_otlp_endpoint=collector.url)
    with client_of(settings) as client:
        assert client.post("/predictions", json={"features": private["features"]}).status_code == 503
    request = only(collector.spans, "POST /predictions")
    assert (request.failed, request.attributes["http.response.status_code"]) == (True, 503)
    work = next(told for told in collector.spans if told.parent_id == request.span_id)
    assert work.failed
    assert_about_nobody(collector)


def test_a_collector_that_is_away_costs_no_request(servers: Servers, private: Json) -> None:
    settings = settings_for(servers, otel_exporter_otlp_endpoint=NOWHERE, otel_flush_s=0.1)
    with client_of(settings) as client:
        ask(client, private)


def test_a_worker_traces_its_tasks(
    servers: Servers, collector: FakeCollector, client: httpx.Client, home: Path, helpable: Person
) -> None:
    person = dict(helpable) | {"bmi": BMI, "weight": None}
    with worker(servers, home, OTEL_EXPORTER_OTLP_ENDPOINT=collector.url, OTEL_BSP_SCHEDULE_DELAY="50"):
        ended(client, submit(client, source=rows_source([person])))
    chunk = {"turnpoint.task": "augmentation.chunk"}
    task = next(told for told in collector.spans if told.name == Work.TASK and told.attributes == chunk)
    assert Work.DATABASE in {told.name for told in collector.spans if told.parent_id == task.span_id}
    assert {told.trace_id for told in collector.spans if told.parent_id == ""} == {
        told.trace_id for told in collector.spans if told.name == Work.TASK
    }
    assert_about_nobody(collector)


def test_a_classifier_elsewhere_is_told_of_the_span(model: ModelVersion) -> None:
    kept = InMemorySpanExporter()
    recorder = OpenTelemetryRecorder(SimpleSpanProcessor(kept), "test", "0")
    with fake_classifier() as fake:
        fake.behaviour = honest(model.classifier)
        people = model.population.rows[:20]
        connected = OpenInferenceClassifier.connect(fake.url, model.schema.columns, people)
        with closing(connected), recording(recorder):
            fake.asked.clear()
            with task_span("augmentation.chunk"):
                np.testing.assert_allclose(connected.risk(people), model.classifier.risk(people), atol=1e-6)
    classified, around = kept.get_finished_spans()
    assert (classified.name, around.name) == (Work.CLASSIFIER, Work.TASK)
    own = classified.get_span_context()
    assert own is not None
    (headers,) = fake.asked
    assert headers["traceparent"] == f"00-{own.trace_id:032x}-{own.span_id:016x}-{own.trace_flags:02x}"
