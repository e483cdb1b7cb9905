"""What is read from the record is what was answered."""

import json
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.counterfactual import GenerationStats, RecourseResult, Status
from app.domain.degraded import Degraded
from app.domain.ids import RequestIds
from app.engine.registry import ModelRegistry
from app.storage.record import Values
from app.storage.tables import AnswerRow, Base, CounterfactualRow, GenerationRow, PredictionRow
from app.usecases.counterfactuals.mapping import from_result, from_row, to_parameters
from app.usecases.counterfactuals.request import ValidatedRequest, validate
from app.usecases.counterfactuals.schemas import CounterfactualsRequest
from tests.asking import Person
from tests.unit.engine.answers import answer

Finding = tuple[ValidatedRequest, RecourseResult]
PASSING = (Degraded.LLM_UNAVAILABLE, Degraded.LLM_TIMEOUT, Degraded.LLM_NO_PROPOSAL, Degraded.LLM_NOT_TAUGHT)


def finding(registry: ModelRegistry, person: Person, **others: Any) -> Finding:
    validated = validate(registry, CounterfactualsRequest(patient_id="P-1", features=person, **others))
    return validated, answer(validated.served, validated.problem())


@pytest.fixture(scope="module")
def findings(registry: ModelRegistry, helpable: Person) -> list[Finding]:
    """A question that is answered by options, and one that no permitted change answers."""
    hard = {"target": {"max_risk": 0.001}, "constraints": {"max_changes": 1}}
    found = [finding(registry, helpable), finding(registry, helpable, **hard)]
    assert [result.status for _, result in found] == [Status.FOUND, Status.INFEASIBLE]
    return found


def columns(row: type[Base], values: Values) -> Values:
    names = [column.name for column in row.__table__.columns]
    return {name: values[f"{row.__tablename__}_{name}"] for name in names}


def recorded(values: Values) -> AnswerRow:
    """The rows that these values become; what is kept as JSON goes through JSON."""
    options = json.loads(json.dumps(values["options"]))
    answered = columns(AnswerRow, values)
    for name in ("infeasible", "warnings", "features", "constraints"):
        answered[name] = json.loads(json.dumps(answered[name]))
    return AnswerRow(
        **answered,
        prediction=PredictionRow(**columns(PredictionRow, values)),
        generation=GenerationRow(**columns(GenerationRow, values)),
        counterfactuals=[CounterfactualRow(**option | {"id": UUID(option["id"])}) for option in options],
    )


@given(
    number=st.integers(0, 1),
    degraded=st.lists(st.sampled_from(PASSING), unique=True),
    cache_away=st.booleans(),
    elapsed_ms=st.floats(0, 1e6),
)
def test_an_answer_comes_back_as_it_was_given(
    findings: list[Finding], number: int, degraded: list[Degraded], cache_away: bool, elapsed_ms: float
) -> None:
    validated, result = findings[number]
    result = replace(result, generation=GenerationStats(proposals=8, degraded=tuple(degraded), llm_ms=1.5))
    given_ = from_result(validated, result, cache_away, elapsed_ms)
    assert given_.generation.degraded == [*degraded, *[Degraded.CACHE_UNAVAILABLE][: int(cache_away)]]
    values = to_parameters(validated, "digest", given_, RequestIds("ours", "theirs"))
    assert from_row(recorded(values)) == given_


def test_options_are_numbered_from_one_and_told_apart(findings: list[Finding]) -> None:
    given_ = from_result(*findings[0], cache_away=False, elapsed_ms=1.0)
    assert [option.rank for option in given_.counterfactuals] == [*range(1, len(given_.counterfactuals) + 1)]
    assert len({option.id for option in given_.counterfactuals}) == len(given_.counterfactuals)


def test_from_the_cache_only_the_time_is_another(findings: list[Finding]) -> None:
    given_ = from_result(*findings[0], cache_away=False, elapsed_ms=1.0)
    again = given_.as_cached(elapsed_ms=2.0)
    assert (again.generation.cached, again.generation.elapsed_ms) == (True, 2.0)
    assert again.model_copy(update={"generation": given_.generation}) == given_
