"""POST /counterfactuals on real parts: real people, the real classifier, a real language model."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import httpx
import psycopg
import pytest

from app.classifiers.model_version import ModelVersion
from app.domain.schema import FeatureSchema
from app.local.embedded.language_model import LanguageModel
from tests.asking import Person
from tests.integration.answers import (
    Json,
    ask,
    assert_changes_explain_the_difference,
    assert_no_option_repeats_a_better_one,
    assert_ranked,
    assert_verified,
    found,
    risk_of,
    told,
)
from tests.integration.fake_llm import fake_llm, good_answers, says
from tests.integration.serving import Servers, client_of, settings_for

PEOPLE = 5

Connection = psycopg.Connection[tuple[Any, ...]]


@pytest.fixture(scope="module")
def by_both(client: httpx.Client, helpable: Person) -> tuple[Json, Json]:
    """A question to language model and search together, and its answer."""
    question = {"patient_id": f"test-{uuid4()}", "features": helpable}
    return question, found(client, question)


@pytest.fixture(scope="module")
def answered(
    client: httpx.Client, high_risk: list[Person], by_both: tuple[Json, Json]
) -> list[tuple[Json, Json]]:
    """Questions about real people with their answers, those with an option only."""
    known = [person for person in high_risk if None not in person.values()][:PEOPLE]
    questions = [
        {"patient_id": f"test-{uuid4()}", "features": person, "generator": "search", "count": 10}
        for person in known
    ]
    pairs = [by_both, *((question, ask(client, question)) for question in questions)]
    assert sum(answer["status"] == "found" for _, answer in pairs) > 1
    return [pair for pair in pairs if pair[1]["status"] == "found"]


def test_every_option_is_verified(client: httpx.Client, answered: list[tuple[Json, Json]]) -> None:
    for _, answer in answered:
        assert_verified(client, answer)


def test_the_present_risk_is_the_classifiers(client: httpx.Client, answered: list[tuple[Json, Json]]) -> None:
    for question, answer in answered:
        told_risk = answer["prediction"]["risk"]
        assert told_risk == pytest.approx(risk_of(client, question["features"]), abs=1e-6)
        assert answer["prediction"]["label"] == "high"


def test_changes_and_linked_changes_explain_the_whole_difference(answered: list[tuple[Json, Json]]) -> None:
    for question, answer in answered:
        for option in answer["counterfactuals"]:
            assert_changes_explain_the_difference(question, option)


def test_only_actionable_features_change_and_links_follow(
    answered: list[tuple[Json, Json]], schema: FeatureSchema
) -> None:
    for _, answer in answered:
        for option in answer["counterfactuals"]:
            changed = {change["feature"] for change in option["changes"]}
            assert changed <= {feature.name for feature in schema.actionable}
            followed = {c["feature"] for c in option["linked"]}
            assert followed == {link.feature for link in schema.links if link.driver in changed}


def test_values_stay_inside_the_clinical_range(
    answered: list[tuple[Json, Json]], schema: FeatureSchema
) -> None:
    for _, answer in answered:
        for option in answer["counterfactuals"]:
            for feature in schema.features:
                if feature.clinical:
                    low, high = feature.clinical
                    assert low <= option["features"][feature.name] <= high


def test_options_come_by_effort_and_offer_different_choices(
    answered: list[tuple[Json, Json]], model: ModelVersion
) -> None:
    for question, answer in answered:
        assert len(answer["counterfactuals"]) <= question.get("count", 4)
        assert_ranked(answer, model.schema.model.min_robustness)
        assert_no_option_repeats_a_better_one(answer)


def test_every_option_is_worded_as_one_to_consider(answered: list[tuple[Json, Json]]) -> None:
    for _, answer in answered:
        assert all(option["summary"].startswith("Consider ") for option in answer["counterfactuals"])


def test_the_real_language_model_makes_eight_proposals(
    by_both: tuple[Json, Json], tuned: LanguageModel
) -> None:
    generation = by_both[1]["generation"]
    assert generation["proposals"] == 8
    assert generation["well_formed"] == 8
    assert generation["valid"] + generation["repaired"] <= generation["well_formed"]
    assert generation["llm_model"] == tuned.alias
    assert generation["degraded"] == []
    assert generation["cached"] is False


def test_the_language_model_alone(client: httpx.Client, question: Json) -> None:
    answer = found(client, question, generator="llm")
    assert answer["generation"]["proposals"] == 8
    if answer["generation"]["valid"] + answer["generation"]["repaired"]:
        assert {option["generator"] for option in answer["counterfactuals"]} == {"llm"}
    assert_verified(client, answer)


def test_search_alone_never_calls_the_language_model(servers: Servers, question: Json) -> None:
    with fake_llm() as fake, client_of(settings_for(servers, llm_url=fake.url)) as client:
        answer = found(client, question)
        assert fake.asked == []
    assert answer["generation"]["proposals"] == 0
    assert answer["generation"]["llm_model"] is None
    assert {option["generator"] for option in answer["counterfactuals"]} == {"search"}


def test_a_recorded_answer_reads_as_it_was_given(client: httpx.Client, by_both: tuple[Json, Json]) -> None:
    answer = by_both[1]
    again = client.get(f"/counterfactuals/{answer['id']}")
    assert again.status_code == 200
    assert told(again.json()) == told(answer)


def test_already_below_the_target(client: httpx.Client, question: Json) -> None:
    risk = risk_of(client, question["features"])
    answer = ask(client, question, target={"max_risk": min(0.99, risk + 0.01)}, generator="auto")
    assert answer["status"] == "already_below_target"
    assert answer["counterfactuals"] == []
    assert answer["infeasible"] is None
    assert answer["generation"]["proposals"] == 0


def test_a_person_of_low_risk_is_already_below(
    client: httpx.Client, patient_id: str, held_out: list[Person], high_risk: list[Person]
) -> None:
    person = next(person for person in held_out if person not in high_risk)
    answer = ask(client, {"patient_id": patient_id, "features": person})
    assert answer["status"] == "already_below_target"
    assert answer["prediction"]["label"] == "low"


def test_infeasible_says_how_low_the_risk_can_get(client: httpx.Client, question: Json) -> None:
    limits = {"features_to_vary": ["saturated_fat"]}
    answer = ask(client, question, target={"max_risk": 0.05}, constraints=limits)
    assert answer["status"] == "infeasible"
    assert answer["counterfactuals"] == []
    finding = answer["infeasible"]
    moved = {change["feature"]: change["to"] for change in finding["reached_by"]}
    assert set(moved) <= {"saturated_fat"}
    assert 0.05 < finding["lowest_reachable_risk"] <= answer["prediction"]["risk"]
    reached = risk_of(client, question["features"] | moved)
    assert reached == pytest.approx(finding["lowest_reachable_risk"], abs=1e-6)
    again = client.get(f"/counterfactuals/{answer['id']}").json()
    assert told(again) == told(answer)


def test_nothing_may_vary(client: httpx.Client, question: Json) -> None:
    answer = ask(client, question, constraints={"features_to_vary": []}, generator="auto")
    assert answer["status"] == "infeasible"
    assert answer["infeasible"]["reached_by"] == []
    assert answer["infeasible"]["lowest_reachable_risk"] == answer["prediction"]["risk"]


def test_only_the_features_named_vary(client: httpx.Client, question: Json) -> None:
    names = {change["feature"] for change in found(client, question)["counterfactuals"][0]["changes"]}
    answer = found(client, question, constraints={"features_to_vary": sorted(names)})
    assert all(
        {change["feature"] for change in option["changes"]} <= names for option in answer["counterfactuals"]
    )


@pytest.mark.parametrize(("feature", "room"), [("bmi", 2.0), ("waist", 3.0), ("weight", 4.0)])
def test_permitted_ranges_hold_for_linked_features_too(
    client: httpx.Client, question: Json, feature: str, room: float
) -> None:
    lowest = round(question["features"][feature] - room, 6)
    answer = found(client, question, constraints={"permitted_range": {feature: [lowest, None]}}, count=10)
    assert all(option["features"][feature] >= lowest for option in answer["counterfactuals"])


@pytest.mark.parametrize("most", [1, 2])
def test_no_more_changes_than_allowed(client: httpx.Client, question: Json, most: int) -> None:
    answer = ask(client, question, constraints={"max_changes": most}, min_robustness=0)
    assert all(len(option["changes"]) <= most for option in answer["counterfactuals"])


def test_without_a_wish_for_robustness_nothing_is_fragile(client: httpx.Client, question: Json) -> None:
    easy = found(client, question, min_robustness=0)
    assert_ranked(easy, 0)
    assert not any(option["fragile"] for option in easy["counterfactuals"])
    cautious = found(client, question, min_robustness=1.0)
    assert_ranked(cautious, 1.0)
    if not cautious["counterfactuals"][0]["fragile"]:
        assert cautious["counterfactuals"][0]["effort"] >= easy["counterfactuals"][0]["effort"]


def test_unknown_and_derived_values(client: httpx.Client, question: Json) -> None:
    features = {name: value for name, value in question["features"].items() if name != "weight"}
    unmeasured = features | {"waist": None}
    risk = client.post("/predictions", json={"features": unmeasured}).json()["risk"]
    answer = found(client, question | {"features": unmeasured}, count=10, target={"max_risk": risk - 0.03})
    bmi, height = features["bmi"], features["height"]
    for option in answer["counterfactuals"]:
        assert option["features"]["waist"] is None
        ratio = option["features"]["bmi"] / bmi
        expected = bmi * (height / 100) ** 2 * ratio
        assert option["features"]["weight"] == pytest.approx(expected, abs=0.15)
    assert_verified(client, answer)


def test_the_same_question_again_comes_from_the_cache_and_is_recorded(
    client: httpx.Client, question: Json, database: Connection
) -> None:
    first = found(client, question)
    second = found(client, question)
    assert told(second) == told(first)
    assert [first["generation"]["cached"], second["generation"]["cached"]] == [False, True]
    assert cached_flags(database, first["id"]) == [False, True]


def test_the_first_question_of_a_gateway_is_cached_too(
    servers: Servers, question: Json, model: ModelVersion, helpable: Person
) -> None:
    with fake_llm() as fake, client_of(settings_for(servers, llm_url=fake.url)) as client:
        fake.behaviour = says(*good_answers(model, helpable)[:8])
        answers = [found(client, question, generator="auto") for _ in range(3)]
        assert len(fake.asked) == 1
    assert [answer["generation"]["cached"] for answer in answers] == [False, True, True]


def test_order_and_spelling_of_numbers_make_no_other_question(client: httpx.Client, question: Json) -> None:
    first = found(client, question)
    features = {
        name: float(value) if type(value) is int else value
        for name, value in reversed(question["features"].items())
    }
    assert found(client, question | {"features": features})["id"] == first["id"]


def test_another_patient_with_the_same_features_gets_a_record_of_their_own(
    client: httpx.Client, question: Json
) -> None:
    first = found(client, question)
    second = found(client, question, patient_id=f"{question['patient_id']}-2")
    assert first["id"] != second["id"]
    assert second["generation"]["cached"] is False
    assert [option["changes"] for option in first["counterfactuals"]] == [
        option["changes"] for option in second["counterfactuals"]
    ]


def test_equal_questions_at_the_same_time_are_answered_once(
    client: httpx.Client, question: Json, database: Connection
) -> None:
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: found(client, question), range(6)))
    assert len({answer["id"] for answer in answers}) == 1
    rows = database.execute("SELECT id FROM answers WHERE patient_id = %s", [question["patient_id"]])
    assert len(rows.fetchall()) == 1
    assert sorted(cached_flags(database, answers[0]["id"])) == [False] + 5 * [True]


def cached_flags(database: Connection, answer_id: str) -> list[bool]:
    rows = database.execute("SELECT cached FROM requests WHERE answer_id = %s ORDER BY id", [answer_id])
    return [row[0] for row in rows.fetchall()]
