"""Plans: made once from what was verified, changed by who has seen them, and followed up by newer values."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from shutil import copytree
from typing import Any
from uuid import uuid4

import httpx
import psycopg
import pytest

from app.domain.horizon import review_after
from app.paths import MODEL_STORE
from tests.asking import Person
from tests.integration.answers import Json, ask, found, risk_of
from tests.integration.serving import CONSULTATION_TABLES, Servers, client_of, row_counts, settings_for
from turnpoint import ConflictError, PlanState, Turnpoint, WhatIf

Database = psycopg.Connection[tuple[Any, ...]]


@pytest.fixture
def question(patient_id: str, heavy: Person) -> Json:
    """About a person with several options."""
    return {"patient_id": patient_id, "features": dict(heavy), "generator": "search"}


@pytest.fixture
def answer(client: httpx.Client, question: Json) -> Json:
    return found(client, question)


@pytest.fixture
def option(answer: Json) -> Json:
    option: Json = answer["counterfactuals"][0]
    return option


def today() -> date:
    return datetime.now(UTC).date()


def post(client: httpx.Client, patient_id: str, **body: Any) -> httpx.Response:
    return client.post(f"/patients/{patient_id}/plans", json=body)


def made(client: httpx.Client, answer: Json, option: Json, **body: Any) -> Json:
    reply = post(client, answer["patient_id"], counterfactual_id=option["id"], **body)
    assert reply.status_code == 201, reply.text
    plan: Json = reply.json()
    return plan


def patch(client: httpx.Client, plan: Json, **body: Any) -> httpx.Response:
    replaces = body.pop("replaces", plan["standing_event"])
    path = f"/patients/{plan['patient_id']}/plans/{plan['id']}"
    return client.patch(path, json={"replaces": replaces, **body})


def plans_of(client: httpx.Client, patient_id: str, **query: Any) -> list[Json]:
    page = client.get(f"/patients/{patient_id}/plans", params=query).raise_for_status().json()
    plans: list[Json] = page["plans"]
    return plans


def verdicts(client: httpx.Client, patient_id: str) -> list[tuple[str, str]]:
    page = client.get(f"/patients/{patient_id}/interventions").raise_for_status().json()
    return [(one["counterfactual_id"], one["verdict"]) for one in page["feedback"]]


def counts(database: Database) -> dict[str, int]:
    query = " UNION ALL ".join(f"SELECT '{name}', count(*) FROM {name}" for name in CONSULTATION_TABLES)
    return row_counts(database) | dict(database.execute(query).fetchall())


def test_an_option_becomes_a_plan(client: httpx.Client, answer: Json, option: Json) -> None:
    plan = made(client, answer, option)
    assert plan["state"] == "active"
    assert (plan["answer_id"], plan["counterfactual_id"]) == (answer["id"], option["id"])
    assert plan["name"] == option["strategy"]["name"]
    assert plan["estimate"] == {"then": answer["prediction"]["risk"], "planned": option["risk"]}
    for name in ("linked", "brought_along", "features"):
        assert plan[name] == option[name]
    for mine, theirs in zip(plan["changes"], option["changes"], strict=True):
        assert mine.items() <= theirs.items()
    assert plan["review_on"] == review_after("12 months", today()).isoformat()
    assert plan["days_to_review"] == (review_after("12 months", today()) - today()).days
    assert [(one["kind"], one["review_on"]) for one in plan["events"]] == [("created", plan["review_on"])]
    assert plan["standing_event"] == plan["events"][0]["id"]
    assert plan["follow_up"] is None
    assert plans_of(client, answer["patient_id"]) == [plan]
    assert verdicts(client, answer["patient_id"]) == [(option["id"], "accepted")]


def test_an_improvement_becomes_a_plan(client: httpx.Client, question: Json) -> None:
    answer = ask(client, question, always=True)
    improvement = answer["improvements"][0]
    day = (today() + timedelta(days=90)).isoformat()
    plan = made(client, answer, improvement, name="Slowly", note=" with her sister ", review_on=day)
    assert (plan["name"], plan["note"], plan["review_on"]) == ("Slowly", "with her sister", day)
    assert plan["counterfactual_id"] == improvement["id"]


def setting(answer: Json, option: Json) -> Json:
    return {
        "answer_id": answer["id"],
        "values": {change["feature"]: change["to"] for change in option["changes"]},
    }


def test_a_what_if_becomes_a_plan_that_the_classifier_scored(
    client: httpx.Client, answer: Json, database: Database
) -> None:
    """Put as an option is, it is the option: links, effects and risk are worked out in the same way."""
    before = counts(database)
    for option in answer["counterfactuals"]:
        reply = post(client, answer["patient_id"], what_if=setting(answer, option))
        assert reply.status_code == 201, reply.text
        plan = reply.json()
        assert plan["counterfactual_id"] is None
        assert plan["features"] == option["features"]
        assert (plan["linked"], plan["brought_along"]) == (option["linked"], option["brought_along"])
        assert plan["estimate"]["planned"] == pytest.approx(risk_of(client, option["features"]), abs=1e-6)
        assert plan["name"] == option["strategy"]["name"]
    told = len(answer["counterfactuals"])
    after = counts(database)
    assert after["predictions"] == before["predictions"] + 2 * told  # each on record, as is our own question
    assert after["feedback"] == before["feedback"]


def test_a_what_if_says_in_which_ways_it_goes_further_than_an_option(
    client: httpx.Client, question: Json, answer: Json
) -> None:
    """On the page, in the text for the record and on the wire; what an option does is not beyond it."""
    option = next(one for one in answer["counterfactuals"] if len(one["changes"]) > 1)
    within = post(client, answer["patient_id"], what_if=setting(answer, option)).json()
    assert within["beyond"] == []
    kept = option["changes"][0]
    bound = {"features_to_keep": [kept["feature"]], "max_changes": 1}
    bounded = ask(client, question | {"constraints": bound})
    plan = post(client, answer["patient_id"], what_if=setting(bounded, option))
    assert plan.status_code == 201, plan.text
    ways = plan.json()["beyond"]
    assert [one["kind"] for one in ways] == ["kept", "many"]
    assert (ways[0]["feature"], ways[0]["label"]) == (kept["feature"], kept["label"])
    assert (ways[1]["moved"], ways[1]["most"]) == (len(option["changes"]), 1)
    assert [one["beyond"] for one in plans_of(client, answer["patient_id"])] == [ways, []]
    page = client.get(f"/patients/{answer['patient_id']}/interventions", headers={"Accept": "text/html"})
    box = page.text.partition('id="plan"')[2].partition("</section>")[0]
    words = f"{len(option['changes'])} behaviours at once, where an option changes at most 1"
    assert box.count("was to be kept") == box.count(words) == 2  # in the box, and in its text
    assert box.count("Beyond what an option may do:") == 2


def test_the_same_again_is_the_same_plan(
    client: httpx.Client, answer: Json, option: Json, database: Database
) -> None:
    plan = made(client, answer, option)
    before = counts(database)
    for said in ({}, {name: plan[name] for name in ("name", "note", "review_on")}):
        again = post(client, answer["patient_id"], counterfactual_id=option["id"], **said)
        assert (again.status_code, again.json()) == (200, plan)
    assert counts(database) == before


@pytest.mark.parametrize("is_what_if", [False, True])
@pytest.mark.parametrize(
    "said",
    [
        {"name": "Another name"},
        {"note": "in her own words"},
        {"review_on": (today() + timedelta(days=3)).isoformat()},
    ],
)
def test_the_same_in_other_words_is_told_and_not_stored(
    client: httpx.Client, answer: Json, option: Json, said: Json, is_what_if: bool, database: Database
) -> None:
    of = {"what_if": setting(answer, option)} if is_what_if else {"counterfactual_id": option["id"]}
    plan = post(client, answer["patient_id"], **of).json()
    before = row_counts(database)["feedback"], counts(database)["plans"], counts(database)["plan_events"]
    refused = post(client, answer["patient_id"], **of, **said)
    assert refused.status_code == 409
    assert "the plan already" in refused.json()["detail"]
    assert refused.json()["standing_event"]["id"] == plan["standing_event"]
    assert "own words" not in refused.text
    after = row_counts(database)["feedback"], counts(database)["plans"], counts(database)["plan_events"]
    assert after == before
    assert plans_of(client, answer["patient_id"]) == [plan]


def test_a_form_that_is_the_plan_already_keeps_what_was_typed(
    client: httpx.Client, answer: Json, option: Json
) -> None:
    made(client, answer, option)
    fields = {"answer": answer["id"], "counterfactual_id": option["id"], "note": "typed & kept"}
    path = f"/patients/{answer['patient_id']}/plan"
    refused = client.post(path, data=fields, headers={"Accept": "text/html"})
    assert refused.status_code == 409
    assert "the plan already" in refused.text
    assert "typed &amp; kept</textarea>" in refused.text


def test_the_same_setting_again_is_the_same_plan(client: httpx.Client, answer: Json, option: Json) -> None:
    what_if = setting(answer, option)
    first, again = (post(client, answer["patient_id"], what_if=what_if) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()


def test_the_same_at_the_same_time_is_one_plan(
    client: httpx.Client, answer: Json, option: Json, database: Database
) -> None:
    before = counts(database)
    with ThreadPoolExecutor(8) as pool:
        replies = list(
            pool.map(lambda _: post(client, answer["patient_id"], counterfactual_id=option["id"]), range(8))
        )
    assert sorted(one.status_code for one in replies) == [200] * 7 + [201]
    assert len({one.json()["id"] for one in replies}) == 1
    after = counts(database)
    added = {name: after[name] - before[name] for name in after if after[name] != before[name]}
    assert added == {"plans": 1, "plan_events": 1, "feedback": 1}


def test_of_different_ones_at_the_same_time_one_is_active(client: httpx.Client, answer: Json) -> None:
    options = answer["counterfactuals"]
    assert len(options) > 1
    with ThreadPoolExecutor(8) as pool:
        wanted = [options[place % len(options)]["id"] for place in range(8)]
        replies = list(
            pool.map(lambda one: post(client, answer["patient_id"], counterfactual_id=one), wanted)
        )
    assert {one.status_code for one in replies} <= {200, 201}
    plans = plans_of(client, answer["patient_id"])
    assert [one["state"] for one in plans] == ["active"] + ["stopped"] * (len(plans) - 1)
    for older in plans[1:]:
        assert older["events"][-1]["reason"] == "replaced"
    for newer, older in pairwise(plans):
        assert older["ended_at"] <= newer["created_at"]


def test_another_plan_replaces_the_one_before(client: httpx.Client, answer: Json) -> None:
    first, second = (made(client, answer, option) for option in answer["counterfactuals"][:2])
    newest, older = plans_of(client, answer["patient_id"])
    assert newest == second
    assert older["state"] == "stopped"
    assert (older["events"][-1]["kind"], older["events"][-1]["reason"]) == ("stopped", "replaced")
    assert older["days_to_review"] is None
    for name in ("changes", "features", "estimate", "name", "review_on"):
        assert older[name] == first[name]


def test_each_model_has_a_plan_of_its_own(
    client: httpx.Client, answer: Json, option: Json, heart_patient: Person
) -> None:
    made(client, answer, option)
    asked = {"patient_id": answer["patient_id"], "model": "heart-disease", "features": heart_patient}
    other = found(client, asked, generator="search")
    made(client, other, other["counterfactuals"][0])
    assert [one["state"] for one in plans_of(client, answer["patient_id"])] == ["active", "active"]


def test_pages_of_plans(client: httpx.Client, answer: Json) -> None:
    for option in answer["counterfactuals"]:
        made(client, answer, option)
    every, before, walked = plans_of(client, answer["patient_id"]), None, []
    while True:
        query = {"limit": 1} | ({"before": before} if before else {})
        page = client.get(f"/patients/{answer['patient_id']}/plans", params=query).json()
        walked += page["plans"]
        if (before := page["next"]) is None:
            break
    assert walked == every


def test_the_review_is_moved(client: httpx.Client, answer: Json, option: Json) -> None:
    plan = made(client, answer, option)
    day = (today() + timedelta(days=5)).isoformat()
    moved = patch(client, plan, kind="review_moved", review_on=day, note="on leave").json()
    assert (moved["review_on"], moved["days_to_review"], moved["state"]) == (day, 5, "active")
    assert [(one["kind"], one["note"]) for one in moved["events"]] == [
        ("created", None),
        ("review_moved", "on leave"),
    ]
    assert moved["events"][0]["review_on"] == plan["review_on"]
    again = patch(client, plan, kind="review_moved", review_on=day, note="on leave")
    assert (again.status_code, again.json()) == (200, moved)


@pytest.mark.parametrize(
    ("change", "state"),
    [
        ({"kind": "completed", "note": "went well"}, "completed"),
        ({"kind": "stopped", "reason": "not_feasible"}, "stopped"),
    ],
)
def test_an_ended_plan_stays_as_it_was(
    client: httpx.Client, answer: Json, option: Json, change: Json, state: str
) -> None:
    plan = made(client, answer, option)
    ended = patch(client, plan, **change).json()
    assert (ended["state"], ended["days_to_review"]) == (state, None)
    assert ended["events"][-1].items() >= change.items()
    assert patch(client, plan, **change).json() == ended
    refused = patch(client, ended, kind="review_moved", review_on=today().isoformat())
    assert refused.status_code == 409
    assert "ended already" in refused.json()["detail"]
    assert made(client, answer, option)["id"] != plan["id"]


def test_undoing_takes_the_verdict_back(client: httpx.Client, answer: Json, option: Json) -> None:
    plan = made(client, answer, option)
    patch(client, plan, kind="stopped", reason="undone").raise_for_status()
    assert verdicts(client, answer["patient_id"]) == [(option["id"], "withdrawn")]
    made(client, answer, option)
    assert verdicts(client, answer["patient_id"]) == [(option["id"], "accepted")]


def test_a_stale_change_is_refused(
    client: httpx.Client, answer: Json, option: Json, database: Database
) -> None:
    plan = made(client, answer, option)
    day = (today() + timedelta(days=9)).isoformat()
    moved = patch(client, plan, kind="review_moved", review_on=day, note="in her own words").json()
    before = counts(database)
    refused = patch(client, plan, kind="completed")
    assert refused.status_code == 409
    standing = refused.json()["standing_event"]
    assert standing.items() <= moved["events"][-1].items()
    assert standing["id"] == moved["standing_event"]
    assert "own words" not in refused.text
    assert counts(database) == before
    assert patch(client, plan, kind="completed", replaces=standing["id"]).status_code == 200


def test_of_changes_at_the_same_time_one_is_done(client: httpx.Client, answer: Json, option: Json) -> None:
    plan = made(client, answer, option)
    with ThreadPoolExecutor(6) as pool:
        days = [(today() + timedelta(days=n)).isoformat() for n in range(1, 7)]
        replies = list(pool.map(lambda day: patch(client, plan, kind="review_moved", review_on=day), days))
    assert sorted(one.status_code for one in replies) == [200] + [409] * 5
    (newest,) = plans_of(client, answer["patient_id"])
    assert len(newest["events"]) == 2


def later(question: Json, option: Json, share: float = 1.0) -> Json:
    """The person at the next visit, with the option's first change made as planned and age moved on."""
    change = option["changes"][0]
    features = dict(question["features"]) | {"age": question["features"]["age"] + 1}
    value = change["to"] if share == 1.0 else change["from"]
    moved = {change["feature"]: value}
    moved |= {
        one["feature"]: one["to"] if share == 1.0 else one["from"]
        for one in option["linked"]
        if one["feature"] in features
    }
    return question | {"features": features | moved}


def test_newer_values_tell_what_became_of_it(
    client: httpx.Client, question: Json, answer: Json, option: Json, database: Database
) -> None:
    made(client, answer, option)
    newer = ask(client, later(question, option))
    before = counts(database)["plan_events"]
    (plan,) = plans_of(client, answer["patient_id"])
    found = plan["follow_up"]
    assert (found["answer_id"], found["same_version"]) == (newer["id"], True)
    assert found["estimate_now"] == newer["prediction"]["risk"]
    first, *others = found["changes"]
    assert (first["now"], first["reached"]) == (option["changes"][0]["to"], 1.0)
    assert {one["reached"] for one in others} <= {0.0}
    assert found["adherence"] == round(1 / len(option["changes"]), 4)
    assert [one["feature"] for one in found["following"]] == [
        one["feature"] for one in [*option["linked"], *option["brought_along"]]
    ]
    event = plan["events"][-1]
    assert (event["kind"], event["answer_id"], event["adherence"]) == (
        "followed_up",
        newer["id"],
        found["adherence"],
    )
    assert plan["standing_event"] == plan["events"][0]["id"]
    assert counts(database)["plan_events"] == before + 1
    assert plans_of(client, answer["patient_id"]) == [plan]
    assert counts(database)["plan_events"] == before + 1


def test_every_newer_answer_is_followed_up_once(
    client: httpx.Client, question: Json, answer: Json, option: Json, database: Database
) -> None:
    """Also where nobody looked between them, and many look at once; what-ifs and other models are none."""
    plan = made(client, answer, option)
    visits = [ask(client, later(question, option, share)) for share in (0.0, 1.0)]
    fields = {"answer": visits[0]["id"]}
    client.post(f"/patients/{answer['patient_id']}/interventions", data=fields)
    with ThreadPoolExecutor(6) as pool:
        told = list(pool.map(lambda _: plans_of(client, answer["patient_id"]), range(6)))
    assert [one[0]["follow_up"]["answer_id"] for one in told] == [visits[1]["id"]] * 6
    (rows,) = database.execute(
        "SELECT array_agg(answer_id::text ORDER BY created_at) FROM plan_events"
        " WHERE plan_id = %s AND kind = 'followed_up'",
        (plan["id"],),
    ).fetchall()
    assert rows[0] == [one["id"] for one in visits]


def test_values_sent_again_are_the_newest(
    client: httpx.Client, question: Json, answer: Json, option: Json
) -> None:
    made(client, answer, option)
    first = ask(client, later(question, option))
    ask(client, later(question, option, 0.0))
    assert ask(client, later(question, option))["id"] == first["id"]  # from the cache
    (plan,) = plans_of(client, answer["patient_id"])
    assert plan["follow_up"]["answer_id"] == first["id"]


def test_the_same_values_on_the_same_day_are_no_news(
    client: httpx.Client, question: Json, answer: Json, option: Json
) -> None:
    made(client, answer, option)
    ask(client, question)
    ask(client, question, count=1)
    (plan,) = plans_of(client, answer["patient_id"])
    assert plan["follow_up"] is None


def test_values_go_back_to_those_of_the_plan(
    client: httpx.Client, question: Json, answer: Json, option: Json
) -> None:
    """On the same day: what came in between makes them news, from the cache or not."""
    made(client, answer, option)
    ask(client, question)
    reached = ask(client, later(question, option))
    assert plans_of(client, answer["patient_id"])[0]["follow_up"]["answer_id"] == reached["id"]
    for asked in (question, question | {"count": 1}):
        back = ask(client, asked)
        (plan,) = plans_of(client, answer["patient_id"])
        assert plan["follow_up"]["answer_id"] == back["id"]
        assert plan["follow_up"]["adherence"] == 0
    ask(client, later(question, option))
    assert plans_of(client, answer["patient_id"])[0]["follow_up"]["answer_id"] == reached["id"]


def test_what_comes_after_a_plan_has_ended_is_not_its_doing(
    client: httpx.Client, question: Json, answer: Json, option: Json
) -> None:
    plan = made(client, answer, option)
    during = ask(client, later(question, option))
    patch(client, plan, kind="completed").raise_for_status()
    ask(client, later(question, option, 0.0))
    (ended,) = plans_of(client, answer["patient_id"])
    assert ended["follow_up"]["answer_id"] == during["id"]


def by_version_1(client: httpx.Client, question: Json) -> tuple[Json, Json]:
    """An answer of the older version, and what it offers first."""
    old = ask(client, question, model="dysglycaemia@1", always=True)
    return old, [*old["counterfactuals"], *old["improvements"]][0]


def test_a_later_version_is_told_and_what_it_lacks_is_unknown(client: httpx.Client, question: Json) -> None:
    old, offered = by_version_1(client, question)
    plan = made(client, old, offered)
    assert plan["model"]["version"] == "1"
    ask(client, later(question, offered))
    (followed,) = plans_of(client, question["patient_id"])
    assert followed["follow_up"]["same_version"] is False
    assert followed["follow_up"]["model_version"] != "1"


@pytest.fixture
def without_version_1(servers: Servers, tmp_path: Path) -> Iterator[httpx.Client]:
    """A gateway that hosts the newest version of the default model alone."""
    store = tmp_path / "store" / "dysglycaemia"
    copytree(MODEL_STORE / "dysglycaemia", store, ignore=lambda _, names: [n for n in names if n == "1"])
    with client_of(settings_for(servers, model_store=store.parent)) as client:
        yield client


def test_an_option_of_a_version_that_is_hosted_no_more_is_no_plan(
    client: httpx.Client, question: Json, without_version_1: httpx.Client, database: Database
) -> None:
    _, offered = by_version_1(client, question)
    before = counts(database)
    refused = post(without_version_1, question["patient_id"], counterfactual_id=offered["id"])
    assert refused.status_code == 409
    assert "hosted no more" in refused.json()["detail"]
    assert counts(database) == before


def test_a_declined_option_is_no_plan(
    client: httpx.Client, answer: Json, option: Json, database: Database
) -> None:
    said = {"counterfactual_id": option["id"], "verdict": "declined", "reason": "preference"}
    client.post(f"/counterfactuals/{answer['id']}/feedback", json=said).raise_for_status()
    before = counts(database)
    refused = post(client, answer["patient_id"], counterfactual_id=option["id"])
    assert refused.status_code == 409
    assert "declined" in refused.json()["detail"]
    assert counts(database) == before


BAD: list[tuple[Json, str]] = [
    ({}, ""),
    ({"counterfactual_id": str(uuid4())}, "/counterfactual_id"),
    ({"counterfactual_id": "P-17"}, "/counterfactual_id"),
    ({"what_if": {"answer_id": str(uuid4()), "values": {}}}, "/what_if/answer_id"),
    ({"name": "x" * 101}, "/name"),
    ({"name": "two\nlines"}, "/name"),
    ({"name": "an\x1bescape"}, "/name"),
    ({"name": 7}, "/name"),
    ({"note": "x" * 1001}, "/note"),
    ({"note": "nothing\0here"}, "/note"),
    ({"review_on": "2001-01-01"}, "/review_on"),
    ({"review_on": (today() + timedelta(days=740)).isoformat()}, "/review_on"),
    ({"review_on": "9999-12-31"}, "/review_on"),
    ({"review_on": "2027-02-30"}, "/review_on"),
    ({"review_on": "2027-02-03T10:00:00Z"}, "/review_on"),
    ({"review_on": 1800000000}, "/review_on"),
    ({"review_on": "\u0662\u0660\u0662\u0667-\u0660\u0661-\u0660\u0661"}, "/review_on"),
    ({"patient": "Jane"}, "/patient"),
]


@pytest.mark.parametrize(("said", "pointer"), BAD)
def test_what_is_no_plan_is_refused(
    client: httpx.Client, answer: Json, option: Json, said: Json, pointer: str, database: Database
) -> None:
    whole = {"counterfactual_id": option["id"]} | said if pointer and "what_if" not in said else said
    before = counts(database)
    refused = post(client, answer["patient_id"], **whole)
    assert refused.status_code == 422
    assert [error["pointer"] for error in refused.json()["errors"]] == [pointer]
    for word in ("xxx", "Jane", "2001", "escape"):
        assert word not in refused.text
    assert counts(database) == before


def test_a_what_if_takes_steps_that_are_open(client: httpx.Client, answer: Json, database: Database) -> None:
    before = counts(database)
    places = {
        "bmi": 12.3,
        "age": 20,
        "active_travel": 1,
        "Erika M": 3,
        "sedentary": "much",
    }
    values = {"answer_id": answer["id"], "values": places}
    refused = post(client, answer["patient_id"], what_if=values)
    assert refused.status_code == 422
    pointers = {error["pointer"] for error in refused.json()["errors"]}
    assert pointers <= {"/what_if/values", *(f"/what_if/values/{name}" for name in places)}
    assert {"/what_if/values/age", "/what_if/values/bmi"} <= pointers
    assert "Erika" not in refused.text
    nothing = post(client, answer["patient_id"], what_if={"answer_id": answer["id"], "values": {}})
    assert [one["pointer"] for one in nothing.json()["errors"]] == ["/what_if/values"]
    assert counts(database) == before


def test_another_patients_option_and_plan_are_refused(
    client: httpx.Client, question: Json, answer: Json, option: Json
) -> None:
    other = found(client, question | {"patient_id": f"test-{uuid4()}"})
    theirs = other["counterfactuals"][0]
    refused = post(client, answer["patient_id"], counterfactual_id=theirs["id"])
    assert refused.status_code == 422
    assert refused.json()["errors"] == [{"pointer": "/counterfactual_id", "detail": "is not of this patient"}]
    plan = made(client, other, theirs)
    mine = plan | {"patient_id": answer["patient_id"]}
    assert patch(client, mine, kind="completed").status_code == 404
    assert plans_of(client, answer["patient_id"]) == []


def test_supposed_values_are_no_start(client: httpx.Client, answer: Json, option: Json) -> None:
    """Changes from values that the patient does not have would be measured from nowhere."""
    page = client.get(f"/patients/{answer['patient_id']}/interventions", headers={"Accept": "text/html"})
    assert page.status_code == 200
    feature = option["changes"][0]["feature"]
    fields = {"answer": answer["id"], f"at.{feature}": "0"}
    there = client.post(f"/patients/{answer['patient_id']}/interventions", data=fields)
    supposed = there.headers["location"].partition("answer=")[2]
    recorded = client.get(f"/counterfactuals/{supposed}").json()
    offered = [*recorded["counterfactuals"], *recorded["improvements"]]
    for one in offered[:1]:
        refused = post(client, answer["patient_id"], counterfactual_id=one["id"])
        assert refused.status_code == 422
        assert "supposed" in refused.json()["errors"][0]["detail"]
    what_if = {"answer_id": supposed, "values": {}}
    assert "supposed" in post(client, answer["patient_id"], what_if=what_if).json()["errors"][0]["detail"]


def test_nobody_has_no_plans(client: httpx.Client, option: Json) -> None:
    assert client.get("/patients/nobody-here/plans").status_code == 404
    assert post(client, "nobody-here", counterfactual_id=option["id"]).status_code == 404


@pytest.mark.parametrize(
    ("said", "pointer"),
    [
        ({"kind": "loved"}, "/kind"),
        ({"kind": "review_moved"}, "/review_on"),
        ({"kind": "completed", "review_on": "2027-01-01"}, "/review_on"),
        ({"kind": "review_moved", "review_on": "2001-01-01"}, "/review_on"),
        ({"kind": "stopped"}, "/reason"),
        ({"kind": "stopped", "reason": "replaced"}, "/reason"),
        ({"kind": "stopped", "reason": "other"}, "/note"),
        ({"kind": "completed", "reason": "other"}, "/reason"),
        ({"kind": "completed", "replaces": "me"}, "/replaces"),
        ({"kind": "completed", "note": "x" * 1001}, "/note"),
    ],
)
def test_what_is_no_change_is_refused(
    client: httpx.Client, answer: Json, option: Json, said: Json, pointer: str, database: Database
) -> None:
    plan = made(client, answer, option)
    before = counts(database)
    refused = patch(client, plan, **said)
    assert refused.status_code == 422
    assert [error["pointer"] for error in refused.json()["errors"]] == [pointer]
    assert counts(database) == before


def test_the_client_plans_lists_and_changes(client: httpx.Client, answer: Json, option: Json) -> None:
    with Turnpoint(str(client.base_url)) as turnpoint:
        plan = turnpoint.make_plan(answer["patient_id"], option["id"], name="Walk", review_on=today())
        assert (plan.state, plan.days_to_review, plan.follow_up) == (PlanState.ACTIVE, 0, None)
        moved = turnpoint.change_plan(
            plan.patient_id,
            plan.id,
            "review_moved",
            plan.standing_event,
            review_on=today() + timedelta(days=7),
        )
        with pytest.raises(ConflictError) as caught:
            turnpoint.change_plan(plan.patient_id, plan.id, "completed", plan.standing_event)
        assert caught.value.standing_event is not None
        assert caught.value.standing_event.id == moved.standing_event
        own = WhatIf(answer["id"], setting(answer, option)["values"])
        assert turnpoint.make_plan(plan.patient_id, own).counterfactual_id is None
        assert [one.state for one in turnpoint.plans(plan.patient_id, page_size=1)] == ["active", "stopped"]


def test_the_worklist_knows_the_active_plan_and_its_review(
    client: httpx.Client, answer: Json, option: Json, database: Database
) -> None:
    def listed() -> tuple[Any, ...] | None:
        query = "SELECT is_planned, plan_id::text, review_on FROM worklist WHERE patient_id = %s"
        return database.execute(query, (answer["patient_id"],)).fetchone()

    nothing = listed()
    plan = made(client, answer, option)
    assert listed() == (True, plan["id"], date.fromisoformat(plan["review_on"]))
    day = today() + timedelta(days=3)
    plan = patch(client, plan, kind="review_moved", review_on=day.isoformat()).json()
    assert listed() == (True, plan["id"], day)
    patch(client, plan, kind="completed").raise_for_status()
    assert listed() == nothing


def test_a_person_is_told_that_there_is_no_such_plan(client: httpx.Client, answer: Json) -> None:
    """Programs are told how ids are written."""
    path, page = f"/patients/{answer['patient_id']}/plans/jane-17", {"Accept": "text/html"}
    for reply in (
        client.post(path, data={"answer": answer["id"], "kind": "completed"}, headers=page),
        client.get(f"{path}/handout", headers=page),
    ):
        assert reply.status_code == 404
        assert "There is no such plan" in reply.text
        assert "UUID" not in reply.text
        assert "jane" not in reply.text
    assert client.patch(path, json={"kind": "completed", "replaces": str(uuid4())}).status_code == 422
