"""What clinicians say of options is kept: once, on the right option, and never over somebody else's head."""

import re
from base64 import b64encode
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from unicodedata import normalize
from uuid import uuid4

import httpx
import psycopg
import pytest

from tests.integration.answers import Json, found
from tests.integration.pages import HTML, page_of
from tests.integration.serving import Servers, client_of, row_counts, settings_for
from turnpoint import ConflictError, Turnpoint

Database = psycopg.Connection[tuple[Any, ...]]


@pytest.fixture
def answer(client: httpx.Client, question: Json) -> Json:
    return found(client, question)


@pytest.fixture
def option(answer: Json) -> str:
    return str(answer["counterfactuals"][0]["id"])


def changed(option: Json) -> Json:
    return {one["feature"]: one["to"] for one in option["changes"]}


def give(client: httpx.Client, answer: Json, **said: Any) -> httpx.Response:
    return client.post(f"/counterfactuals/{answer['id']}/feedback", json=said)


def standing(client: httpx.Client, answer: Json) -> list[Json]:
    page = client.get(f"/patients/{answer['patient_id']}/interventions").raise_for_status().json()
    feedback: list[Json] = page["feedback"]
    return feedback


def test_a_verdict_is_kept_and_told(client: httpx.Client, answer: Json, option: str) -> None:
    said = give(
        client,
        answer,
        counterfactual_id=option,
        verdict="declined",
        reason="tried_before",
        note=" last year ",
    )
    assert said.status_code == 201
    assert said.json() | {"note": "last year", "reason": "tried_before", "given_by": None} == said.json()
    assert standing(client, answer) == [said.json()]


def test_the_same_again_changes_nothing(
    client: httpx.Client, answer: Json, option: str, database: Database
) -> None:
    first = give(client, answer, counterfactual_id=option, verdict="accepted")
    before = row_counts(database)
    again = give(client, answer, counterfactual_id=option, verdict="accepted")
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()
    assert row_counts(database) == before


def test_the_same_at_the_same_time_is_kept_once(
    client: httpx.Client, answer: Json, option: str, database: Database
) -> None:
    before = row_counts(database)["feedback"]
    with ThreadPoolExecutor(8) as pool:
        said = list(
            pool.map(lambda _: give(client, answer, counterfactual_id=option, verdict="accepted"), range(8))
        )
    assert sorted(one.status_code for one in said) == [200] * 7 + [201]
    assert len({one.json()["id"] for one in said}) == 1
    assert row_counts(database)["feedback"] == before + 1


def test_a_form_counts_lines_as_a_browser_does(client: httpx.Client, answer: Json, option: str) -> None:
    note = "\r\n".join(["x" * 99] * 10)
    said = give(client, answer, counterfactual_id=option, verdict="accepted", note=note)
    assert said.json()["note"] == note.replace("\r\n", "\n")


WRITTEN = (
    "131\xa0mmHg\t(lying)\n\u202fsince May \U0001f469\u200d\u2695\ufe0f"
    " \u200f\u05e9\u05dc\u05d5\u05dd\u200e e\u0301"
)


@pytest.mark.parametrize("by_form", [False, True])
def test_ordinary_writing_is_kept_and_shown(
    client: httpx.Client, answer: Json, option: str, by_form: bool
) -> None:
    said = {"counterfactual_id": option, "verdict": "declined", "reason": "other", "note": WRITTEN}
    path = f"/counterfactuals/{answer['id']}/feedback"
    client.post(path, data=said) if by_form else client.post(path, json=said)
    assert [one["note"] for one in standing(client, answer)] == [WRITTEN]
    page = client.get(f"/patients/{answer['patient_id']}/interventions", headers={"Accept": "text/html"})
    assert f'<bdi class="note">{WRITTEN}</bdi>' in page.text


def test_another_verdict_names_what_it_replaces(client: httpx.Client, answer: Json, option: str) -> None:
    first = give(client, answer, counterfactual_id=option, verdict="accepted").json()
    declined = {"counterfactual_id": option, "verdict": "declined", "reason": "preference"}
    unseen = give(client, answer, **declined)
    assert unseen.status_code == 409
    assert "another verdict" in unseen.json()["detail"]
    seen = give(client, answer, **declined, replaces=first["id"])
    assert seen.status_code == 201
    late = give(client, answer, counterfactual_id=option, verdict="withdrawn", replaces=first["id"])
    assert late.status_code == 409
    assert [one["verdict"] for one in standing(client, answer)] == ["declined"]


def test_a_program_is_told_how_to_try_again(client: httpx.Client, answer: Json, option: str) -> None:
    first = give(client, answer, counterfactual_id=option, verdict="accepted", note="in her own words").json()
    declined = {"counterfactual_id": option, "verdict": "declined", "reason": "preference"}
    refused = give(client, answer, **declined)
    assert refused.status_code == 409
    standing = refused.json()["standing"]
    assert standing.items() <= first.items()
    assert standing["verdict"] == "accepted"
    assert "her own words" not in refused.text
    assert give(client, answer, **declined, replaces=standing["id"]).status_code == 201


def test_where_no_verdict_stands_there_is_nothing_to_replace(
    client: httpx.Client, answer: Json, option: str
) -> None:
    said = {"counterfactual_id": option, "verdict": "accepted"}
    refused = give(client, answer, **said, replaces=str(uuid4()))
    assert refused.status_code == 409
    assert refused.json()["standing"] is None
    assert give(client, answer, **said).status_code == 201


def test_the_client_tells_which_verdict_stands(client: httpx.Client, answer: Json, option: str) -> None:
    with Turnpoint(str(client.base_url)) as turnpoint:
        first = turnpoint.give_feedback(answer["id"], option, "accepted")
        with pytest.raises(ConflictError) as caught:
            turnpoint.give_feedback(answer["id"], option, "declined", reason="preference")
        assert caught.value.standing is not None
        assert caught.value.standing.id == first.id
        again = turnpoint.give_feedback(
            answer["id"], option, "declined", reason="preference", replaces=caught.value.standing.id
        )
    assert again.replaces == first.id


def test_a_withdrawal_leaves_room_for_another_verdict(
    client: httpx.Client, answer: Json, option: str
) -> None:
    first = give(client, answer, counterfactual_id=option, verdict="accepted").json()
    gone = give(client, answer, counterfactual_id=option, verdict="withdrawn", replaces=first["id"])
    assert gone.status_code == 201
    anew = give(client, answer, counterfactual_id=option, verdict="accepted", replaces=gone.json()["id"])
    assert anew.status_code == 201
    assert anew.json()["id"] != first["id"]


@pytest.mark.parametrize(
    ("said", "pointer"),
    [
        ({"verdict": "declined"}, "/reason"),
        ({"verdict": "accepted", "reason": "preference"}, "/reason"),
        ({"verdict": "declined", "reason": "other"}, "/note"),
        ({"verdict": "declined", "reason": "other", "note": " \u200b\u2060\u00a0"}, "/note"),
        ({"verdict": "declined", "reason": "because"}, "/reason"),
        ({"verdict": "loved"}, "/verdict"),
        ({"verdict": "withdrawn"}, "/replaces"),
        ({"verdict": "accepted", "note": "x" * 1001}, "/note"),
        ({"verdict": "accepted", "note": "nothing\0here"}, "/note"),
        ({"verdict": "accepted", "note": "an\x1bescape"}, "/note"),
        ({"verdict": "accepted", "replaces": "me"}, "/replaces"),
        ({"verdict": "accepted", "patient": "Jane"}, "/patient"),
    ],
)
def test_what_does_not_go_together_is_refused(
    client: httpx.Client, answer: Json, option: str, said: Json, pointer: str, database: Database
) -> None:
    before = row_counts(database)
    refused = give(client, answer, counterfactual_id=option, **said)
    assert refused.status_code == 422
    assert pointer in [error["pointer"] for error in refused.json()["errors"]]
    for word in ("because", "loved", "xxx", "Jane"):
        assert word not in refused.text
    assert row_counts(database) == before


def test_an_option_of_another_patient_is_refused(client: httpx.Client, answer: Json, question: Json) -> None:
    other = found(client, question | {"patient_id": f"test-{uuid4()}"})
    theirs = other["counterfactuals"][0]["id"]
    refused = give(client, answer, counterfactual_id=theirs, verdict="accepted")
    assert refused.status_code == 422
    assert refused.json()["errors"] == [
        {"pointer": "/counterfactual_id", "detail": "is not an option of this answer"}
    ]
    assert standing(client, other) == []


def test_an_unknown_answer_is_not_found(client: httpx.Client, option: str) -> None:
    unknown = give(client, {"id": str(uuid4())}, counterfactual_id=option, verdict="accepted")
    assert unknown.status_code == 404


@pytest.fixture
def guarded(servers: Servers) -> Iterator[httpx.Client]:
    """A gateway that knows its callers."""
    with client_of(settings_for(servers, api_tokens="a-token-of-16-characters")) as client:
        yield client


def test_a_browser_signs_in_and_its_name_is_kept(guarded: httpx.Client, question: Json) -> None:
    page = f"/patients/{question['patient_id']}/interventions"
    asked = guarded.get(page, headers={"Accept": "text/html"})
    assert asked.status_code == 401
    assert asked.headers["www-authenticate"].startswith("Basic ")
    assert guarded.get(page).headers["www-authenticate"] == "Bearer"
    guarded.auth = ("dr.okoye", "another-token-of-that-size")
    assert guarded.get(page, headers={"Accept": "text/html"}).status_code == 401
    guarded.auth = ("dr.okoye", "a-token-of-16-characters")
    answer = found(guarded, question)
    said = give(guarded, answer, counterfactual_id=answer["counterfactuals"][0]["id"], verdict="accepted")
    assert said.json()["given_by"] == "dr.okoye"
    assert "by dr.okoye" in guarded.get(page, headers={"Accept": "text/html"}).text


@pytest.mark.parametrize(
    "name",
    ["Se\u00e1n O\u2019Brien", "Dr.\xa0Okoye (GP)", "\u05d3\u05f4\u05e8 \u05db\u05d4\u05df", "Ayşe\u0301"],
)
def test_a_name_is_kept_as_it_is_written(guarded: httpx.Client, question: Json, name: str) -> None:
    token = b64encode(f"{name}:a-token-of-16-characters".encode()).decode()
    guarded.headers["Authorization"] = f"Basic {token}"
    answer = found(guarded, question)
    said = give(guarded, answer, counterfactual_id=answer["counterfactuals"][0]["id"], verdict="accepted")
    assert said.json()["given_by"] == normalize("NFC", name)  # one way to write what looks the same


@pytest.mark.parametrize("name", ["", "<script>", "x" * 65, "a\nb", "a\x1bb"])
def test_a_name_that_is_not_fit_to_be_kept_is_not(guarded: httpx.Client, question: Json, name: str) -> None:
    guarded.auth = (name, "a-token-of-16-characters")
    answer = found(guarded, question)
    said = give(guarded, answer, counterfactual_id=answer["counterfactuals"][0]["id"], verdict="accepted")
    assert said.json()["given_by"] is None


def test_a_verdict_on_supposed_values_is_refused(
    client: httpx.Client, question: Json, database: Database
) -> None:
    answer = found(client, question | {"always": True})
    changed = answer["counterfactuals"][0]["changes"][0]["feature"]
    fields = {"answer": answer["id"], f"at.{changed}": "1"}
    there = client.post(f"/patients/{answer['patient_id']}/interventions", data=fields, headers=HTML)
    supposed = client.get(f"/counterfactuals/{there.headers['location'].partition('answer=')[2]}").json()
    before, offered = row_counts(database), [*supposed["counterfactuals"], *supposed["improvements"]]
    assert supposed["question"]["features"] != answer["question"]["features"]
    for verdict in ({"verdict": "accepted"}, {"verdict": "declined", "reason": "preference"}):
        refused = give(client, supposed, counterfactual_id=offered[0]["id"], **verdict)
        assert refused.status_code == 422
        assert "supposed values" in refused.json()["errors"][0]["detail"]
    assert row_counts(database) == before


def test_taking_a_verdict_back_leaves_what_was_said_in_another_answer(
    client: httpx.Client, question: Json, answer: Json
) -> None:
    """A third answer tells of the decline in the second one, whatever becomes of the first."""

    second, third = (found(client, question | {"min_robustness": share}) for share in (0.89, 0.88))
    accepted, declined, shown = (one["counterfactuals"][0] for one in (answer, second, third))
    assert changed(accepted) == changed(declined) == changed(shown)
    first = give(client, answer, counterfactual_id=accepted["id"], verdict="accepted").json()
    no = {"verdict": "declined", "reason": "unsuitable"}
    give(client, second, counterfactual_id=declined["id"], **no).raise_for_status()
    back = {"verdict": "withdrawn", "replaces": first["id"]}
    give(client, answer, counterfactual_id=accepted["id"], **back).raise_for_status()
    page = page_of(client, answer["patient_id"], f"?answer={third['id']}")
    assert re.search(r"The same changes were declined on [^<]*, in another answer: unsuitable with", page)
