"""Verdicts and plans never contradict each other, whatever is done in whatever order."""

from typing import Any
from uuid import uuid4

import httpx
import psycopg
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.integration.answers import Json, found

Database = psycopg.Connection[tuple[Any, ...]]
OPTIONS = 2
DECLINE = {"verdict": "declined", "reason": "preference"}


def plan(client: httpx.Client, answer: Json, option: Json) -> httpx.Response:
    body = {"counterfactual_id": option["id"]}
    return client.post(f"/patients/{answer['patient_id']}/plans", json=body)


def active(client: httpx.Client, answer: Json) -> list[Json]:
    page = client.get(f"/patients/{answer['patient_id']}/plans").raise_for_status().json()
    return [one for one in page["plans"] if one["state"] == "active"]


def standing(client: httpx.Client, answer: Json) -> dict[str, Json]:
    page = client.get(f"/patients/{answer['patient_id']}/interventions").raise_for_status().json()
    return {one["counterfactual_id"]: one for one in page["feedback"]}


def give(client: httpx.Client, answer: Json, option: Json, **said: Any) -> httpx.Response:
    """By somebody who has seen what stands."""
    last = standing(client, answer).get(option["id"])
    body = {"counterfactual_id": option["id"], "replaces": last["id"] if last else None} | said
    return client.post(f"/counterfactuals/{answer['id']}/feedback", json=body)


def test_declining_stops_the_plan(client: httpx.Client, answer: Json, database: Database) -> None:
    option = answer["counterfactuals"][0]
    made = plan(client, answer, option).json()
    assert give(client, answer, option, **DECLINE).status_code == 201
    (stopped,) = client.get(f"/patients/{answer['patient_id']}/plans").json()["plans"]
    assert (stopped["id"], stopped["state"]) == (made["id"], "stopped")
    assert stopped["events"][-1]["reason"] == "declined"
    listed = "SELECT is_planned, plan_id FROM worklist WHERE patient_id = %s"
    assert database.execute(listed, (answer["patient_id"],)).fetchall() == [(False, None)]
    assert plan(client, answer, option).status_code == 409
    page = client.get(f"/patients/{answer['patient_id']}/interventions", headers={"Accept": "text/html"})
    assert "the option was declined" in page.text


def test_taking_back_stops_the_plan_and_it_can_be_planned_again(client: httpx.Client, answer: Json) -> None:
    option = answer["counterfactuals"][0]
    made = plan(client, answer, option).json()
    assert give(client, answer, option, verdict="withdrawn").status_code == 201
    (stopped,) = client.get(f"/patients/{answer['patient_id']}/plans").json()["plans"]
    assert (stopped["state"], stopped["events"][-1]["reason"]) == ("stopped", "undone")
    again = plan(client, answer, option)
    assert again.status_code == 201
    assert again.json()["id"] != made["id"]
    assert standing(client, answer)[option["id"]]["verdict"] == "accepted"


def test_a_plan_of_another_option_goes_on(client: httpx.Client, answer: Json) -> None:
    planned, other = answer["counterfactuals"][:2]
    made = plan(client, answer, planned).json()
    assert give(client, answer, other, **DECLINE).status_code == 201
    assert [one["id"] for one in active(client, answer)] == [made["id"]]


def test_nobody_says_that_a_plan_was_declined_but_the_verdict(client: httpx.Client, answer: Json) -> None:
    made = plan(client, answer, answer["counterfactuals"][0]).json()
    body = {"kind": "stopped", "reason": "declined", "replaces": made["standing_event"]}
    refused = client.patch(f"/patients/{answer['patient_id']}/plans/{made['id']}", json=body)
    assert [one["pointer"] for one in refused.json()["errors"]] == ["/reason"]


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["accept", "decline", "withdraw", "plan", "stop", "undo", "complete"]),
        st.integers(0, OPTIONS - 1),
    ),
    min_size=1,
    max_size=8,
)


def step(client: httpx.Client, answer: Json, what: str, option: Json) -> None:
    if what == "plan":
        before = standing(client, answer).get(option["id"])
        is_declined = before is not None and before["verdict"] == "declined"
        assert plan(client, answer, option).status_code in ({409} if is_declined else {200, 201})
    elif what in ("stop", "undo", "complete"):
        kind = {"kind": "completed"} if what == "complete" else {"kind": "stopped"}
        reason = {"stop": {"reason": "no_effect"}, "undo": {"reason": "undone"}}.get(what, {})
        for one in active(client, answer):
            path = f"/patients/{answer['patient_id']}/plans/{one['id']}"
            body = kind | reason | {"replaces": one["standing_event"]}
            client.patch(path, json=body).raise_for_status()
    else:
        said: Json = {"accept": {"verdict": "accepted"}, "decline": DECLINE}.get(
            what, {"verdict": "withdrawn"}
        )
        stands = option["id"] in standing(client, answer)
        reply = give(client, answer, option, **said)
        assert reply.status_code in ({200, 201} if stands or what != "withdraw" else {422})


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_an_active_plan_is_of_an_accepted_option(
    client: httpx.Client, question: Json, database: Database, steps: list[tuple[str, int]]
) -> None:
    answer = found(client, question | {"patient_id": f"test-{uuid4()}"})
    options = answer["counterfactuals"][:OPTIONS]
    for what, place in steps:
        step(client, answer, what, options[place])
        plans, verdicts = active(client, answer), standing(client, answer)
        assert len(plans) <= 1
        assert {verdicts[one["counterfactual_id"]]["verdict"] for one in plans} <= {"accepted"}
        (listed,) = database.execute(
            "SELECT plan_id::text FROM worklist WHERE patient_id = %s", (answer["patient_id"],)
        ).fetchall()
        assert listed[0] == (plans[0]["id"] if plans else None)
