"""Equal questions have one digest, however they are put; whatever shapes an answer gives another."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations
from random import Random
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from app.domain.certainty import Certainty, RiskEstimate
from app.domain.counterfactual import Generator, Status
from app.domain.errors import InvalidInputError
from app.domain.recourse import RecourseResult
from app.engine.registry import ModelRegistry
from app.parsing.misfits import misfits
from app.usecases.counterfactuals.mapping import from_result
from app.usecases.counterfactuals.request import ValidatedRequest, validate
from app.usecases.counterfactuals.schemas import (
    ConstraintsIn,
    CounterfactualsAnswer,
    CounterfactualsRequest,
)
from tests.asking import Person

PROPOSER = "search"


ESTIMATE = RiskEstimate(0.1, (0.05, 0.2), Certainty.CLEAR_LOW, None)


def question(registry: ModelRegistry, features: Person, **parts: Any) -> ValidatedRequest:
    """A checked question; patient and features as given unless the parts say otherwise."""
    asked = {"patient_id": "P-1", "features": features, **parts}
    return validate(registry, CounterfactualsRequest.model_validate(asked))


def an_answer(validated: ValidatedRequest) -> CounterfactualsAnswer:
    return from_result(validated, ESTIMATE, RecourseResult(Status.ALREADY_BELOW_TARGET, 0.1, 0.5), False, 1.0)


@given(st.randoms(use_true_random=False))
def test_order_and_repetition_make_no_other_question(
    registry: ModelRegistry, helpable: Person, random: Random
) -> None:
    schema = registry.named(None).model.schema
    vary = [feature.name for feature in schema.actionable]
    ranges: dict[str, Any] = {
        f.name: (None, 1e6) if f.is_numeric else (None, True) for f in schema.actionable
    }

    def shuffled(items: Any) -> list[Any]:
        return random.sample(list(items), len(items))

    def asked(features: Person, names: list[str], bounds: dict[str, Any]) -> str:
        constraints = {"features_to_vary": names, "permitted_range": bounds}
        return question(registry, features, constraints=constraints).digest(PROPOSER)

    mixed = asked(
        dict(shuffled(helpable.items())),
        shuffled([*vary, random.choice(vary)]),
        dict(shuffled(ranges.items())),
    )
    assert mixed == asked(helpable, vary, ranges)


def test_what_goes_without_saying_may_be_said(registry: ModelRegistry, helpable: Person) -> None:
    facts = registry.named(None).model.schema.model
    said = question(
        registry,
        helpable,
        model=registry.default,
        target={"max_risk": facts.threshold},
        constraints={"max_changes": facts.max_changes},
        min_robustness=facts.min_robustness,
        count=4,
        generator="auto",
        include=[],
        programme="usual",
        diversity="strategies",
        always=False,
    )
    assert said.digest(PROPOSER) == question(registry, helpable).digest(PROPOSER)


def test_a_whole_number_is_the_same_written_either_way(registry: ModelRegistry, helpable: Person) -> None:
    wholes = {
        name: float(value) if isinstance(value, int) and not isinstance(value, bool) else value
        for name, value in helpable.items()
    }
    assert question(registry, wholes).digest(PROPOSER) == question(registry, helpable).digest(PROPOSER)


def others(registry: ModelRegistry, features: Person) -> Iterator[ValidatedRequest]:
    """A question, and others that each have one part that is different."""
    plain = question(registry, features)
    facts = plain.served.model.schema.model
    names = [feature.name for feature in plain.served.model.schema.features if feature.action is not None]
    yield plain
    yield question(registry, features, patient_id="P-2")
    yield question(registry, features, target={"max_risk": facts.threshold / 2})
    for kind in ("relative_reduction", "absolute_reduction"):
        yield question(registry, features, target={kind: facts.threshold / 2})
    yield question(registry, features, always=True)
    yield question(registry, features, count=3)
    yield question(registry, features, min_robustness=facts.min_robustness / 2)
    for generator in (Generator.LLM, Generator.SEARCH):
        yield question(registry, features, generator=generator)
    yield question(registry, features, include=["treatment"])
    yield question(registry, features, programme="intensive")
    yield question(registry, features, diversity="least_effort")
    limits: tuple[dict[str, Any], ...] = (
        {"max_changes": facts.max_changes + 1},
        {"features_to_vary": []},
        {"features_to_vary": names[:1]},
        {"features_to_vary": names[1:2]},
        {"features_to_keep": names[:1]},
        {"features_to_keep": names[1:2]},
        {"permitted_range": {names[0]: (None, 1e6)}},
        {"permitted_range": {names[0]: (-1e6, None)}},
        {"permitted_range": {names[1]: (None, 1e6)}},
    )
    for constraints in limits:
        yield question(registry, features, constraints=constraints)
    retrained = replace(plain.served.model, digest="of another training")
    yield replace(plain, served=replace(plain.served, model=retrained))
    for answer_id in (UUID(int=1), UUID(int=2)):
        yield replace(plain, base=an_answer(plain).model_copy(update={"id": answer_id}))


def test_each_part_that_shapes_an_answer_makes_another_question(
    registry: ModelRegistry, helpable: Person
) -> None:
    questions = list(others(registry, helpable))
    for one, other in combinations(questions, 2):
        assert one.digest(PROPOSER) != other.digest(PROPOSER)
    assert questions[0].digest(PROPOSER) != questions[0].digest("llm 1")


def test_another_model_is_another_question(registry: ModelRegistry, heart_patient: Person) -> None:
    asked = question(registry, heart_patient, model="heart-disease")
    elsewhere = replace(asked, served=registry.named(None))
    assert asked.digest(PROPOSER) != elsewhere.digest(PROPOSER)


@given(data=st.data())
def test_a_feature_counts_exactly_where_its_value_is_another(
    registry: ModelRegistry, held_out: list[Person], data: st.DataObject
) -> None:
    one, other = (data.draw(st.sampled_from(held_out)) for _ in range(2))
    name = data.draw(st.sampled_from(sorted(one)))
    try:
        before, after = question(registry, one), question(registry, one | {name: other[name]})
    except InvalidInputError:
        return  # a value of one person that does not go with another's
    is_same = before.patient.values[name] == after.patient.values[name]
    assert (before.digest(PROPOSER) == after.digest(PROPOSER)) == is_same


def test_every_fault_of_features_and_constraints_is_told_at_once(
    registry: ModelRegistry, helpable: Person
) -> None:
    features = {**helpable, "age": "sesame", "shoe_size": 44}
    constraints = {"features_to_vary": ["age", "shoe_size"], "permitted_range": {"bmi": (40, 20)}}
    with pytest.raises(InvalidInputError) as caught:
        question(registry, features, constraints=constraints)
    pointers = {issue.pointer for issue in caught.value.issues}
    assert "/features/age" in pointers
    assert {"/constraints/features_to_vary/0", "/constraints/features_to_vary/1"} < pointers
    assert len([pointer for pointer in pointers if pointer.startswith("/constraints/permitted_range")]) == 1
    assert not any("sesame" in issue.detail for issue in caught.value.issues)


def test_a_what_if_warns_of_what_was_entered_and_not_of_what_is_supposed(
    registry: ModelRegistry, helpable: Person
) -> None:
    entered = question(registry, helpable)
    base = an_answer(entered)
    supposed = question(registry, {**helpable, "waist": 43})
    assert supposed.warnings() != base.warnings
    assert replace(supposed, base=base).warnings() == base.warnings


@pytest.mark.parametrize("bounds", ["daily", ["daily", "former"], [None, "daily"]])
def test_of_a_range_of_words_it_is_said_what_is_possible_for_a_category(bounds: object) -> None:
    with pytest.raises(ValidationError) as caught:
        ConstraintsIn.model_validate({"permitted_range": {"smoking": bounds}})
    told = {misfit.sentence for misfit in misfits(caught.value)}
    assert len(told) == 1
    assert "a category has no range: name it in `features_to_keep`" in told.pop()
