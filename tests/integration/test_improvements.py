"""What helps where the target is out of reach, the front, and targets that are falls: on real parts."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any
from uuid import uuid4

import httpx
import psycopg
import pytest

from app.domain.improvement import MOST_POINTS
from app.domain.risk_scale import LEAST_REDUCTION
from app.domain.schema import FeatureSchema
from tests.asking import Person
from tests.integration.answers import (
    Json,
    ask,
    assert_changes_explain_the_difference,
    found,
    risk_of,
    told,
)
from tests.integration.pages import HTML
from tests.integration.serving import Servers, client_of, settings_for

Connection = psycopg.Connection[tuple[Any, ...]]
SHARES = ("refits", "noise", "adherence")
TRIED = 40


@pytest.fixture(scope="module")
def gateway(servers: Servers) -> Iterator[httpx.Client]:
    """A gateway without a language model: the search alone answers."""
    with client_of(settings_for(servers)) as client:
        yield client


def question_about(person: Person) -> Json:
    return {"patient_id": f"test-{uuid4()}", "features": dict(person), "generator": "search"}


@pytest.fixture(scope="module")
def questions(high_risk: list[Person]) -> list[Json]:
    """About people at high risk of whom everything is known, in no order of how well they can be helped."""
    return [question_about(person) for person in high_risk if None not in person.values()][:TRIED]


@pytest.fixture(scope="module")
def answers(gateway: httpx.Client, questions: list[Json]) -> list[tuple[Json, Json]]:
    return [(question, ask(gateway, question)) for question in questions]


@pytest.fixture(scope="module")
def improved(answers: list[tuple[Json, Json]]) -> list[tuple[Json, Json]]:
    """Those that nothing brings to the target, and something lowers."""
    pairs = [(question, answer) for question, answer in answers if answer["improvements"]]
    assert len(pairs) > 1
    return pairs


@pytest.fixture(scope="module")
def out_of_reach(improved: list[tuple[Json, Json]]) -> tuple[Json, Json]:
    """The first of them."""
    return next(pair for pair in improved if pair[1]["status"] == "infeasible")


def test_improvements_are_given_exactly_where_no_option_holds(answers: list[tuple[Json, Json]]) -> None:
    for _, answer in answers:
        due = all(option["fragile"] for option in answer["counterfactuals"])
        assert (answer["improvements"] != []) + (answer["no_improvement"] is not None) == due
    assert any(answer["no_improvement"] for _, answer in answers)


def test_improvements_are_verified_and_worth_it(
    gateway: httpx.Client, improved: list[tuple[Json, Json]], schema: FeatureSchema
) -> None:
    least = schema.model.min_robustness
    for question, answer in improved:
        now = answer["prediction"]["risk"]
        for one in answer["improvements"]:
            assert one["verified"] is True
            assert one["fragile"] is False
            assert risk_of(gateway, one["features"]) == pytest.approx(one["risk"], abs=1e-6)
            assert one["reduction"] == pytest.approx(now - one["risk"], abs=1e-6)
            assert one["reduction"] >= LEAST_REDUCTION - 1e-6
            assert sum(change["part"] for change in one["changes"]) == pytest.approx(
                one["reduction"], abs=1e-5
            )
            for share in SHARES:
                assert one["robustness"][share] >= least
                assert one["reduction_holds"][share] <= one["robustness"][share]
            if one["holds_at"] is not None:
                assert one["risk"] - 1e-6 <= one["holds_at"] < now
                assert 100 * one["holds_at"] == pytest.approx(round(100 * one["holds_at"]))
            assert_changes_explain_the_difference(question, one)
            assert one["summary"].startswith("Consider ")


def test_improvements_come_by_effort_and_are_marked_once(improved: list[tuple[Json, Json]]) -> None:
    for _, answer in improved:
        told_of = answer["improvements"]
        assert [one["rank"] for one in told_of] == list(range(1, len(told_of) + 1))
        assert all(one["effort"] <= other["effort"] for one, other in pairwise(told_of))
        grades = [grade for one in told_of for grade in one["grades"]]
        assert sorted(set(grades)) == sorted(grades)
        assert "largest" in grades  # and off the front nothing else
        ids = [one["id"] for one in [*answer["counterfactuals"], *told_of]]
        assert len(set(ids)) == len(ids)


@pytest.mark.parametrize("least", [0, 0.5, 1])
@pytest.mark.parametrize("diversity", ["strategies", "least_effort"])
@pytest.mark.parametrize("count", [1, 10])
def test_as_many_improvements_as_are_wished_hold_as_well_as_is_wished(
    gateway: httpx.Client, out_of_reach: tuple[Json, Json], least: float, diversity: str, count: int
) -> None:
    wishes = {"min_robustness": least, "diversity": diversity, "count": count}
    answer = ask(gateway, out_of_reach[0], **wishes)
    assert len(answer["improvements"]) <= count
    assert answer["improvements"] or answer["no_improvement"]
    for one in answer["improvements"]:
        assert min(one["robustness"].values()) >= least
        assert one["grades"] or diversity == "strategies"


def test_another_model_tells_improvements_too(gateway: httpx.Client, heart_patient: Person) -> None:
    question = question_about(heart_patient) | {"model": "heart-disease"}
    answer = ask(gateway, question, target={"max_risk": 0.001}, min_robustness=0)
    assert answer["status"] == "infeasible"
    assert answer["improvements"]
    assert answer["frontier"][-1]["risk"] == pytest.approx(answer["infeasible"]["lowest_reachable_risk"])
    for one in answer["improvements"]:
        risk = risk_of(gateway, one["features"], "heart-disease")
        assert risk == pytest.approx(one["risk"], abs=1e-6)


def test_the_front_falls_as_effort_rises(answers: list[tuple[Json, Json]]) -> None:
    for _, answer in answers:
        front, now = answer["frontier"], answer["prediction"]["risk"]
        assert len(front) <= MOST_POINTS
        assert all(one["effort"] < other["effort"] for one, other in pairwise(front))
        assert all(one["risk"] > other["risk"] for one, other in pairwise(front))
        for point in front:
            assert point["reduction"] > 0
            assert point["reduction"] == pytest.approx(now - point["risk"], abs=1e-6)
            assert point["changes"]
            assert point["effort_bound"] <= point["effort"]
            assert point["proved"] is (point["effort_bound"] == point["effort"])
    assert any(point["proved"] for _, answer in answers for point in answer["frontier"])


def test_nothing_that_is_offered_takes_less_effort_than_a_proof_says(
    answers: list[tuple[Json, Json]],
) -> None:
    checked = 0
    for _, answer in answers:
        for option in [*answer["counterfactuals"], *answer["improvements"]]:
            for point in answer["frontier"]:
                if point["proved"] and option["risk"] <= point["risk"]:
                    assert option["effort"] >= point["effort"] - 1e-4
                    checked += 1
    assert checked > len(answers)


def test_where_nothing_is_worth_it_that_is_said(answers: list[tuple[Json, Json]]) -> None:
    for _, answer in answers:
        nothing, front = answer["no_improvement"], answer["frontier"]
        if nothing is None:
            continue
        largest = front[-1]["reduction"] if front else 0
        assert nothing["largest_reduction"] == pytest.approx(largest, abs=1e-6)
        assert nothing["holds"] is False or largest < LEAST_REDUCTION
        assert nothing["text"]


def test_the_conditions_stand_beside_every_proof(
    answers: list[tuple[Json, Json]], schema: FeatureSchema
) -> None:
    for _, answer in answers:
        conditions = answer["conditions"]
        assert conditions["max_changes"] == schema.model.max_changes
        assert conditions["min_robustness"] == schema.model.min_robustness
        permitted = {one["feature"] for one in conditions["permitted"]}
        linked = {link.feature for link in schema.links if link.driver in permitted}
        follows = {effect["feature"] for effect in conditions["effects"]}
        assert {effect["driver"] for effect in conditions["effects"]} <= permitted | linked | follows
        for point in answer["frontier"]:
            assert {change["feature"] for change in point["changes"]} <= permitted
        if answer["infeasible"]:
            assert answer["infeasible"]["conditions"] == conditions


def test_the_callers_bounds_and_robustness_are_among_the_conditions(
    gateway: httpx.Client, out_of_reach: tuple[Json, Json]
) -> None:
    question, plain = out_of_reach
    cholesterol = question["features"]["total_cholesterol"]
    limits = {"permitted_range": {"total_cholesterol": [cholesterol - 2, None]}, "max_changes": 2}
    answer = ask(gateway, question, constraints=limits, min_robustness=0.5)
    conditions = answer["conditions"]
    assert (conditions["max_changes"], conditions["min_robustness"]) == (2, 0.5)
    lowest = [kept_range(one, "total_cholesterol")["low"] for one in (plain, answer)]
    assert lowest[0] < lowest[1] == cholesterol - 2
    for one in [*answer["improvements"], *answer["counterfactuals"]]:
        assert one["features"]["total_cholesterol"] >= cholesterol - 2


def kept_range(answer: Json, feature: str) -> Json:
    [kept] = [one for one in answer["conditions"]["ranges"] if one["feature"] == feature]
    return dict(kept)


def test_a_person_below_the_target_is_told_what_would_lower_it_further_if_asked(
    gateway: httpx.Client, held_out: list[Person], high_risk: list[Person]
) -> None:
    person = next(one for one in held_out if one not in high_risk and float(one["bmi"] or 0) > 32)
    question = question_about(person)
    plain, always = ask(gateway, question), ask(gateway, question, always=True)
    assert plain["id"] != always["id"]
    for answer in (plain, always):
        assert answer["status"] == "already_below_target"
        assert answer["counterfactuals"] == []
        assert answer["infeasible"] is None
    parts = ("improvements", "no_improvement", "frontier", "conditions")
    assert [plain[part] for part in parts] == [[], None, [], None]
    assert always["frontier"]
    assert always["conditions"]
    assert always["improvements"] or always["no_improvement"]


def test_who_has_options_gets_improvements_beside_them_if_asked(
    gateway: httpx.Client, helpable: Person
) -> None:
    question = question_about(helpable)
    plain, always = found(gateway, question), found(gateway, question, always=True)
    assert plain["improvements"] == []
    assert always["improvements"]
    assert plain["frontier"] == always["frontier"] != []
    assert without_ids(plain["counterfactuals"]) == without_ids(always["counterfactuals"])


def without_ids(options: list[Json]) -> list[Json]:
    return [option | {"id": None} for option in options]


@pytest.mark.parametrize("kind", ["relative_reduction", "absolute_reduction"])
def test_a_fall_is_a_target(gateway: httpx.Client, helpable: Person, database: Connection, kind: str) -> None:
    amount = 0.1
    answer = found(gateway, question_about(helpable), target={kind: amount})
    now, target = answer["prediction"]["risk"], answer["prediction"]["target"]
    expected = now * (1 - amount) if kind == "relative_reduction" else now - amount
    assert target == pytest.approx(expected, abs=1e-9)
    assert all(option["risk"] <= target for option in answer["counterfactuals"])
    row = database.execute("SELECT target_asked FROM answers WHERE id = %s", [answer["id"]]).fetchone()
    assert row == ({kind: amount},)
    level = ask(gateway, question_about(helpable), target={"max_risk": target})
    assert level["prediction"]["target"] == pytest.approx(target, abs=1e-9)


def test_targets_of_other_kinds_are_other_questions(gateway: httpx.Client, helpable: Person) -> None:
    question = question_about(helpable)
    targets = [{"relative_reduction": 0.1}, {"absolute_reduction": 0.1}, {"max_risk": 0.1}]
    asked = [ask(gateway, question, target=target)["id"] for target in targets]
    assert len(set(asked)) == len(asked)
    assert [ask(gateway, question, target=target)["id"] for target in targets] == asked


def test_a_fall_beyond_the_present_risk_is_refused_and_one_just_within_is_not(
    gateway: httpx.Client, helpable: Person
) -> None:
    question = question_about(helpable)
    now = risk_of(gateway, dict(helpable))
    for beyond in (now, now + 1e-6, 0.999):
        refused = gateway.post("/counterfactuals", json=question | {"target": {"absolute_reduction": beyond}})
        assert refused.status_code == 422
        [fault] = refused.json()["errors"]
        assert fault["pointer"] == "/target/absolute_reduction"
        assert str(beyond)[:6] not in refused.text
    answer = ask(gateway, question, target={"absolute_reduction": now - 0.001})
    assert answer["status"] == "infeasible"


def test_an_answer_reads_as_it_was_given_wherever_it_is_read(
    gateway: httpx.Client, out_of_reach: tuple[Json, Json], helpable: Person
) -> None:
    asked = [question_about(out_of_reach[0]["features"]), question_about(helpable) | {"always": True}]
    for question in asked:
        answer = ask(gateway, question)
        again = ask(gateway, question)
        assert again["generation"]["cached"] is True
        recorded = gateway.get(f"/counterfactuals/{answer['id']}").json()
        [listed] = gateway.get(f"/patients/{question['patient_id']}/interventions").json()["answers"]
        assert answer["improvements"]
        assert told(again) == told(recorded) == told(listed) == told(answer)


def test_what_clinicians_say_of_an_improvement_is_kept(
    gateway: httpx.Client, improved: list[tuple[Json, Json]]
) -> None:
    (_, answer), (_, other) = improved[:2]
    path = f"/counterfactuals/{answer['id']}/feedback"
    improvement = answer["improvements"][-1]["id"]
    said = gateway.post(path, json={"counterfactual_id": improvement, "verdict": "accepted"})
    assert said.status_code == 201
    page = gateway.get(f"/patients/{answer['patient_id']}/interventions").json()
    assert page["feedback"] == [said.json()]
    foreign = {"counterfactual_id": other["improvements"][0]["id"], "verdict": "accepted"}
    refused = gateway.post(path, json=foreign)
    assert refused.status_code == 422
    assert [fault["pointer"] for fault in refused.json()["errors"]] == ["/counterfactual_id"]


def test_a_what_if_departs_from_an_answer_without_options(
    gateway: httpx.Client, out_of_reach: tuple[Json, Json]
) -> None:
    question, answer = out_of_reach
    path = f"/patients/{question['patient_id']}/interventions"
    changed = answer["improvements"][0]["changes"][0]["feature"]
    sent = gateway.post(path, data={"answer": answer["id"], f"at.{changed}": "1"}, headers=HTML)
    assert sent.status_code == 303, sent.text
    newest = gateway.get(path).json()["answers"][0]
    assert newest["based_on"] == answer["id"]
    assert newest["frontier"] or newest["no_improvement"]
    assert told(gateway.get(f"/counterfactuals/{newest['id']}").json()) == told(newest)


def test_a_what_if_keeps_the_kind_of_target(gateway: httpx.Client, helpable: Person) -> None:
    """A fall is one from what is supposed."""
    question = question_about(helpable)
    answer = found(gateway, question, target={"relative_reduction": 0.1})
    path = f"/patients/{question['patient_id']}/interventions"
    changed = answer["counterfactuals"][0]["changes"][0]["feature"]
    sent = gateway.post(path, data={"answer": answer["id"], f"at.{changed}": "1"}, headers=HTML)
    assert sent.status_code == 303, sent.text
    newest = gateway.get(path).json()["answers"][0]
    assert newest["prediction"]["target_asked"] == answer["prediction"]["target_asked"]
    assert newest["prediction"]["target"] == pytest.approx(0.9 * newest["prediction"]["risk"])
