"""Plans: made once from what was verified, and changed by who has seen them."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from itertools import pairwise
from typing import Any
from uuid import uuid4

import httpx
import pytest

from app.domain.horizon import review_after
from tests.asking import Person
from tests.integration.answers import Json, ask, found, risk_of
from tests.integration.planning import Database, counts, made, patch, plans_of, post, today, verdicts
from tests.integration.serving import row_counts
from turnpoint import ConflictError, PlanState, Turnpoint, WhatIf


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


def settled(client: httpx.Client, patient: str, option: str) -> httpx.Response:
    """The first answer but 503: on a busy machine whoever waits for the others may wait too long."""
    for _ in range(20):
        reply = post(client, patient, counterfactual_id=option)
        if reply.status_code != 503:
            break
    return reply


def test_the_same_at_the_same_time_is_one_plan(
    client: httpx.Client, answer: Json, option: Json, database: Database
) -> None:
    before = counts(database)
    with ThreadPoolExecutor(8) as pool:
        replies = list(pool.map(lambda _: settled(client, answer["patient_id"], option["id"]), range(8)))
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
        replies = list(pool.map(lambda one: settled(client, answer["patient_id"], one), wanted))
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
