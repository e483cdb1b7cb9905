"""Every fault that a model of a request can have is told in our own words, at a place in the request."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.params import Param
from fastapi.routing import APIRoute
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from app.domain.errors import ParameterIssue, ValidationIssue
from app.faces.api import augmentations as augmentation
from app.faces.api import (
    counterfactuals,
    drift,
    feedback,
    measurements,
    models,
    patient_data,
    plans,
    predictions,
    preferences,
)
from app.faces.http.places import faults_of
from app.faces.pages.patient import endpoints as patients
from app.parsing.misfits import UNSAID
from tests.documents import assert_leads_somewhere, places, put

Json = Any
FACES = (
    counterfactuals,
    predictions,
    preferences,
    feedback,
    measurements,
    plans,
    patient_data,
    augmentation,
    patients,
    models,
    drift,
)
ROUTES = [route for face in FACES for route in face.router.routes if isinstance(route, APIRoute)]
UUID = "01989f3e-7a2b-7c40-9d1e-5b8a4c2f6e01"
LIBRARY = ("Input", "should", "valid", "unable", "String", "Value error", "instance", "parse", "pydantic")
"""Words that pydantic's sentences have, and ours have not."""

CONSTRAINTS = {
    "features_to_vary": ["bmi"],
    "features_to_keep": ["activity"],
    "permitted_range": {"bmi": [25, None], "active_travel": True, "moderate_activity": [False, True]},
    "max_changes": 2,
    "use_preferences": True,
}
QUESTION = {
    "patient_id": "P-1",
    "model": "m",
    "features": {"age": 54},
    "fhir": {"resourceType": "Bundle"},
    "fhir_patient": "P-2",
    "days": [{"date": "2026-03-01", "features": {"bmi": 31}}, {"date": "2026-03-02"}],
    "target": {"max_risk": 0.4},
    "constraints": CONSTRAINTS,
    "count": 3,
    "min_robustness": 0.5,
    "generator": "auto",
    "include": ["treatment"],
    "programme": "intensive",
    "diversity": "least_effort",
    "always": True,
}
RESULT = {
    "model": "m",
    "measured_on": "2026-10-12",
    "value": 5.4,
    "unit": "%",
    "finding": None,
    "withdrawn": False,
    "replaces": UUID,
}
GOOD: dict[str, list[Json]] = {
    "createCounterfactuals": [
        QUESTION,
        QUESTION | {"target": {"relative_reduction": 0.2}},
        QUESTION | {"target": {"absolute_reduction": 0.1}},
    ],
    "createPrediction": [
        {
            "model": "m",
            "features": {"age": 54},
            "fhir": {"resourceType": "Bundle"},
            "patient_id": "P-1",
            "fhir_patient": "P-2",
            "days": [{"date": "2026-03-01", "features": {"bmi": 31}}],
        },
        {"instances": [{"features": {"age": 54}}]},
    ],
    "replacePreferences": [
        {"model": "m", "codes": ["pregnancy"], "features_to_keep": ["food"], "replaces": UUID},
    ],
    "createFeedback": [
        {
            "counterfactual_id": UUID,
            "verdict": "declined",
            "reason": "other",
            "note": "too far",
            "replaces": UUID,
        },
    ],
    "createMeasurement": [
        RESULT,
        RESULT | {"value": None, "unit": None, "finding": "absent"},
        RESULT | {"measured_on": None, "value": None, "unit": None, "withdrawn": True},
    ],
    "createPlan": [
        {"counterfactual_id": UUID, "name": "Walk", "note": "with her sister", "review_on": "2027-03-31"},
        {"what_if": {"answer_id": UUID, "values": {"bmi": 28.5}}},
    ],
    "changePlan": [
        {"kind": "review_moved", "replaces": UUID, "review_on": "2027-03-31"},
        {"kind": "stopped", "replaces": UUID, "reason": "other", "note": "moved away"},
    ],
    "createAugmentation": [
        {
            "model": "m",
            "source": source,
            "target_label": "low",
            "per_row": 2,
            "generator": "search",
            "seed": 1,
            "max_rows": 10,
            "min_robustness": 0.5,
            "improvements": True,
            "on_invalid": "skip",
        }
        for source in (
            {"kind": "rows", "rows": [{"age": 54}]},
            {"kind": "upload", "upload_id": UUID},
            {"kind": "population"},
        )
    ],
}
"""Bodies with every field that there is, by operation."""

HUGE = 10**400
ODD: list[Json] = [
    *(None, True, 0, -1, 1.5, 17, HUGE, -HUGE, 2**40, float("inf"), float("nan")),
    *("", "x", "1", "1.5", "true", "x" * 5000, "\ud800", "a b", "-", "\0"),
    *([], [1], [[]], ["x"] * 200, [None, None, None], {}, {"a": 1}, {"a/b~c": {}}, {"kind": "rows"}),
]


def body_model(route: APIRoute) -> TypeAdapter[Any] | None:
    field = route.body_field
    model: Any = field.field_info.annotation if field else None
    return TypeAdapter(model) if model else None


BODIES = [
    (route, adapter, body)
    for route in ROUTES
    if (adapter := body_model(route))
    for body in GOOD[str(route.operation_id)]
]


def spoilt(body: Json) -> Iterator[Json]:
    """The body with each place put to each odd value, left out, or joined by another field."""
    for at in places(body):
        yield from (put(body, at, value) for value in ODD)
        node = body
        for key in at:
            node = node[key]
        if isinstance(node, dict):
            yield put(body, at, {**node, "shoe_size": 44})
            yield put(body, at, {**node, "Erika M": 1})
            yield from (put(body, at, {k: v for k, v in node.items() if k != key}) for key in node)


def faults_in(adapter: TypeAdapter[Any], body: Json) -> list[ValidationIssue | ParameterIssue]:
    try:
        adapter.validate_python(body)
    except ValidationError as error:
        entries = [{**entry, "loc": ("body", *entry["loc"])} for entry in error.errors()]
        found = [(fault, str(entry["type"])) for entry in entries for fault in faults_of(entry, body)]
        for fault, kind in found:
            assert_own_words(fault.detail, kind)
        return [fault for fault, _ in found]
    return []


def assert_own_words(detail: str, kind: str) -> None:
    assert detail != UNSAID, f"no sentence is written for {kind}"
    assert not [word for word in LIBRARY if word in detail], detail
    assert detail
    assert "{" not in detail


def test_every_body_is_looked_at() -> None:
    assert {str(route.operation_id) for route, *_ in BODIES} == set(GOOD)
    for route, adapter, body in BODIES:
        adapter.validate_python(body)
        said = {name for one in GOOD[str(route.operation_id)] for name in one}  # some exclude each other
        assert said == set(adapter.json_schema(by_alias=True)["properties"])


@pytest.mark.parametrize("number", range(len(BODIES)))
def test_faults_of_bodies_are_told_in_own_words(number: int) -> None:
    _, adapter, body = BODIES[number]
    told = [(fault, changed) for changed in spoilt(body) for fault in faults_in(adapter, changed)]
    assert len(told) > 50
    for fault, changed in told:
        assert isinstance(fault, ValidationIssue)
        assert_leads_somewhere(fault.pointer, changed)


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=300, derandomize=True, database=None, deadline=None)
@given(st.data())
def test_whatever_stands_anywhere_is_told_in_own_words(data: st.DataObject) -> None:
    _, adapter, body = data.draw(st.sampled_from(BODIES))
    at = data.draw(st.sampled_from(list(places(body))))
    changed = put(body, at, data.draw(JSON_VALUES))
    for fault in faults_in(adapter, changed):
        assert isinstance(fault, ValidationIssue)
        assert_leads_somewhere(fault.pointer, changed)


PARAMETERS = [
    (route, field)
    for route in ROUTES
    for field in (
        *route.dependant.path_params,
        *route.dependant.query_params,
        *route.dependant.header_params,
        *(one for inner in route.dependant.dependencies for one in inner.path_params),
    )
]


@pytest.mark.parametrize(
    ("route", "field"), PARAMETERS, ids=[f"{r.operation_id}-{f.alias}" for r, f in PARAMETERS]
)
def test_faults_of_parameters_are_told_by_name(route: APIRoute, field: Any) -> None:
    info = field.field_info
    assert isinstance(info, Param)
    place = info.in_.value
    for text in ("", "x", "-1", "999999", "1.5", "x" * 5000, "a b", "\0", "ü", "1_3"):
        _, errors = field.validate(text, {}, loc=(place, field.alias))
        for entry in errors or []:
            (fault,) = faults_of(entry, None)
            assert isinstance(fault, ParameterIssue)
            assert (fault.parameter, fault.place) == (field.alias, place)
            assert_own_words(fault.detail, str(entry["type"]))
            assert text not in fault.detail or len(text) < 2


def test_no_sentence_repeats_what_was_sent() -> None:
    canary = "Kanarienvogel"
    for _, adapter, body in BODIES:
        for at in places(body):
            for value in (canary, [canary], {"a": canary}, {canary: canary}):
                details = [fault.detail for fault in faults_in(adapter, put(body, at, value))]
                assert canary not in json.dumps(details)
