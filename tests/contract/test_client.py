"""The Python client asks and reads as the gateway's OpenAPI document says."""

import inspect
import re
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from pydantic import BaseModel, TypeAdapter

from tests.fhir.validation import faults_of
from tests.integration.serving import SECONDS
from turnpoint import (
    POPULATION,
    Answer,
    Format,
    Job,
    Model,
    Prediction,
    Upload,
    augmenting,
    bundles,
    planning,
    requests,
)
from turnpoint.answer import InterventionsPage
from turnpoint.answers import Feedback, Predictions
from turnpoint.augmenting import Options
from turnpoint.bundles import FHIR
from turnpoint.call import JSON, Call
from turnpoint.jobs import JobsPage
from turnpoint.planning import WhatIf
from turnpoint.plans import Plan, PlansPage
from turnpoint.requests import RequestOptions

Json = dict[str, Any]

WISHES: RequestOptions = {
    "model": "dysglycaemia",
    "max_risk": 0.4,
    "features_to_vary": ["bmi"],
    "features_to_keep": ["activity"],
    "permitted_range": {"bmi": (25.0, None), "active_travel": True},
    "max_changes": 3,
    "count": 2,
    "min_robustness": 0.8,
    "generator": "auto",
    "include": ["treatment"],
    "programme": "intensive",
    "diversity": "least_effort",
    "always": True,
    "idempotency_key": "key",
    "wait": 2.5,
    "fhir": {"resourceType": "Bundle", "type": "collection"},
    "fhir_patient": "birch",
    "days": {date(2026, 3, 1): {"bmi": 31.0}, "2026-03-02": {}},
}
TARGETS: list[RequestOptions] = [
    {"max_risk": 0.4},
    {"relative_reduction": 0.2},
    {"absolute_reduction": 0.1},
]
"""A question has one of them."""
OPTIONS: Options = {
    "improvements": True,
    "model": "dysglycaemia",
    "per_row": 2,
    "generator": "search",
    "seed": 1,
    "max_rows": 10,
    "on_invalid": "skip",
    "min_robustness": 0.5,
    "id_column": "seqn",
    "ignore_columns": ["site"],
    "idempotency_key": "key",
}
DAY = date(2027, 3, 31)
UPLOAD = Upload(id=uuid4(), rows=1, valid=1, invalid=0, faults=[])
SOURCES = [POPULATION, UPLOAD, [{"age": 54}]]
CALLS: dict[str, tuple[Call[Any], Any]] = {
    "ask": (requests.ask("P-1", {"age": 54}, WISHES), Answer),
    "recorded": (requests.recorded(uuid4()), Answer),
    "interventions": (requests.interventions("P-1", uuid4(), 5), InterventionsPage),
    "give_feedback": (
        requests.give_feedback(uuid4(), uuid4(), "declined", "other", "too far", uuid4()),
        Feedback,
    ),
    "make_plan": (
        planning.make_plan("P-1", WhatIf(uuid4(), {"bmi": 28.5}), "Walk", "with her sister", DAY),
        Plan,
    ),
    "plans": (planning.plans("P-1", uuid4(), 5), PlansPage),
    "change_plan": (
        planning.change_plan("P-1", uuid4(), "stopped", uuid4(), DAY, "other", "moved away"),
        Plan,
    ),
    "predict": (
        requests.predict({"age": 54}, "dysglycaemia", None, "P-1", None, {"2026-03-02": {"bmi": 31.0}}),
        Prediction | Predictions,
    ),
    "predict_many": (
        requests.predict_many([{"age": 54}], "dysglycaemia", "P-1"),
        Prediction | Predictions,
    ),
    "models": (requests.models(), list[Model]),
    "schema": (requests.schema("dysglycaemia"), None),
    "upload": (augmenting.upload(Path("rows.csv"), "dysglycaemia", "seqn", ["site"]), Upload),
    "submit": (augmenting.submit(POPULATION, "low", OPTIONS), Job),
    "job": (augmenting.job(uuid4()), Job),
    "jobs": (augmenting.jobs(uuid4(), 5), JobsPage),
    "cancel": (augmenting.cancel(uuid4()), Job),
    "report": (augmenting.report(uuid4()), Json),
    "report_page": (augmenting.report_page(uuid4()), str),
    "data_card": (augmenting.data_card(uuid4()), str),
    "rows": (augmenting.rows(uuid4(), Format.PARQUET, "1.1"), None),
    "answer": (bundles.answer(uuid4()), None),
    "interventions_in_fhir": (bundles.interventions("P-1", 5), None),
    "plans_in_fhir": (bundles.plans("P-1", 5), None),
}
"""Every call with every field it can carry, and what is read of its answer."""


@pytest.fixture(scope="module")
def document(url: str) -> Json:
    document: Json = (
        httpx.get(f"{url}/openapi.json", timeout=SECONDS, trust_env=False).raise_for_status().json()
    )
    return document


def test_every_call_is_looked_at() -> None:
    made = {
        name
        for module in (requests, augmenting, planning, bundles)
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == module.__name__ and not name.startswith("_")
    }
    assert made - {"format_of"} == {name.removesuffix("_in_fhir") for name in CALLS}
    assert set(RequestOptions.__annotations__) == set(WISHES).union(*TARGETS)
    assert set(Options.__annotations__) == set(OPTIONS)


@pytest.mark.parametrize("name", CALLS)
def test_what_is_asked_exists(document: Json, name: str) -> None:
    call, _ = CALLS[name]
    operation = operation_of(document, call)
    known = {(one["in"], one["name"]) for one in operation.get("parameters", [])}
    assert {("query", key) for key in call.query} <= known
    assert {("header", key) for key in call.headers} <= known
    if call.media_type is not None:
        sent = operation["requestBody"]["content"]
        assert call.media_type in sent
        if call.media_type == JSON:
            assert isinstance(call.content, dict)
            assert_takes(document, sent[JSON]["schema"], call.content, name)


@pytest.mark.parametrize("target", TARGETS, ids=str)
def test_every_kind_of_target_exists(document: Json, target: RequestOptions) -> None:
    call = requests.ask("P-1", {"age": 54}, target)
    assert isinstance(call.content, dict)
    assert call.content["target"] == target
    schema = operation_of(document, call)["requestBody"]["content"][JSON]["schema"]
    assert_takes(document, schema, call.content, "ask")


def test_an_option_is_planned_by_its_id(document: Json) -> None:
    call = planning.make_plan("P-1", uuid4(), None, None, None)
    assert isinstance(call.content, dict)
    assert set(call.content) == {"counterfactual_id"}
    schema = operation_of(document, call)["requestBody"]["content"][JSON]["schema"]
    assert_takes(document, schema, call.content, "make_plan")


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: type(source).__name__)
def test_every_source_of_a_job_exists(document: Json, source: Any) -> None:
    call = augmenting.submit(source, "high", OPTIONS)
    assert isinstance(call.content, dict)
    schema = operation_of(document, call)["requestBody"]["content"][JSON]["schema"]
    assert_takes(document, schema, call.content, "submit")


@pytest.mark.parametrize("name", [name for name, (_, kind) in CALLS.items() if kind not in (None, str, Json)])
def test_what_is_read_is_there_and_of_a_kind_that_is_understood(document: Json, name: str) -> None:
    call, kind = CALLS[name]
    success, *alike = [
        one for status, one in operation_of(document, call)["responses"].items() if status[0] == "2"
    ]
    assert all(one["content"][JSON] == success["content"][JSON] for one in alike)
    mine = TypeAdapter(kind).json_schema(by_alias=True, mode="validation")
    assert_understood(Both(document, mine), success["content"][JSON]["schema"], mine, name)


def test_rows_come_in_every_format(document: Json) -> None:
    success = operation_of(document, CALLS["rows"][0])["responses"]["200"]
    assert {str(kind) for kind in Format} <= set(success["content"])


@pytest.mark.parametrize("name", ["answer", "interventions_in_fhir", "plans_in_fhir"])
def test_bundles_come_in_fhir(document: Json, name: str) -> None:
    success = operation_of(document, CALLS[name][0])["responses"]["200"]["content"][FHIR]
    assert success["example"]["resourceType"] == "Bundle"
    assert faults_of(success["example"]) == []


def test_a_field_that_the_service_lacks_would_be_noticed(document: Json) -> None:
    class Other(BaseModel):
        risk: str
        label: str

    call, _ = CALLS["predict"]
    theirs = operation_of(document, call)["responses"]["200"]["content"][JSON]["schema"]
    mine = Other.model_json_schema()
    with pytest.raises(AssertionError, match="risk"):
        assert_understood(Both(document, mine), theirs, mine, "predict")


class Both:
    """The two documents that references are into."""

    def __init__(self, theirs: Json, mine: Json) -> None:
        self.theirs, self.mine = theirs, mine


def operation_of(document: Json, call: Call[Any]) -> Json:
    """The operation of a call, however the document names what stands in the path."""
    paths = {re.sub(r"{\w+}", "{}", path): operations for path, operations in document["paths"].items()}
    operation: Json = paths[re.sub(r"{\w+}", "{}", call.route)][call.method.lower()]
    return operation


def resolved(document: Json, schema: Json) -> Json:
    while "$ref" in schema:
        found: Any = document
        for part in schema["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        schema = found
    return schema


def alternatives(document: Json, schema: Json) -> list[Json]:
    """What a value may be, one schema for each kind."""
    schema = resolved(document, schema)
    either = schema.get("anyOf") or schema.get("oneOf")
    if either:
        return [one for each in either for one in alternatives(document, each)]
    kinds = schema.get("type")
    return [schema | {"type": kind} for kind in kinds] if isinstance(kinds, list) else [schema]


def assert_takes(document: Json, schema: Json, value: Any, where: str) -> None:
    """Every field of what is sent is one of the request's, all the way down."""
    objects = [one for one in alternatives(document, schema) if one.get("type") == "object"]
    if not isinstance(value, dict):
        return
    assert objects, where
    fits = [one for one in objects if set(value) <= set(one.get("properties", value))]
    fits = [one for one in fits if set(one.get("required", ())) <= set(value)]
    assert fits, f"{where}: no request has the fields {sorted(value)}"
    for name, part in value.items():
        if name in fits[0].get("properties", {}):
            assert_takes(document, fits[0]["properties"][name], part, f"{where}/{name}")


def assert_understood(both: Both, theirs: Json, mine: Json, where: str) -> None:
    """Whatever the service may send, the client's model takes."""
    takes = alternatives(both.mine, mine)
    for sent in alternatives(both.theirs, theirs):
        fits = [one for one in takes if _is_of_kind(sent, one)]
        assert fits, f"{where}: {sent.get('type')} is not among {[one.get('type') for one in takes]}"
        _assert_parts_understood(both, sent, fits[0], where)


def _assert_parts_understood(both: Both, sent: Json, taken: Json, where: str) -> None:
    if "properties" in taken:
        lacking = set(taken["properties"]) - set(sent["properties"])
        assert not lacking, f"{where}: the service has no {sorted(lacking)}"
        unsure = set(taken.get("required", ())) - set(sent.get("required", ()))
        assert not unsure, f"{where}: the service may leave out {sorted(unsure)}"
        for name, part in taken["properties"].items():
            assert_understood(both, sent["properties"][name], part, f"{where}/{name}")
    for inner in ("items", "additionalProperties"):
        if isinstance(taken.get(inner), dict) and isinstance(sent.get(inner), dict):
            assert_understood(both, sent[inner], taken[inner], f"{where}/{inner}")


def _is_of_kind(sent: Json, taken: Json) -> bool:
    kinds = (sent.get("type"), taken.get("type"))
    same = kinds[0] == kinds[1] or kinds == ("integer", "number")
    formats = same and taken.get("format") in (None, sent.get("format"))
    needed: Iterable[str] = taken.get("required", ())
    tells = set(needed) <= set(sent.get("properties", needed))
    return formats and tells and _among(sent.get("enum"), taken.get("enum"))


def _among(sent: Iterable[Any] | None, taken: Iterable[Any] | None) -> bool:
    return taken is None or (sent is not None and set(sent) <= set(taken))
