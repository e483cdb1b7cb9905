"""Messages name what both processes have, and say the rest: an answer is the same wherever it is found."""

import math
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.counterfactual import Diversity
from app.domain.degraded import Degraded
from app.domain.scope import Inclusion, Programme, Scope
from app.engine.budget import Budget, Stop
from app.engine.registry import ModelRegistry
from app.proposers.base import Proposals, Usage
from app.search_processes.here import Here, Place
from app.search_processes.shared import Shared
from app.usecases.counterfactuals.alone import estimated
from app.usecases.counterfactuals.request import validate
from app.usecases.counterfactuals.schemas import CounterfactualsRequest
from app.usecases.counterfactuals.searched import Asked, answered_alone, recommended, searched
from tests.asking import Person
from tests.unit.search_processes.in_threads import Threads, pool_of

LONGEST = 1_000_000
"""Bytes. A model is far longer."""
SCOPES = [
    Scope(include, programme)
    for include in ((), (Inclusion.TREATMENT,))
    for programme in (Programme.USUAL, Programme.INTENSIVE)
]
QUESTIONS = st.fixed_dictionaries(
    {
        "target": st.one_of(
            st.builds(lambda risk: {"max_risk": risk}, st.floats(0.05, 0.6)),
            st.builds(lambda share: {"relative_reduction": share}, st.floats(0.05, 0.6)),
            st.builds(lambda fall: {"absolute_reduction": fall}, st.floats(0.01, 0.3)),
        ),
        "include": st.sampled_from([[], ["treatment"]]),
        "programme": st.sampled_from(list(Programme)),
        "count": st.integers(1, 5),
        "always": st.booleans(),
        "diversity": st.sampled_from(list(Diversity)),
        "min_robustness": st.sampled_from([0.0, 0.8, 0.95]),
        "constraints": st.builds(lambda most: {"max_changes": most}, st.integers(1, 4)),
    }
)


@pytest.fixture(scope="module")
def shared(registry: ModelRegistry) -> Shared:
    return Shared(registry)


@pytest.fixture(scope="module", params=["dysglycaemia", "heart-disease"])
def person(request: pytest.FixtureRequest, helpable: Person, heart_patient: Person) -> tuple[str, Person]:
    return request.param, helpable if request.param == "dysglycaemia" else heart_patient


def question_of(
    registry: ModelRegistry, person: tuple[str, Person], more: dict[str, Any], work: float
) -> Asked:
    model, features = person
    given = {"patient_id": "P-1", "model": model, "features": dict(features), "generator": "search"} | more
    validated = validate(registry, CounterfactualsRequest.model_validate(given))
    estimate, _ = estimated(validated)
    return Asked(validated, estimate.risk, Budget(work, stop=Stop()), math.inf)


def outcome(place: Place, asked: Asked) -> object:
    try:
        return place.run(asked.budget.stop, partial(answered_alone, asked, Degraded.LLM_UNAVAILABLE))
    except ValueError as error:
        return repr(error), vars(error).get("issues")


def test_what_belongs_to_a_model_is_named_and_is_the_same_on_the_other_side(
    registry: ModelRegistry, shared: Shared
) -> None:
    for served in registry:
        model = served.model
        parts = [served, model, model.schema, model.classifier, model.committee, served.references]
        parts += [model.schema.within(scope) for scope in SCOPES]
        written = shared.dumps(parts)
        assert len(written) < 2_000
        again = shared.loads(written, Stop())
        assert all(one is other for one, other in zip(again, parts, strict=True))


def test_a_stop_is_the_reader_s_own(shared: Shared) -> None:
    stop = Stop()
    stop.set()
    theirs = Stop()
    budget = shared.loads(shared.dumps(Budget(stop=stop)), theirs)
    assert budget.stop is theirs


@settings(max_examples=12)
@given(more=QUESTIONS, work=st.sampled_from([0.0, 50_000.0, 4e6]))
def test_an_answer_does_not_depend_on_where_it_is_worked_out(
    registry: ModelRegistry,
    shared: Shared,
    person: tuple[str, Person],
    more: dict[str, Any],
    work: float,
) -> None:
    here = outcome(Here(), question_of(registry, person, more, work))
    with pool_of(Threads(shared)) as pool:
        there = outcome(pool, question_of(registry, person, more, work))
    assert there == here


@settings(max_examples=8)
@given(more=QUESTIONS, seed=st.integers(0, 2**32 - 1), work=st.sampled_from([50_000.0, 4e6]))
def test_nor_does_one_of_several_steps(
    registry: ModelRegistry,
    shared: Shared,
    person: tuple[str, Person],
    more: dict[str, Any],
    seed: int,
    work: float,
) -> None:
    def answer(place: Place) -> object:
        asked = question_of(registry, person, more, work)
        try:
            problem = asked.problem
        except ValueError as error:
            return repr(error)
        if asked.risk <= problem.target or len(problem.levers) == 0:
            return None
        draws = np.random.default_rng(seed)
        heights = [len(lever.values) for lever in problem.levers.items]
        levels = np.array([[draws.integers(0, height) for height in heights] for _ in range(4)])
        proposals = Proposals(levels, 4, "model", "1", usage=Usage(1.0))
        stop = asked.budget.stop
        found = place.run(stop, partial(searched, asked))
        return place.run(stop, partial(recommended, asked, found, proposals))

    with pool_of(Threads(shared)) as pool:
        assert answer(pool) == answer(Here())


def test_messages_hold_no_model(registry: ModelRegistry, shared: Shared, person: tuple[str, Person]) -> None:
    for scope in SCOPES:
        more = {"include": scope.include, "programme": scope.programme}
        asked = question_of(registry, person, more, 4e6)
        found = searched(asked)
        assert len(shared.dumps(asked)) < 20_000
        assert len(shared.dumps(found)) < LONGEST
        assert len(shared.dumps(answered_alone(asked, Degraded.LLM_NOT_TAUGHT))) < 100_000


def test_what_a_question_departed_from_stays_here(
    registry: ModelRegistry, person: tuple[str, Person]
) -> None:
    asked = question_of(registry, person, {}, 4e6)
    whole = replace(asked, validated=replace(asked.validated, days=({},)))  # type: ignore[arg-type]
    assert whole.bare == asked.bare


def test_a_hurried_answer_says_so_wherever_it_was_worked_out(
    registry: ModelRegistry, shared: Shared, person: tuple[str, Person]
) -> None:
    asked = question_of(registry, person, {"target": {"max_risk": 0.05}}, 4e6)
    late = replace(asked, budget=Budget(4e6, until=0.0), until=0.0)
    with pool_of(Threads(shared)) as pool:
        told = pool.run(Stop(), partial(answered_alone, late, Degraded.LLM_NOT_TAUGHT))
    assert Degraded.DEADLINE in told.generation.degraded
