"""What people would do, what follows from it, and what a question may open or close: on real parts."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import httpx
import psycopg
import pytest

from app.domain.schema import FeatureSchema
from app.domain.scope import Inclusion, Scope
from tests.asking import Person
from tests.integration.answers import Json, ask, found, risk_of, told
from tests.integration.pages import HTML
from tests.integration.serving import Servers, client_of, settings_for

PEOPLE = 6
Connection = psycopg.Connection[tuple[Any, ...]]


@pytest.fixture(scope="module")
def gateway(servers: Servers) -> Iterator[httpx.Client]:
    """A gateway without a language model: the search alone answers."""
    with client_of(settings_for(servers)) as client:
        yield client


def question_about(person: Person) -> Json:
    return {"patient_id": f"test-{uuid4()}", "features": dict(person), "generator": "search"}


@pytest.fixture(scope="module")
def people(high_risk: list[Person]) -> list[Person]:
    """Some people at high risk of whom everything is known."""
    return [person for person in high_risk if None not in person.values()][:PEOPLE]


@pytest.fixture(scope="module")
def answers(gateway: httpx.Client, people: list[Person]) -> list[Json]:
    """As a caller gets them who says nothing special."""
    return [ask(gateway, question_about(person)) for person in people]


def features_of(changes: list[Json]) -> set[str]:
    return {change["feature"] for change in changes}


def suggested(answer: Json) -> set[str]:
    """Every feature that an option, or the way to the lowest risk, asks to change."""
    options = [option["changes"] for option in answer["counterfactuals"]]
    lowest = answer["infeasible"]["reached_by"] if answer["infeasible"] else []
    return features_of([change for changes in [*options, lowest] for change in changes])


def open_to(answer: Json) -> set[str]:
    """What could be suggested where nothing reaches the target."""
    return features_of(answer["infeasible"]["conditions"]["permitted"])


def out_of_reach(gateway: httpx.Client, person: Person, **more: Any) -> Json:
    """A question that nothing reaches, so that the answer lists what is open to the person."""
    return ask(gateway, question_about(person), **{"target": {"max_risk": 0.01}, **more})


def test_only_what_people_do_is_suggested(answers: list[Json], schema: FeatureSchema) -> None:
    for answer in answers:
        assert all(schema[name].role == "behaviour" for name in suggested(answer))


def test_what_is_brought_along_stands_apart_from_what_is_linked(
    answers: list[Json], schema: FeatureSchema
) -> None:
    options = [option for answer in answers for option in answer["counterfactuals"]]
    assert [option for option in options if option["brought_along"]]
    for option in options:
        changed, along = features_of(option["changes"]), features_of(option["brought_along"])
        linked = features_of(option["linked"])
        assert not along & (linked | changed)
        assert linked <= set(schema.link_of)
        assert (option["consequences"] is None) == (not along)
        for one in option["brought_along"]:
            assert one["to"] == option["features"][one["feature"]] != one["from"]
            assert one["low"] <= one["to"] <= one["high"]
            assert one["sources"]
            assert set(one["drivers"]) <= changed


def test_parts_of_changes_add_up_to_the_fall_of_the_risk(gateway: httpx.Client, answers: list[Json]) -> None:
    for answer in answers:
        now = answer["prediction"]["risk"]
        for option in answer["counterfactuals"]:
            assert sum(one["part"] for one in option["changes"]) == pytest.approx(
                now - option["risk"], abs=1e-5
            )
        if answer["infeasible"]:
            fall = now - answer["infeasible"]["lowest_reachable_risk"]
            assert sum(one["part"] for one in answer["infeasible"]["reached_by"]) == pytest.approx(
                fall, abs=1e-5
            )


def test_a_single_change_does_alone_what_its_part_is(answers: list[Json]) -> None:
    alone = [
        one["changes"][0]
        for answer in answers
        for one in answer["counterfactuals"]
        if len(one["changes"]) == 1
    ]
    assert all(change["part"] == change["alone"] for change in alone)


def test_most_helpful_changes_come_by_what_they_do_alone(answers: list[Json]) -> None:
    for answer in answers:
        falls = [one["reduction"] for one in answer["most_helpful"]]
        assert falls == sorted(falls, reverse=True)
        assert all(fall > 0 for fall in falls)


def test_options_are_of_different_strategies(answers: list[Json], schema: FeatureSchema) -> None:
    for answer in answers:
        options = answer["counterfactuals"]
        for option in options:
            themes = {schema.theme_of(name) for name in features_of(option["changes"])}
            assert set(option["strategy"]["themes"]) == themes
            assert option["strategy"]["name"]
        sets = [features_of(option["changes"]) for option in options]
        assert all(
            2 * len(one & other) <= min(len(one), len(other))
            for place, one in enumerate(sets)
            for other in sets[:place]
        )
        is_short = answer["status"] == "found" and len(options) < 4
        assert (answer["shortfall"] is not None) == is_short


def test_least_effort_gives_the_order_by_effort_however_alike(
    gateway: httpx.Client, people: list[Person]
) -> None:
    for person in people:
        question = question_about(person)
        different = ask(gateway, question)
        alike = ask(gateway, question, diversity="least_effort")
        assert different["id"] != alike["id"]
        efforts = [option["effort"] for option in alike["counterfactuals"]]
        assert efforts == sorted(efforts)
        wanted = [option["effort"] for option in different["counterfactuals"]]
        assert len(efforts) >= len(wanted)
        assert all(one <= other + 1e-6 for one, other in zip(efforts, wanted, strict=False))


def test_a_theme_that_is_to_be_kept_is_kept(
    gateway: httpx.Client, people: list[Person], schema: FeatureSchema
) -> None:
    activity = set(schema.with_theme("activity"))
    for person in people:
        assert open_to(out_of_reach(gateway, person)) & activity
        kept = {"features_to_keep": ["activity"]}
        assert not open_to(out_of_reach(gateway, person, constraints=kept)) & activity
        assert not suggested(ask(gateway, question_about(person), constraints=kept)) & activity


def test_a_theme_may_vary_but_for_a_feature_of_it(
    gateway: httpx.Client, people: list[Person], schema: FeatureSchema
) -> None:
    constraints = {"features_to_vary": ["food"], "features_to_keep": ["fibre"]}
    told_open = [open_to(out_of_reach(gateway, person, constraints=constraints)) for person in people]
    assert set().union(*told_open) == set(schema.with_theme("food")) - {"fibre"}


def test_a_yes_or_no_may_be_bounded_by_its_value(gateway: httpx.Client, people: list[Person]) -> None:
    inactive = next(person for person in people if person["moderate_activity"] is False)
    assert "moderate_activity" in open_to(out_of_reach(gateway, inactive))
    for bound in (False, [False, False], [None, False]):
        constraints = {"permitted_range": {"moderate_activity": bound}}
        assert "moderate_activity" not in open_to(out_of_reach(gateway, inactive, constraints=constraints))
    for bound in (True, [True, None]):
        constraints = {"permitted_range": {"moderate_activity": bound}}
        assert "moderate_activity" in open_to(out_of_reach(gateway, inactive, constraints=constraints))


def test_treatment_is_open_only_where_it_is_included(
    gateway: httpx.Client, high_risk: list[Person], schema: FeatureSchema
) -> None:
    treated = [f.name for f in schema.within(Scope(include=(Inclusion.TREATMENT,))).actionable if f.treatment]
    person = next(one for one in high_risk if float(one["sbp"] or 0) >= 145 and float(one["age"] or 0) < 75)
    assert not open_to(out_of_reach(gateway, person)) & set(treated)
    opened = out_of_reach(gateway, person, include=["treatment"])
    assert "sbp" in open_to(opened)
    only = ask(
        gateway,
        question_about(person),
        include=["treatment"],
        target={"max_risk": 0.01},
        constraints={"features_to_vary": ["treatment"]},
    )
    assert open_to(only) <= set(treated)


def test_an_intensive_programme_goes_further(gateway: httpx.Client, people: list[Person]) -> None:
    person = next(one for one in people if float(one["bmi"] or 0) > 32 and float(one["age"] or 0) < 75)
    furthest = {}
    for programme in ("usual", "intensive"):
        answer = out_of_reach(gateway, person, programme=programme)
        [bmi] = [p for p in answer["infeasible"]["conditions"]["permitted"] if p["feature"] == "bmi"]
        furthest[programme] = (bmi["to"], answer["infeasible"]["lowest_reachable_risk"])
    assert furthest["intensive"][0] < furthest["usual"][0]
    assert furthest["intensive"][1] < furthest["usual"][1]


def test_a_smoker_is_told_of_stopping_whatever_the_options_are(
    gateway: httpx.Client, high_risk: list[Person]
) -> None:
    smoker = next(one for one in high_risk if float(one["cigarettes"] or 0) >= 5)
    for target in (0.01, 0.99):
        answer = ask(gateway, question_about(smoker), target={"max_risk": target})
        assert features_of(answer["always"]) == {"cigarettes"}
        assert all(said["text"] and said["source"] for said in answer["always"])
    quit_ = ask(gateway, question_about({**smoker, "cigarettes": 0}))
    assert quit_["always"] == []


def test_what_is_brought_along_where_nothing_reaches_the_target(
    gateway: httpx.Client, people: list[Person]
) -> None:
    answer = out_of_reach(gateway, people[0])
    infeasible = answer["infeasible"]
    assert infeasible["brought_along"]
    changed = features_of(infeasible["reached_by"])
    assert all(set(one["drivers"]) <= changed for one in infeasible["brought_along"])


def test_the_whole_vector_is_what_the_classifier_scored(gateway: httpx.Client, answers: list[Json]) -> None:
    for answer in answers:
        for option in answer["counterfactuals"]:
            assert risk_of(gateway, option["features"]) == pytest.approx(option["risk"], abs=1e-6)


def test_an_answer_is_read_back_with_all_that_it_told(
    gateway: httpx.Client, database: Connection, helpable: Person
) -> None:
    wider: Json = {"include": ["treatment"], "programme": "intensive", "diversity": "least_effort"}
    kept: Json = {"constraints": {"features_to_keep": ["sleep"], "permitted_range": {"active_travel": False}}}
    answer = found(gateway, question_about(helpable), **wider, **kept)
    recorded = gateway.get(f"/counterfactuals/{answer['id']}").json()
    assert told(recorded) == told(answer)
    row = database.execute(
        "SELECT include, programme, diversity, constraints -> 'features_to_keep' FROM answers WHERE id = %s",
        [answer["id"]],
    ).fetchone()
    assert row == (["treatment"], "intensive", "least_effort", ["sleep"])


@pytest.mark.parametrize(
    "other",
    [
        {"include": ["treatment"]},
        {"programme": "intensive"},
        {"diversity": "least_effort"},
        {"constraints": {"features_to_keep": ["sleep"]}},
    ],
)
def test_what_shapes_an_answer_makes_another_question(
    gateway: httpx.Client, helpable: Person, other: Json
) -> None:
    question = question_about(helpable)
    plain = ask(gateway, question)
    assert ask(gateway, question)["id"] == plain["id"]
    assert ask(gateway, question, **other)["id"] != plain["id"]


def test_a_value_finer_than_is_usual_is_taken_as_it_is(gateway: httpx.Client, people: list[Person]) -> None:
    """Effects move body mass index to a tenth; what they do not move is not rounded."""
    for person in people:
        finer = {**person, "bmi": float(person["bmi"] or 0) + 0.03717, "weight": None}
        answer = ask(gateway, question_about(finer))
        assert answer["prediction"]["risk"] == pytest.approx(risk_of(gateway, finer), abs=1e-9)
        for option in answer["counterfactuals"]:
            moved = [*option["changes"], *option["linked"], *option["brought_along"]]
            assert option["features"]["bmi"] == finer["bmi"] or "bmi" in features_of(moved)


def test_what_departs_from_an_answer_keeps_its_scope(
    gateway: httpx.Client, database: Connection, high_risk: list[Person]
) -> None:
    person = next(one for one in high_risk if float(one["sbp"] or 0) >= 145 and float(one["age"] or 0) < 75)
    question = question_about(person)
    wider = {"include": ["treatment"], "programme": "intensive", "diversity": "least_effort"}
    answer = ask(gateway, question, **wider)
    path = f"/patients/{question['patient_id']}/interventions"
    form = {"answer": answer["id"], "at.sbp": "0", "include": "treatment", "programme": "intensive"}
    sent = gateway.post(path, data=form, headers=HTML)
    assert sent.status_code == 303, sent.text
    newest = gateway.get(path).json()["answers"][0]
    assert newest["based_on"] == answer["id"]
    row = database.execute(
        "SELECT include, programme, diversity FROM answers WHERE id = %s", [newest["id"]]
    ).fetchone()
    assert row == (["treatment"], "intensive", "least_effort")
