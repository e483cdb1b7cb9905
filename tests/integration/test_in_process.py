"""Answers in process beside those over HTTP: the same engine, the same rules, and nothing recorded."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from app.classifiers.partitions import Side, people_of
from app.engine.registry import ModelRegistry
from app.faces.in_process import engine
from tests.asking import Person
from turnpoint import InvalidRequestError, Turnpoint, UnrecordedAnswer, UnsendableError
from turnpoint.recourse import Recourse

MODELS = ["dysglycaemia", "heart-disease", "dysglycaemia@1"]
OF_ITS_OWN = {"id", "patient_id", "created_at", "elapsed_ms"}
"""What no two answers have in common."""


@pytest.fixture(scope="module", params=MODELS)
def recourse(request: pytest.FixtureRequest) -> Iterator[Recourse]:
    with Recourse(engine.load(request.param)) as recourse:
        yield recourse


@pytest.fixture
def service(url: str) -> Iterator[Turnpoint]:
    with Turnpoint(url) as service:
        yield service


@pytest.fixture
def somebodies(recourse: Recourse, registry: ModelRegistry) -> list[Person]:
    """People of low risk, within reach and out of it, some of them not known whole."""
    served = registry.find(recourse.model) or registry.named(recourse.model.partition("@")[0])
    people = sorted(people_of(served.model, Side.HELD_OUT), key=lambda person: person.risk)
    threshold = served.model.schema.model.threshold
    nearest = sorted(people, key=lambda person: abs(person.risk - threshold - 0.02))
    chosen = [people[0], people[-1], people[len(people) // 2], *nearest[:3]]
    return [dict(person.features) for person in chosen]


def without_its_own(told: Any) -> Any:
    if isinstance(told, dict):
        return {name: without_its_own(value) for name, value in told.items() if name not in OF_ITS_OWN}
    return [without_its_own(one) for one in told] if isinstance(told, list) else told


def named(recourse: Recourse) -> str:
    """What the service calls the same version."""
    return "dysglycaemia@1" if recourse.model == "dysglycaemia@1" else recourse.model.partition("@")[0]


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"relative_reduction": 0.1, "always": True, "diversity": "least_effort", "count": 2},
        {"max_risk": 0.3, "include": ["treatment"], "programme": "intensive", "max_changes": 2},
    ],
    ids=["as by default", "a fall", "treatment"],
)
def test_answers_are_those_of_the_service(
    recourse: Recourse, service: Turnpoint, somebodies: list[Person], patient_id: str, options: Any
) -> None:
    for person in somebodies:
        here = recourse.explain_one(person, **options)
        there = service.ask(patient_id, person, model=named(recourse), generator="search", **options)
        dumped = [one.model_dump(mode="json", by_alias=True) for one in (here, there)]
        assert without_its_own(dumped[0]) == without_its_own(dumped[1])
        assert isinstance(here, UnrecordedAnswer)
        assert (here.recorded, there.recorded) == (False, True)


def test_a_table_in_several_processes_has_the_same_answers(
    recourse: Recourse, somebodies: list[Person]
) -> None:
    alone = [recourse.explain_one(person) for person in somebodies]
    told = recourse.explain(somebodies, at_once=2)
    assert told.failures == []
    for one, other in zip(alone, told.answers, strict=True):
        assert other is not None
        assert without_its_own(one.model_dump(mode="json")) == without_its_own(other.model_dump(mode="json"))


def test_risks_are_those_of_the_service(
    recourse: Recourse, service: Turnpoint, somebodies: list[Person]
) -> None:
    here = recourse.predict(somebodies)
    there = service.predict(somebodies, model=named(recourse))
    assert (here.recorded, there.recorded) == (False, True)
    pairs = zip(here.predictions, there.predictions, strict=True)
    for one, other in pairs:
        assert one is not None
        assert other is not None
        assert one.model_dump(exclude={"id"}) == other.model_dump(exclude={"id"})


@pytest.mark.parametrize(
    ("features", "options"),
    [
        ({}, {}),
        ({"agee": 54}, {}),
        ({"age": "54"}, {"count": 11}),
        ({"age": 54}, {"max_risk": 1.5}),
        ({"age": 54}, {"features_to_vary": ["shoe_size"]}),
    ],
    ids=["nothing", "misspelt", "text", "target", "feature to vary"],
)
def test_faults_are_told_in_the_words_of_the_service(
    recourse: Recourse, service: Turnpoint, patient_id: str, features: Any, options: Any
) -> None:
    with pytest.raises(InvalidRequestError) as here:
        recourse.explain_one(features, **options)
    with pytest.raises(InvalidRequestError) as there:
        service.ask(patient_id, features, model=named(recourse), generator="search", **options)
    assert (here.value.detail, here.value.errors) == (there.value.detail, there.value.errors)


def test_what_is_wrong_with_every_question_is_raised(recourse: Recourse, somebodies: list[Person]) -> None:
    with pytest.raises(UnsendableError, match="max_risk and relative_reduction"):
        recourse.explain(somebodies, max_risk=0.1, relative_reduction=0.2)
    targets: list[dict[str, Any]] = [
        {"max_risk": 7.5},
        {"relative_reduction": 1.0},
        {"absolute_reduction": -0.1},
    ]
    for options in targets:
        with pytest.raises(InvalidRequestError, match=f"/target/{next(iter(options))}"):
            recourse.explain(somebodies, **options)


def test_nothing_is_recorded(
    recourse: Recourse, somebodies: list[Person], database: "psycopg.Connection[tuple[Any, ...]]"
) -> None:
    counted = "SELECT (SELECT count(*) FROM answers), (SELECT count(*) FROM predictions)"
    before = database.execute(counted).fetchone()
    told = recourse.explain(somebodies[:2])
    recourse.predict(somebodies[:2])
    assert database.execute(counted).fetchone() == before
    assert not told.recorded
    assert "nothing is recorded" in repr(told)
    assert "nothing is recorded" in told._repr_html_()
    [first, *_] = told.answers
    assert first is not None
    assert "nothing is recorded" in first._repr_html_()


@pytest.mark.parametrize(
    "option", [{"generator": "llm"}, {"model": "x"}, {"wait": 1.0}, {"idempotency_key": "k"}], ids=str
)
def test_what_takes_a_service_is_refused_by_name(recourse: Recourse, option: Any) -> None:
    with pytest.raises(UnsendableError):
        recourse.explain_one({}, **option)
