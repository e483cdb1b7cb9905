"""What a patient can or will not do is kept with them and heeded, and what cannot be is told at its place."""

import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import httpx
import psycopg
import pytest

from tests.asking import Person
from tests.integration.answers import Json, ask, found
from tests.integration.entering import typed_in
from tests.integration.pages import HTML, HTMX, page_of
from tests.integration.serving import row_counts

Database = psycopg.Connection[tuple[Any, ...]]
HOSTILE = '<script>alert(1)</script>"\N{RIGHT-TO-LEFT OVERRIDE}'


@pytest.fixture
def answer(client: httpx.Client, patient_id: str, heavy: Person) -> Json:
    return found(client, {"patient_id": patient_id, "features": dict(heavy), "generator": "search"})


def put(client: httpx.Client, patient: str, **said: Any) -> httpx.Response:
    """In place of what stands, unless it is said what is to be replaced."""
    if "replaces" not in said:
        found = client.get(f"/patients/{patient}/preferences", params={"model": "dysglycaemia"})
        said["replaces"] = found.json().get("id")
    return client.put(f"/patients/{patient}/preferences", json=said)


def standing(client: httpx.Client, patient: str, model: str = "dysglycaemia") -> Json:
    response = client.get(f"/patients/{patient}/preferences", params={"model": model})
    found: Json = response.raise_for_status().json()
    return found


def form(client: httpx.Client, path: str, **fields: str) -> httpx.Response:
    return client.post(path, data=fields, headers=HTML | {"Sec-Fetch-Site": "same-origin"})


def shown_after(client: httpx.Client, response: httpx.Response) -> Json:
    """The recorded answer that a form leads to."""
    assert response.status_code == 303, response.text
    identity = re.search(r"answer=([0-9a-f-]{36})", response.headers["location"])
    assert identity
    recorded: Json = client.get(f"/counterfactuals/{identity[1]}").raise_for_status().json()
    return recorded


def changed(answer: Json) -> set[str]:
    offered = [*answer["counterfactuals"], *answer["improvements"]]
    return {change["feature"] for option in offered for change in option["changes"]}


def test_nothing_stands_before_something_is_said(client: httpx.Client, answer: Json) -> None:
    found = standing(client, answer["patient_id"])
    assert (found["codes"], found["features_to_keep"], found["kept"], found["refused"]) == ([], [], [], [])
    assert found["recorded_at"] is None
    assert {"knee-or-back", "pregnancy"} <= {one["code"] for one in found["choices"]}


def test_what_is_said_last_stands_and_all_of_it_stays_on_record(
    client: httpx.Client, answer: Json, database: Database
) -> None:
    patient = answer["patient_id"]
    first = put(client, patient, codes=["knee-or-back"], features_to_keep=["food"]).json()
    assert {"vigorous_activity", "active_travel", "sugar"} <= set(first["kept"])
    again = put(client, patient, codes=["knee-or-back"], features_to_keep=["food", "food"]).json()
    assert again["recorded_at"] == first["recorded_at"]
    put(client, patient, codes=["no-weight-loss"]).raise_for_status()
    assert standing(client, patient)["kept"] == ["bmi"]
    kept = database.execute("SELECT count(*) FROM preferences WHERE patient_id = %s", [patient]).fetchone()
    assert kept == (2,)
    assert standing(client, patient, "heart-disease")["codes"] == []


@pytest.mark.parametrize(
    ("said", "pointer"),
    [
        ({"codes": ["pregnancy", HOSTILE]}, "/codes/1"),
        ({"features_to_keep": ["age"]}, "/features_to_keep/0"),
        ({"features_to_keep": ["food", HOSTILE]}, "/features_to_keep/1"),
        ({"features_to_keep": ["treatment"]}, "/features_to_keep/0"),
        ({"model": HOSTILE}, "/model"),
        ({"codes": ["x" * 65]}, "/codes/0"),
        ({"codes": "pregnancy"}, "/codes"),
        ({"forbidden": []}, "/forbidden"),
        ({"features_to_keep": ["weight", "food", "activity", "sleep", "smoking", "alcohol"]}, ""),
        ({"codes": ["no-exercise", "eating-disorder", "shift-work", "smokes-on", "alcohol-dependence"]}, ""),
    ],
)
def test_what_cannot_be_is_refused_by_its_place(
    client: httpx.Client, answer: Json, said: Json, pointer: str
) -> None:
    response = put(client, answer["patient_id"], **said)
    assert response.status_code == 422
    assert [error["pointer"] for error in response.json()["errors"]] == [pointer]
    assert "script" not in response.text
    assert standing(client, answer["patient_id"])["recorded_at"] is None


def test_a_patient_not_on_record_has_none(client: httpx.Client) -> None:
    nobody = f"nobody-{uuid4()}"
    assert client.get(f"/patients/{nobody}/preferences").status_code == 404
    assert client.get(f"/patients/{nobody}/preferences?model=none").status_code == 422


def test_what_refuses_is_recorded_before_the_first_question(client: httpx.Client, heavy: Person) -> None:
    patient = f"new-{uuid4()}"
    assert put(client, patient, codes=["pregnancy"]).status_code == 200
    assert standing(client, patient)["codes"] == ["pregnancy"]
    question = {"patient_id": patient, "features": dict(heavy), "generator": "search"}
    assert client.post("/counterfactuals", json=question).status_code == 409


def test_who_has_not_seen_what_stands_takes_nothing_away(client: httpx.Client, answer: Json) -> None:
    patient = answer["patient_id"]
    first = put(client, patient, codes=["pregnancy"]).json()
    for replaces in (None, str(uuid4())):
        late = put(client, patient, codes=["shift-work"], replaces=replaces)
        assert late.status_code == 409
        assert late.json()["standing"]["id"] == first["id"]
        assert late.json()["standing"]["codes"] == ["pregnancy"]
    stale = {"model": "dysglycaemia", "answer": answer["id"], "then": "keep"}
    assert form(client, f"/patients/{patient}/preference", **stale).status_code == 409
    assert standing(client, patient)["codes"] == ["pregnancy"]
    page = page_of(client, patient)
    assert f'name="replaces" value="{first["id"]}"' in page
    seen = form(client, f"/patients/{patient}/preference", **stale, replaces=first["id"])
    assert seen.status_code == 303
    assert standing(client, patient)["codes"] == []
    assert form(client, f"/patients/{patient}/preference", **stale, replaces=HOSTILE).status_code == 422


def test_nothing_is_replaced_where_nothing_stands(client: httpx.Client, answer: Json) -> None:
    refused = put(client, answer["patient_id"], codes=["shift-work"], replaces=str(uuid4()))
    assert refused.status_code == 409
    assert refused.json()["standing"] is None


def test_of_those_who_say_something_at_once_one_is_heard(
    client: httpx.Client, answer: Json, database: Database
) -> None:
    patient, codes = answer["patient_id"], ["shift-work", "knee-or-back", "no-weight-loss", "pregnancy"]
    for turn in range(2):
        last = standing(client, patient)["id"]
        rest = [code for code in codes if code not in standing(client, patient)["codes"]]
        with ThreadPoolExecutor(len(rest)) as pool:
            said = pool.map(lambda code: put(client, patient, codes=[code], replaces=last), rest)  # noqa: B023
        statuses = sorted(response.status_code for response in said)
        assert statuses == [200, *[409] * (len(rest) - 1)]
        kept = database.execute("SELECT count(*) FROM preferences WHERE patient_id = %s", [patient])
        assert kept.fetchone() == (turn + 1,)


def test_a_refusal_is_kept_together_with_all_that_is_to_stay(client: httpx.Client, answer: Json) -> None:
    everything = ["weight", "food", "activity", "sleep", "smoking", "alcohol"]
    said = put(client, answer["patient_id"], codes=["pregnancy"], features_to_keep=everything)
    assert said.status_code == 200
    assert said.json()["refused"]
    assert said.json()["features_to_keep"] == sorted(everything)


def test_the_page_asks_again_with_what_is_ticked(client: httpx.Client, answer: Json) -> None:
    patient = answer["patient_id"]
    assert "bmi" in changed(answer)
    fields = {"model": "dysglycaemia", "answer": answer["id"], "code.no-weight-loss": "on", "then": "ask"}
    again = shown_after(client, form(client, f"/patients/{patient}/preference", **fields))
    assert again["id"] != answer["id"]
    assert again["based_on"] == answer["id"]
    assert again["prediction"]["risk"] == answer["prediction"]["risk"]
    assert "bmi" not in changed(again)
    assert standing(client, patient)["codes"] == ["no-weight-loss"]
    page = page_of(client, patient, f"?answer={again['id']}")
    assert 'name="code.no-weight-loss" value="on" checked' in page
    assert "looked for without all of this" not in page
    assert "looked for without all of this" in page_of(client, patient, f"?answer={answer['id']}")


def test_saving_asks_nothing(client: httpx.Client, answer: Json, database: Database) -> None:
    before = row_counts(database)["answers"]
    fields = {"model": "dysglycaemia", "answer": answer["id"], "keep.food": "on", "then": "keep"}
    saved = form(client, f"/patients/{answer['patient_id']}/preference", **fields)
    assert saved.status_code == 303
    assert saved.headers["location"].endswith(f"?answer={answer['id']}#preferences")
    assert row_counts(database)["answers"] == before
    assert standing(client, answer["patient_id"])["features_to_keep"] == ["food"]


def test_a_what_if_and_manual_entry_heed_them(client: httpx.Client, answer: Json, heavy: Person) -> None:
    patient = answer["patient_id"]
    put(client, patient, codes=["no-weight-loss"]).raise_for_status()
    path = f"/patients/{patient}/interventions"
    asked = shown_after(client, form(client, path, answer=answer["id"]))
    assert "bmi" not in changed(asked)
    entered = shown_after(client, form(client, path, model="dysglycaemia", **typed_in(heavy)))
    assert "bmi" not in changed(entered)


def test_a_refusal_offers_nothing_anywhere(
    client: httpx.Client, answer: Json, heavy: Person, database: Database
) -> None:
    patient = answer["patient_id"]
    put(client, patient, codes=["pregnancy"]).raise_for_status()
    page = page_of(client, patient)
    assert "<b>No options are offered for this patient.</b> The model was not made for pregnancy" in page
    assert 'id="options"' not in page
    assert 'id="what-if"' not in page
    assert answer["counterfactuals"][0]["id"] not in page
    before, stands = row_counts(database), standing(client, patient)["id"]
    question = {"patient_id": patient, "features": dict(heavy), "generator": "search"}
    refused = client.post("/counterfactuals", json=question)
    assert refused.status_code == 409
    assert refused.json()["preferences"] == ["pregnancy"]
    assert "not made for pregnancy" in refused.json()["detail"]
    for fields in ({"answer": answer["id"]}, typed_in(heavy) | {"model": "dysglycaemia"}):
        assert form(client, f"/patients/{patient}/interventions", **fields).status_code == 409
    ticked = {"model": "dysglycaemia", "code.pregnancy": "on", "then": "ask", "replaces": stands}
    assert form(client, f"/patients/{patient}/preference", **ticked).status_code == 303
    assert row_counts(database) == before
    put(client, patient).raise_for_status()
    assert client.post("/counterfactuals", json=question).status_code == 200


def test_a_refusal_is_told_beside_a_known_result(
    client: httpx.Client, answer: Json, database: Database
) -> None:
    patient = answer["patient_id"]
    put(client, patient, codes=["pregnancy"]).raise_for_status()
    database.execute(
        "INSERT INTO measurements (id, patient_id, model_name, measured_on, value, has_outcome, is_withdrawn)"
        " VALUES (%s, %s, 'dysglycaemia', current_date, 6.0, true, false)",
        [uuid4(), patient],
    )
    page = page_of(client, patient)
    assert "<b>No options are offered for this patient.</b> The model was not made for pregnancy" in page


def test_programs_questions_are_not_narrowed_in_secret(
    client: httpx.Client, answer: Json, heavy: Person
) -> None:
    put(client, answer["patient_id"], codes=["no-weight-loss"]).raise_for_status()
    question = {"patient_id": answer["patient_id"], "features": dict(heavy), "generator": "search"}
    assert "bmi" in changed(ask(client, question))


def test_a_declined_option_is_asked_again_without(client: httpx.Client, answer: Json) -> None:
    patient, option = answer["patient_id"], answer["counterfactuals"][0]
    verdict = {"counterfactual_id": option["id"], "verdict": "declined", "reason": "not_feasible"}
    client.post(f"/counterfactuals/{answer['id']}/feedback", json=verdict).raise_for_status()
    page = page_of(client, patient)
    assert "Ask again without this" in page
    left = option["changes"][0]["feature"]
    assert f'name="without.{left}"' in page
    path = f"/patients/{patient}/ask-again"
    again = shown_after(client, form(client, path, answer=answer["id"], **{f"without.{left}": "on"}))
    assert left not in changed(again)
    assert standing(client, patient)["recorded_at"] is None
    ticked = {"answer": answer["id"], f"without.{left}": "on", "remember": "on"}
    assert form(client, path, **ticked).status_code == 303
    assert standing(client, patient)["features_to_keep"] == [left]


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({}, 422),
        ({"answer": "none"}, 422),
        ({"answer": str(uuid4()), "without.bmi": "on"}, 404),
        ({"own": "", "without.": "on"}, 422),
        ({"own": "", f"without.{HOSTILE}": "on"}, 422),
        ({"own": ""}, 422),
    ],
)
def test_asking_again_needs_to_know_without_what(
    client: httpx.Client, answer: Json, fields: dict[str, str], status: int
) -> None:
    sent = {name: value for name, value in fields.items() if name != "own"}
    if "own" in fields:
        sent["answer"] = answer["id"]
    response = form(client, f"/patients/{answer['patient_id']}/ask-again", **sent)
    assert response.status_code == status
    assert "<script>alert" not in response.text


def test_what_leaves_this_patient_nothing_is_told_and_kept(client: httpx.Client, answer: Json) -> None:
    """Of the whole model something is left; of what is open to this patient, nothing."""
    patient = answer["patient_id"]
    keep = {f"keep.{name}": "on" for name in ("weight", "food", "activity")}
    fields = {"model": "dysglycaemia", "answer": answer["id"], "then": "ask"} | keep
    response = form(client, f"/patients/{patient}/preference", **fields)
    assert standing(client, patient)["features_to_keep"] == ["activity", "food", "weight"]
    shown = shown_after(client, response)
    if shown["id"] != answer["id"]:
        assert changed(shown) <= {"sleep", "cigarettes", "alcohol"}
    else:
        assert "These preferences leave nothing to change" in page_of(client, patient)


@pytest.mark.parametrize("headers", [HTML, HTMX])
def test_a_refusal_that_is_to_be_asked_with_is_kept_and_shown(
    client: httpx.Client, answer: Json, headers: dict[str, str]
) -> None:
    patient, path = answer["patient_id"], f"/patients/{answer['patient_id']}/preference"
    fields = {"model": "dysglycaemia", "answer": answer["id"], "code.pregnancy": "on", "then": "ask"}
    response = client.post(path, data=fields, headers=headers | {"Sec-Fetch-Site": "same-origin"})
    there = response.headers.get("location") or response.headers["hx-redirect"]
    assert answer["id"] in there
    assert standing(client, patient)["codes"] == ["pregnancy"]
    without = {f"without.{answer['counterfactuals'][0]['changes'][0]['feature']}": "on", "remember": "on"}
    again = client.post(
        f"/patients/{patient}/ask-again",
        data={"answer": answer["id"]} | without,
        headers=headers | {"Sec-Fetch-Site": "same-origin"},
    )
    assert again.status_code in {200, 303}
    assert standing(client, patient)["codes"] == ["pregnancy"]
    assert standing(client, patient)["features_to_keep"]


def test_a_hostile_form_is_refused_as_a_fragment_and_as_a_page(client: httpx.Client, answer: Json) -> None:
    path = f"/patients/{answer['patient_id']}/preference"
    sent = {"model": "dysglycaemia", f"code.{HOSTILE}": "on"}
    for headers in (HTML, HTMX):
        response = client.post(path, data=sent, headers=headers | {"Sec-Fetch-Site": "same-origin"})
        assert response.status_code == 422
        assert "<script>alert" not in response.text
    long = client.post(path, data={f"code.{'x' * 500}": "on"}, headers=HTML)
    assert long.status_code == 422


def test_another_sites_form_is_refused(client: httpx.Client, answer: Json) -> None:
    path, headers = f"/patients/{answer['patient_id']}/preference", HTML | {"Sec-Fetch-Site": "cross-site"}
    assert client.post(path, data={"code.pregnancy": "on"}, headers=headers).status_code == 403


def test_a_program_that_says_so_heeds_them_and_is_told_what_was_kept(
    client: httpx.Client, answer: Json, heavy: Person, database: Database
) -> None:
    put(client, answer["patient_id"], codes=["no-weight-loss"], features_to_keep=["fibre"]).raise_for_status()
    question = {"patient_id": answer["patient_id"], "features": dict(heavy), "generator": "search"}
    constraints = {"use_preferences": True, "features_to_vary": ["weight", "food", "activity"]}
    found = ask(client, question, constraints=constraints)
    assert not {"bmi", "fibre"} & changed(found)
    row = database.execute("SELECT constraints FROM answers WHERE id = %s", [found["id"]]).fetchone()
    assert row is not None
    assert row[0]["features_to_keep"] == ["bmi", "fibre"]
    only = {"use_preferences": True, "features_to_vary": ["weight"]}
    refused = client.post("/counterfactuals", json=question | {"constraints": only})
    assert refused.status_code == 422
    assert "leave nothing to change" in refused.text
