"""What a job writes of people for whom no row of the low class can be made, over several models."""

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from app.classifiers.partitions import Side, people_of
from app.domain.counterfactual import Generator
from app.domain.risk_scale import LEAST_REDUCTION
from app.domain.tolerances import SAME_RISK
from app.engine.falls import falls_of
from app.engine.front import FrontSearch
from app.engine.goals import starts_of
from app.engine.preferences import Preferences
from app.engine.registry import ModelRegistry, ServedModel, served_model
from app.usecases.augmentation.chunk_generator import ChunkGenerator, ChunkResult
from app.usecases.augmentation.label import Label
from app.usecases.augmentation.row_generator import (
    RejectionReason,
    RowGenerator,
    SyntheticRow,
    row_generator_for,
)
from tests.asking import Person

ASKED = [
    ("dysglycaemia", None),
    ("dysglycaemia", 0.3),
    ("dysglycaemia@1", None),
    ("heart-disease", None),
    ("heart-disease", 0.2),
]
"""Models, each at its own threshold and some at another."""
SHARES = [0.0, 0.5, 0.85]
_DECIMALS = 1e-6
"""A reduction is told to so many."""


@dataclass(frozen=True)
class Asked:
    """A model whose low class is wanted, and people whom it calls high."""

    maker: RowGenerator
    people: list[Person]

    @property
    def threshold(self) -> float:
        return self.maker.served.model.schema.model.threshold

    def risk(self, person: Person) -> float:
        model = self.maker.served.model
        return float(model.classifier.risk(model.schema.encode(person)[None])[0])


@pytest.fixture(scope="module", params=ASKED, ids=[f"{name}-{threshold}" for name, threshold in ASKED])
def asked(registry: ModelRegistry, request: pytest.FixtureRequest) -> Asked:
    name, threshold = request.param
    served = _at(registry.named(name), threshold)
    model = served.model
    people = [one for one in people_of(model, Side.HELD_OUT) if one.risk > model.schema.model.threshold]
    nearest_first = sorted(people, key=lambda one: one.risk)
    return Asked(row_generator_for(served, Label.LOW), [one.features for one in nearest_first])


def _at(served: ServedModel, threshold: float | None) -> ServedModel:
    """The model as it is, or with another threshold."""
    if threshold is None:
        return served
    facts = served.model.schema.model.model_copy(update={"threshold": threshold})
    schema = served.model.schema.model_copy(update={"model": facts})
    return served_model(replace(served.model, schema=schema))


async def _never() -> bool:
    return False


def chunk_of(
    maker: RowGenerator, people: Sequence[Person], preferences: Preferences, improvements: bool = False
) -> ChunkResult:
    with ThreadPoolExecutor(2) as pool:
        generator = ChunkGenerator(maker, preferences, pool, llm=None, seed=0, improvements=improvements)
        return asyncio.run(generator.run(list(enumerate(people)), _never))


@given(data=st.data())
@settings(max_examples=12, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])
def test_rows_say_truly_whether_they_are_of_the_class(asked: Asked, data: st.DataObject) -> None:
    people = data.draw(st.lists(st.sampled_from(asked.people), min_size=1, max_size=4))
    preferences = Preferences(
        data.draw(st.integers(1, 5)), data.draw(st.sampled_from(SHARES)), Generator.SEARCH
    )
    done = chunk_of(asked.maker, people, preferences, improvements=True)
    for number, rows in done.rows_by_source.items():
        assert 1 <= len(rows) <= preferences.count
        assert len({row.reached for row in rows}) == 1  # never both kinds of one source row
        for row in rows:
            assert_true(asked, people[number], row)
    assert sorted([*done.rows_by_source, *done.refused]) == list(range(len(people)))
    assert chunk_of(asked.maker, people, preferences, improvements=True) == done


def assert_true(asked: Asked, source: Person, row: SyntheticRow) -> None:
    """What a row tells of itself, by the hosted classifier and the schema."""
    risk, start = asked.risk(dict(row.features)), asked.risk(source)
    assert row.risk == pytest.approx(risk)
    assert row.reached == (risk <= asked.threshold)
    assert row.reduction == pytest.approx(start - risk, abs=_DECIMALS)
    if not row.reached:
        assert start - risk >= LEAST_REDUCTION - SAME_RISK - _DECIMALS
    schema = asked.maker.served.model.schema
    moving = {f.name for f in schema.features if f.action is not None} | set(schema.consequence_order)
    moving |= {link.feature for link in schema.links}
    assert {name for name, value in row.features.items() if value != source.get(name)} <= moving


@given(data=st.data())
@settings(max_examples=12, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])
def test_rows_of_the_class_are_the_same_whether_or_not_improvements_are_wanted(
    asked: Asked, data: st.DataObject
) -> None:
    people = data.draw(st.lists(st.sampled_from(asked.people), min_size=1, max_size=4))
    preferences = Preferences(
        data.draw(st.integers(1, 3)), data.draw(st.sampled_from(SHARES)), Generator.SEARCH
    )
    plain = chunk_of(asked.maker, people, preferences)
    more = chunk_of(asked.maker, people, preferences, improvements=True)
    assert all(row.reached for rows in plain.rows_by_source.values() for row in rows)
    assert {number: more.rows_by_source[number] for number in plain.rows_by_source} == plain.rows_by_source
    gained = more.rows_by_source.keys() - plain.rows_by_source.keys()
    assert all(plain.refused[number] is RejectionReason.OUT_OF_REACH for number in gained)
    assert more.refused == {number: why for number, why in plain.refused.items() if number not in gained}


@given(data=st.data())
@settings(max_examples=12, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])
def test_whoever_has_neither_kind_has_no_way_down_by_two_points(asked: Asked, data: st.DataObject) -> None:
    people = data.draw(st.lists(st.sampled_from(asked.people), min_size=1, max_size=4))
    done = chunk_of(asked.maker, people, Preferences(1, 0.0, Generator.SEARCH), improvements=True)
    for number in done.refused:
        search = FrontSearch(asked.maker.problem(people[number]), asked.maker.base.references)
        assert search.whole.proved
        assert (search.now - search.whole.risk < LEAST_REDUCTION).all()


@given(data=st.data())
@settings(max_examples=12, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])
def test_improvements_are_permitted_and_hold_as_the_job_wants(asked: Asked, data: st.DataObject) -> None:
    maker, person = asked.maker, data.draw(st.sampled_from(asked.people))
    share = data.draw(st.sampled_from(SHARES))
    problem = maker.problem(person)
    with ThreadPoolExecutor(1) as pool:
        [one], [several] = (
            maker.improve(
                [(problem, problem.unchanged[:0])], Preferences(count, share, Generator.SEARCH), pool
            )
            for count in (1, 4)
        )
    assume(one)
    levels = np.array([own for own, _ in several])
    assert problem.levers.allowed(levels).all()
    assert (np.diff(problem.levers.effort(levels)) >= 0).all()
    evaluator = maker.base.references.evaluator
    starts = starts_of(evaluator, problem.classifier, problem.levers.factual)
    falls = falls_of(problem, evaluator, starts, levels, share)
    assert falls.hold(share).all()
    assert len(one) == 1
    assert any((own == one[0][0]).all() for own, _ in several)


def test_what_the_language_model_proposed_is_called_its_own(asked: Asked) -> None:
    maker, wishes = asked.maker, Preferences(4, 0.0, Generator.AUTO)
    with ThreadPoolExecutor(1) as pool:
        for problem in map(maker.problem, asked.people):
            [found] = maker.improve([(problem, problem.unchanged[:0])], wishes, pool)
            if found:
                break
        assert {by for _, by in found} == {Generator.SEARCH}
        proposed = found[0][0][None]
        [again] = maker.improve([(problem, proposed)], wishes, pool)
    by_llm = [by for levels, by in again if ((levels > 0) == (proposed[0] > 0)).all()]
    assert by_llm
    assert set(by_llm) == {Generator.LLM}


def test_where_some_candidates_are_of_the_class_after_all_they_stand_alone(asked: Asked) -> None:
    maker, wishes = asked.maker, Preferences(1, 0.0, Generator.SEARCH)
    with ThreadPoolExecutor(1) as pool:
        for problem in map(maker.problem, asked.people):
            [found] = maker.search([problem], wishes, pool)
            if len(found.levels):
                break
        way = found.levels[0]
    both = [(problem.unchanged[0], Generator.SEARCH), (way, Generator.SEARCH)]
    [rows] = maker.verified_improvements([(problem, both)])
    assert [row.reached for row in rows] == [True]
    [rows] = maker.verified_improvements([(problem, both[:1])])
    assert rows == []  # unchanged is no improvement


def test_a_chunk_may_have_rows_of_both_kinds_and_people_with_neither(
    served: ServedModel, high_risk: list[Person]
) -> None:
    maker = row_generator_for(served, Label.LOW)
    done = chunk_of(maker, high_risk[:40], Preferences(2, 0.0, Generator.SEARCH), improvements=True)
    assert {row.reached for rows in done.rows_by_source.values() for row in rows} == {True, False}
    assert set(done.refused.values()) == {RejectionReason.OUT_OF_REACH}


def test_rows_of_the_high_class_raise_the_risk(served: ServedModel, held_out: list[Person]) -> None:
    maker = row_generator_for(served, Label.HIGH)
    done = chunk_of(maker, held_out[:24], Preferences(1, 0.0, Generator.SEARCH))
    rows = [row for own in done.rows_by_source.values() for row in own]
    assert rows
    threshold = served.model.schema.model.threshold
    assert all(row.reached and row.reduction < 0 and row.risk > threshold for row in rows)
