"""Real answers of any model, by search alone, without a gateway and without a database."""

from functools import cache
from typing import Any

from app.classifiers.model_version import ModelVersion
from app.classifiers.partitions import Side, people_of
from app.domain.counterfactual import Diversity
from app.engine.registry import ModelRegistry, ServedModel
from app.usecases.counterfactuals.mapping import from_result
from app.usecases.counterfactuals.request import validate
from app.usecases.counterfactuals.schemas import CounterfactualsAnswer, CounterfactualsRequest
from tests.asking import Person
from tests.moving import moving_model, moving_people
from tests.rare import rare_model, synthetic_people
from tests.unit.engine.answers import answer
from tests.wide import most_burdened, wide_model

_PEOPLE = 12


@cache
def synthetic() -> dict[str, ModelRegistry]:
    """A registry of each synthetic model alone."""
    return {
        model.name: ModelRegistry({model.name: model}, model.name)
        for model in (rare_model(), wide_model(), moving_model())
    }


def people(model: ModelVersion) -> list[Person]:
    """Some people of a model: held-out ones where there are any."""
    if model.name == "synthetic-rare":
        return synthetic_people(_PEOPLE, seed=7)
    if model.name == "synthetic-moves":
        return moving_people(_PEOPLE, seed=7)
    if model.held_out is None:
        return [most_burdened()]
    return [dict(one.features) for one in people_of(model, Side.HELD_OUT)[:_PEOPLE]]


def answer_about(
    registry: ModelRegistry, served: ServedModel, features: Person, **asked: Any
) -> CounterfactualsAnswer:
    """The answer to a question about somebody."""
    question = CounterfactualsRequest(
        patient_id="P-0017", model=registry.name_of(served), features=dict(features), **asked
    )
    validated = validate(registry, question)
    risk = float(validated.served.model.classifier.risk(validated.patient.factual[None])[0])
    estimate = validated.served.estimate(validated.patient.factual, risk)
    wishes = validated.preferences
    result = answer(
        validated.served,
        validated.problem(risk),
        wishes.count,
        wishes.min_robustness,
        diversity=Diversity.STRATEGIES,
        always=wishes.always,
        work=2e5,
    )
    return from_result(validated, estimate, result, cache_away=False, elapsed_ms=12.0)
