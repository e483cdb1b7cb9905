"""The digest of a question: equal for equal questions, another for whatever shapes an answer."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.counterfactual import Generator
from app.domain.errors import InvalidInputError
from app.engine.registry import ModelRegistry
from app.usecases.counterfactuals.request import ValidatedRequest, validate
from app.usecases.counterfactuals.schemas import CounterfactualsRequest
from tests.asking import Person

PROPOSER = "model 1, prompt 2"


def validated(registry: ModelRegistry, person: Person, **others: Any) -> ValidatedRequest:
    return validate(registry, CounterfactualsRequest(patient_id="P-1", features=person, **others))


@given(data=st.data())
def test_the_order_of_features_does_not_matter(
    registry: ModelRegistry, held_out: list[Person], data: st.DataObject
) -> None:
    person = data.draw(st.sampled_from(held_out))
    shuffled = dict(data.draw(st.permutations([*person.items()])))
    one, other = validated(registry, person), validated(registry, shuffled)
    assert one.digest(PROPOSER) == other.digest(PROPOSER)


def test_what_is_left_out_is_the_default(registry: ModelRegistry, helpable: Person) -> None:
    facts = registry.named(None).model.schema.model
    spelt_out = validated(
        registry,
        helpable,
        model=facts.name,
        target={"max_risk": facts.threshold},
        min_robustness=facts.min_robustness,
        count=4,
        generator="auto",
    )
    assert spelt_out.digest(PROPOSER) == validated(registry, helpable).digest(PROPOSER)


@pytest.mark.parametrize(
    "others",
    [
        {"target": {"max_risk": 0.123}},
        {"constraints": {"max_changes": 1}},
        {"constraints": {"features_to_vary": ["bmi"]}},
        {"constraints": {"permitted_range": {"bmi": [20, None]}}},
        {"count": 3},
        {"min_robustness": 0.123},
        {"generator": Generator.SEARCH},
    ],
)
def test_another_question_has_another_digest(
    registry: ModelRegistry, helpable: Person, others: dict[str, Any]
) -> None:
    one, other = validated(registry, helpable), validated(registry, helpable, **others)
    assert one.digest(PROPOSER) != other.digest(PROPOSER)


@given(data=st.data())
def test_another_person_has_another_digest(
    registry: ModelRegistry, held_out: list[Person], data: st.DataObject
) -> None:
    first, second = data.draw(st.lists(st.sampled_from(held_out), min_size=2, max_size=2))
    one, other = validated(registry, first), validated(registry, second)
    assert (one.digest(PROPOSER) == other.digest(PROPOSER)) == (one.patient.values == other.patient.values)


def test_patient_model_and_proposer_have_a_part_in_it(registry: ModelRegistry, helpable: Person) -> None:
    one = validated(registry, helpable)
    elsewhere = replace(one.served, model=replace(one.served.model, digest="another"))
    digests = [
        one.digest(PROPOSER),
        one.digest("model 1, prompt 3"),
        replace(one, patient_id="P-2").digest(PROPOSER),
        replace(one, served=elsewhere).digest(PROPOSER),
    ]
    assert len(set(digests)) == len(digests)


def test_faults_of_features_and_constraints_are_told_at_once(
    registry: ModelRegistry, helpable: Person
) -> None:
    with pytest.raises(InvalidInputError) as caught:
        validated(registry, helpable | {"bmi": "sesame"}, constraints={"features_to_vary": ["age"]})
    places = [issue.pointer for issue in caught.value.issues]
    assert places == ["/features/bmi", "/constraints/features_to_vary/0"]
    assert not any("sesame" in issue.detail for issue in caught.value.issues)
