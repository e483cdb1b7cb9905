"""Bad input: a problem that names the place, never the value, and not a row in the record."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import psycopg
import pytest

from app.domain.schema import FeatureSchema
from tests.integration.answers import Json
from tests.integration.serving import row_counts

CANARY = "Kanarienvogel"
"""A value that must not come back in any response."""
CANARY_NUMBER = 987654.25
HUGE = 10**400

Connection = psycopg.Connection[tuple[Any, ...]]
Edit = Callable[[Json], Json]


@dataclass(frozen=True, slots=True)
class Row:
    """What is done to a good request, and the faults it gives."""

    edit: Edit
    pointers: tuple[str, ...]


def feature(name: str, value: object, *more: str) -> Row:
    """One feature with another value."""
    return Row(lambda q: q | {"features": q["features"] | {name: value}}, (f"/features/{name}", *more))


def without(name: str) -> Row:
    """One feature left out."""
    return features(lambda f: {k: v for k, v in f.items() if k != name}, f"/features/{name}")


def features(edit: Edit, *pointers: str) -> Row:
    """Several features at once."""
    return Row(lambda q: q | {"features": edit(q["features"])}, pointers)


def field(name: str, value: object, *pointers: str) -> Row:
    """One field of the request beside the features."""
    return Row(lambda q: q | {name: value}, pointers or (f"/{name}",))


def vary(*names: object, at: str = "/0") -> Row:
    return field("constraints", {"features_to_vary": list(names)}, f"/constraints/features_to_vary{at}")


def keep(*names: object, at: str = "/0") -> Row:
    return field("constraints", {"features_to_keep": list(names)}, f"/constraints/features_to_keep{at}")


def permit(ranges: object, at: str = "") -> Row:
    return field("constraints", {"permitted_range": ranges}, f"/constraints/permitted_range{at}")


FAULTS: dict[str, Row] = {
    "unknown feature": feature("shoe_size", CANARY_NUMBER),
    "unknown feature named like data": features(lambda f: f | {f"{CANARY} Müller": 1}, "/features"),
    "unknown feature named like a number of somebody's": features(
        lambda f: f | {"NHS9434765919": 1}, "/features"
    ),
    "unknown feature with a slash": features(lambda f: f | {f"a/b~{CANARY}": 1}, "/features"),
    "unknown feature with NUL": features(lambda f: f | {"bmi\0": 1}, "/features"),
    "unknown feature of 5000 letters": features(lambda f: f | {CANARY * 400: 1}, "/features"),
    "feature __proto__": feature("__proto__", CANARY),
    "feature __class__": feature("__class__", CANARY),
    "missing feature": without("bmi"),
    "missing category": without("sex"),
    "yes or no in quotes": feature("active_travel", "true"),
    "null for a required feature": feature("age", None),
    "no features at all": features(
        lambda _: {},
        *(f"/features/{name}" for name in ("age", "sex", "height", "bmi")),
    ),
    "text for a number": feature("bmi", CANARY),
    "number in quotes": feature("bmi", "33.1"),
    "list for a number": feature("bmi", [CANARY_NUMBER]),
    "object for a number": feature("bmi", {"value": CANARY_NUMBER}),
    "yes or no for a number": feature("age", True),
    "fraction for a whole number": feature("age", 54.5),
    "NaN": feature("bmi", float("nan")),
    "infinity": feature("bmi", float("inf")),
    "minus infinity": feature("bmi", float("-inf")),
    "above the clinical range": feature("bmi", CANARY_NUMBER),
    "below the clinical range": feature("height", -CANARY_NUMBER),
    "a number of 400 digits": feature("age", HUGE),
    "minus a number of 400 digits": feature("bmi", -HUGE),
    "1e400": features(lambda f: f | {"bmi": 1e400}, "/features/bmi"),
    "number for yes or no": feature("active_travel", 1),
    "text for yes or no": feature("active_travel", "yes"),
    "unknown category": feature("sex", CANARY),
    "category with NUL": feature("sex", "male\0"),
    "category as a list": feature("sex", ["male"]),
    "weight against BMI and height": feature("weight", 399.75),
    "diastolic above systolic": features(lambda f: f | {"dbp": 150, "sbp": 110}, "/features/dbp"),
    "HDL above total cholesterol": features(
        lambda f: f | {"hdl_cholesterol": 190, "total_cholesterol": 120}, "/features/hdl_cholesterol"
    ),
    "sugars above carbohydrate": features(lambda f: f | {"sugar": 1450, "fibre": 0}, "/features/sugar"),
    "two faults": features(
        lambda f: f | {"bmi": CANARY, "age": CANARY_NUMBER}, "/features/age", "/features/bmi"
    ),
    "features as a list": field("features", [CANARY]),
    "features as text": field("features", CANARY),
    "features null": field("features", None),
    "field unknown to the request": field(CANARY.lower(), CANARY, f"/{CANARY.lower()}"),
    "unknown model": field("model", CANARY),
    "model with NUL": field("model", "dysglycaemia\0"),
    "model as a number": field("model", 17),
    "patient id of 65 characters": field("patient_id", CANARY + "x" * 52),
    "patient id empty": field("patient_id", ""),
    "patient id with a slash": field("patient_id", f"{CANARY}/1"),
    "patient id with a space": field("patient_id", f"Erika {CANARY}"),
    "patient id with NUL": field("patient_id", f"{CANARY}\0"),
    "patient id with a line end": field("patient_id", f"{CANARY}\n"),
    "patient id in other digits": field("patient_id", f"{CANARY}٣"),
    "patient id as a number": field("patient_id", 987654),
    "patient id null": field("patient_id", None),
    "count 0": field("count", 0),
    "count 11": field("count", 11),
    "count -1": field("count", -1),
    "count in quotes": field("count", "4"),
    "count true": field("count", True),
    "count 4.5": field("count", 4.5),
    "count of 400 digits": field("count", HUGE),
    "target 0": field("target", {"max_risk": 0}, "/target/max_risk"),
    "target 1": field("target", {"max_risk": 1}, "/target/max_risk"),
    "target below 0": field("target", {"max_risk": -CANARY_NUMBER}, "/target/max_risk"),
    "target NaN": field("target", {"max_risk": float("nan")}, "/target/max_risk"),
    "target in quotes": field("target", {"max_risk": "0.4"}, "/target/max_risk"),
    "target true": field("target", {"max_risk": True}, "/target/max_risk"),
    "target of 400 digits": field("target", {"max_risk": HUGE}, "/target/max_risk"),
    "target empty": field("target", {}, "/target"),
    "target of null": field("target", {"max_risk": None, "absolute_reduction": None}, "/target"),
    "two kinds of target": field("target", {"max_risk": 0.4, "relative_reduction": 0.2}, "/target"),
    "three kinds of target": field(
        "target", {"max_risk": 0.4, "relative_reduction": 0.2, "absolute_reduction": 0.1}, "/target"
    ),
    "unknown kind of target": field("target", {CANARY.lower(): 0.2}, f"/target/{CANARY.lower()}"),
    "relative reduction 0": field("target", {"relative_reduction": 0}, "/target/relative_reduction"),
    "relative reduction 1": field("target", {"relative_reduction": 1}, "/target/relative_reduction"),
    "relative reduction in per cent": field(
        "target", {"relative_reduction": CANARY_NUMBER}, "/target/relative_reduction"
    ),
    "relative reduction in quotes": field(
        "target", {"relative_reduction": "0.2"}, "/target/relative_reduction"
    ),
    "relative reduction true": field("target", {"relative_reduction": True}, "/target/relative_reduction"),
    "absolute reduction 0": field("target", {"absolute_reduction": 0}, "/target/absolute_reduction"),
    "a fall of nothing": field("target", {"relative_reduction": 1e-17}, "/target/relative_reduction"),
    "absolute reduction 1": field("target", {"absolute_reduction": 1}, "/target/absolute_reduction"),
    "absolute reduction below 0": field(
        "target", {"absolute_reduction": -CANARY_NUMBER}, "/target/absolute_reduction"
    ),
    "absolute reduction NaN": field(
        "target", {"absolute_reduction": float("nan")}, "/target/absolute_reduction"
    ),
    "absolute reduction above the present risk": field(
        "target", {"absolute_reduction": 0.987654}, "/target/absolute_reduction"
    ),
    "target as a number": field("target", 0.4),
    "robustness above 1": field("min_robustness", 1.01),
    "robustness NaN": field("min_robustness", float("nan")),
    "robustness in quotes": field("min_robustness", "0.8"),
    "unknown generator": field("generator", CANARY),
    "varying a fixed feature": vary("age"),
    "varying a linked feature": vary("waist"),
    "varying an unknown feature": vary("bmi", CANARY, at="/1"),
    "varying with NUL": vary("bmi\0"),
    "varying a number": vary(987654),
    "varying 101 features": vary(*["bmi"] * 101, at=""),
    "varying what treatment alone moves": vary("sbp"),
    "varying what only follows": vary("pulse"),
    "varying a theme of another model": vary("treatment"),
    "keeping a fixed feature": keep("age"),
    "keeping an unknown theme": keep("food", CANARY, at="/1"),
    "keeping a number": keep(987654),
    "keeping 101 features": keep(*["bmi"] * 101, at=""),
    "keeping as text": field("constraints", {"features_to_keep": CANARY}, "/constraints/features_to_keep"),
    "varying and keeping the same": field(
        "constraints",
        {"features_to_vary": ["fibre", "bmi"], "features_to_keep": ["bmi"]},
        "/constraints/features_to_vary/1",
    ),
    "varying a feature of a theme that is kept": field(
        "constraints",
        {"features_to_vary": ["bmi", "fibre"], "features_to_keep": ["food"]},
        "/constraints/features_to_vary/1",
    ),
    "unknown inclusion": field("include", ["treatment", CANARY], "/include/1"),
    "inclusion as text": field("include", "treatment"),
    "inclusion null": field("include", None),
    "unknown programme": field("programme", CANARY),
    "programme null": field("programme", None),
    "unknown diversity": field("diversity", CANARY),
    "diversity as a list": field("diversity", ["strategies"]),
    "always in quotes": field("always", "true"),
    "always as a number": field("always", 1),
    "always as data": field("always", CANARY),
    "always null": field("always", None),
    "always, but no options": Row(lambda q: q | {"always": True, "count": 0}, ("/count",)),
    "permitting a fixed feature": permit({"age": [20, 50]}, "/age"),
    "permitting an unknown feature": permit({CANARY: [1, 2]}),
    "permitting a category": permit({"sex": [0, 1]}, "/sex"),
    "low above high": permit({"bmi": [30, 27]}, "/bmi"),
    "range NaN": permit({"bmi": [float("nan"), None]}, "/bmi/0"),
    "range infinite": permit({"bmi": [None, float("inf")]}, "/bmi/1"),
    "range in quotes": permit({"bmi": ["27", None]}, "/bmi/0"),
    "range of 400 digits": permit({"bmi": [None, HUGE]}, "/bmi/1"),
    "range with one bound": permit({"bmi": [27]}, "/bmi/1"),
    "range with three bounds": permit({"bmi": [27, 28, 29]}, "/bmi"),
    "range as a number": permit({"bmi": 27}, "/bmi"),
    "true for a number's range": permit({"bmi": True}, "/bmi"),
    "false for a number's bound": permit({"bmi": [False, 27]}, "/bmi"),
    "number for a yes or no": permit({"active_travel": [0, CANARY_NUMBER]}, "/active_travel"),
    "range of a yes or no reversed": permit({"active_travel": [True, False]}, "/active_travel"),
    "range of a yes or no in quotes": permit({"active_travel": ["true", None]}, "/active_travel/0"),
    "ranges as a list": permit([CANARY]),
    "no changes allowed": field("constraints", {"max_changes": 0}, "/constraints/max_changes"),
    "changes in quotes": field("constraints", {"max_changes": "2"}, "/constraints/max_changes"),
    "unknown constraint": field("constraints", {"budget": CANARY_NUMBER}, "/constraints/budget"),
    "constraints as text": field("constraints", CANARY),
    "faults of all sorts": Row(
        lambda q: (
            q | {"features": q["features"] | {"bmi": CANARY}, "constraints": {"features_to_vary": ["age"]}}
        ),
        ("/constraints/features_to_vary/0", "/features/bmi"),
    ),
}


@pytest.fixture(autouse=True)
def nothing_recorded(database: Connection) -> Iterator[None]:
    """No test of this file leaves a row."""
    before = row_counts(database)
    yield
    assert row_counts(database) == before


def assert_problem(response: httpx.Response, status: int) -> Json:
    """A problem document of this status that repeats nothing of what was sent."""
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    problem: Json = response.json()
    assert problem["status"] == status
    assert problem["title"]
    for value in (CANARY, "987654", "399.75", "9" * 20, "0" * 20):
        assert value not in response.text
    return problem


def post(
    client: httpx.Client,
    body: bytes | Iterator[bytes],
    kind: str | None = "application/json",
    path: str = "/counterfactuals",
) -> httpx.Response:
    return client.post(path, content=body, headers={"Content-Type": kind} if kind else None)


@pytest.mark.parametrize("row", FAULTS.values(), ids=FAULTS)
def test_a_fault_is_named_by_its_pointer(client: httpx.Client, question: Json, row: Row) -> None:
    body = json.dumps(row.edit(question)).encode()
    problem = assert_problem(post(client, body), 422)
    pointers = [fault["pointer"] for fault in problem["errors"]]
    assert sorted(pointers) == sorted(row.pointers)
    assert all(fault["detail"] for fault in problem["errors"])


def test_the_table_knows_which_features_are_required(schema: FeatureSchema) -> None:
    required = {f"/features/{feature.name}" for feature in schema.features if feature.missing == "refused"}
    assert set(FAULTS["no features at all"].pointers) == required


PREDICTION_FAULTS = [name for name, row in FAULTS.items() if row.pointers[0].startswith("/features")]


@pytest.mark.parametrize("name", PREDICTION_FAULTS)
def test_predictions_refuse_the_same_features(client: httpx.Client, question: Json, name: str) -> None:
    asked = {"features": FAULTS[name].edit(question)["features"]}
    response = post(client, json.dumps(asked).encode(), path="/predictions")
    problem = assert_problem(response, 422)
    assert sorted(fault["pointer"] for fault in problem["errors"]) == sorted(FAULTS[name].pointers)


UNREADABLE = {
    "nothing": b"",
    "not JSON": CANARY.encode(),
    "cut off": b'{"patient_id": "Kanarienvogel", "feat',
    "two documents": b"{} {}",
    "single quotes": b"{'patient_id': 'Kanarienvogel'}",
    "Latin-1": '{"patient_id": "Kanarienvogel\xfc"}'.encode("latin-1"),
    "UTF-16": f'{{"patient_id": "{CANARY}"'.encode("utf-16"),
    "nested deep": b'{"features": ' + b"[" * 100_000,
    "nested deep and closed": b'{"features": ' + b"[" * 50_000 + b"]" * 50_000 + b"}",
    "a number of 5000 digits": b'{"patient_id": ' + b"9" * 5000 + b"}",
}


@pytest.mark.parametrize("body", UNREADABLE.values(), ids=UNREADABLE)
def test_a_body_that_cannot_be_read(client: httpx.Client, body: bytes) -> None:
    response = post(client, body)
    assert_problem(response, response.status_code)
    assert response.status_code in (400, 422)


@pytest.mark.parametrize("body", ["[]", "null", '"Kanarienvogel"', "987654", "true", "[[]]"])
def test_a_body_that_is_no_object(client: httpx.Client, body: str) -> None:
    problem = assert_problem(post(client, body.encode()), 422)
    assert [fault["pointer"] for fault in problem["errors"]] == [""]


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "text/html", None])
def test_a_body_of_another_kind(client: httpx.Client, question: Json, kind: str | None) -> None:
    response = post(client, json.dumps(question).encode(), kind)
    assert_problem(response, response.status_code)
    assert response.status_code in (415, 422)


@pytest.mark.parametrize("name", ["patient_id", "features"])
def test_a_field_twice_with_another_value_is_no_good_request(
    client: httpx.Client, question: Json, name: str
) -> None:
    body = json.dumps(question)[:-1] + f', "{name}": "{CANARY} {CANARY}"}}'
    problem = assert_problem(post(client, body.encode()), 422)
    assert problem["errors"] == [{"pointer": f"/{name}", "detail": "is there more than once"}]


TOO_LONG = b'{"patient_id": "' + CANARY.encode() * (9 * 2**20 // len(CANARY)) + b'"}'
"""More than a question with a bundle may have."""


def test_a_body_that_is_too_long(client: httpx.Client) -> None:
    assert_problem(post(client, TOO_LONG), 413)


def test_a_body_that_is_too_long_and_whose_length_is_not_announced(client: httpx.Client) -> None:
    pieces = (TOO_LONG[i : i + 65_536] for i in range(0, len(TOO_LONG), 65_536))
    assert_problem(post(client, pieces), 413)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (f"/counterfactuals/{CANARY}", 422),
        ("/counterfactuals/00000000-0000-7000-8000-000000000000", 404),
        (f"/patients/{CANARY}%20M/interventions", 422),
        (f"/patients/{CANARY}%00/interventions", 422),
        (f"/patients/{CANARY}%2F1/interventions", 404),
        (f"/patients/{CANARY * 6}/interventions", 422),
        (f"/patients/{CANARY}/interventions?before={CANARY}", 422),
        (f"/patients/{CANARY}/interventions?limit=0", 422),
        (f"/patients/{CANARY}/interventions?limit=101", 422),
        (f"/patients/{CANARY}/interventions?limit={CANARY}", 422),
        (f"/patients/{CANARY}/interventions", 404),
        (f"/models/{CANARY}", 404),
        (f"/models/{CANARY * 6}", 422),
        (f"/{CANARY}", 404),
        (f"/counterfactuals/../{CANARY}", 404),
    ],
)
def test_paths_that_lead_nowhere(client: httpx.Client, path: str, status: int) -> None:
    assert_problem(client.get(path), status)


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/counterfactuals"), ("PUT", "/predictions"), ("DELETE", "/models")]
)
def test_methods_that_do_not_exist(client: httpx.Client, method: str, path: str) -> None:
    response = client.request(method, path)
    assert_problem(response, 405)
    assert response.headers["allow"]
