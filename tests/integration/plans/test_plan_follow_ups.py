"""What became of plans, by newer values."""

from concurrent.futures import ThreadPoolExecutor

import httpx

from tests.integration.answers import Json, ask
from tests.integration.planning import Database, by_version_1, counts, made, patch, plans_of


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


def test_a_later_version_is_told_and_what_it_lacks_is_unknown(client: httpx.Client, question: Json) -> None:
    old, offered = by_version_1(client, question)
    plan = made(client, old, offered)
    assert plan["model"]["version"] == "1"
    ask(client, later(question, offered))
    (followed,) = plans_of(client, question["patient_id"])
    assert followed["follow_up"]["same_version"] is False
    assert followed["follow_up"]["model_version"] != "1"


def test_follow_ups_are_kept_however_many_there_are(
    client: httpx.Client, question: Json, answer: Json, option: Json
) -> None:
    """A statement that one connection runs often is planned by the database without its parameters."""
    made(client, answer, option)
    for number in range(16):
        newer = question | {"features": question["features"] | {"sbp": 120 + number}}
        newest = ask(client, newer)
        (plan,) = plans_of(client, answer["patient_id"])
        assert plan["follow_up"]["answer_id"] == newest["id"]
