"""An answer that is read back from its rows is the answer that was given."""

import json
from dataclasses import fields, replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.certainty import Certainty, Observed, RiskEstimate
from app.domain.counterfactual import (
    AlwaysSaid,
    AssumedEffect,
    BroughtAlong,
    Change,
    Conditions,
    Counterfactual,
    Distinction,
    Generator,
    Infeasibility,
    KeptRange,
    LeverAlone,
    Optimality,
    OptionChange,
    PermittedChange,
    Plausibility,
    Relaxed,
    Robustness,
    Shortfall,
    Status,
    Strategy,
)
from app.domain.degraded import Degraded
from app.domain.ids import RequestIds
from app.domain.improvement import FrontierPoint, Grade, Improvement, NoImprovement
from app.domain.recourse import GenerationStats, RecourseResult
from app.engine.registry import ModelRegistry
from app.ingest.fhir.record import MeasuredResult
from app.storage.record import INSERT_ANSWER, INSERT_REQUEST
from app.storage.tables import CounterfactualRow
from app.usecases.counterfactuals.mapping import from_result, from_row, to_parameters, to_request_parameters
from app.usecases.counterfactuals.option_schemas import CounterfactualOut, ImprovementOut, InfeasibleOut
from app.usecases.counterfactuals.request import ValidatedRequest, validate
from app.usecases.counterfactuals.schemas import CounterfactualsRequest
from tests.asking import Person
from tests.unit.usecases.counterfactuals.rows import row_of

IDS = RequestIds("ours", "theirs")
ESTIMATE = RiskEstimate(0.4, (0.3, 0.55), Certainty.UNCLEAR, Observed(people=9, share=0.4, low=0.2, high=0.6))

shares = st.floats(0, 1)
counts = st.integers(0, 10_000)
words = st.text("abc é", max_size=5)
values = st.none() | st.booleans() | st.integers(-1000, 1000) | st.floats(-1e6, 1e6) | words
several_words = st.lists(words, max_size=2).map(tuple)
FROM_TO = {"from": values, "to": values}
"""By their aliases: under their own names they would be drawn once more, from their type, NaN among it."""


def changes_of_kind(kind: type[Change], **more: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Changes of one kind, with what that kind tells beyond before and after."""
    return st.builds(
        kind,
        feature=words,
        label=words,
        **FROM_TO,
        delta=st.none() | st.floats(-9, 9),
        unit=st.none() | words,
        **more,
    )


parts = st.none() | st.floats(-1, 1)
changes = changes_of_kind(OptionChange, part=parts, alone=parts)
along = changes_of_kind(
    BroughtAlong,
    low=st.floats(-9, 9),
    high=st.floats(-9, 9),
    drivers=several_words,
    sources=several_words,
    grade=st.sampled_from("ABC"),
    lag=words,
)
strategies = st.builds(
    Strategy,
    name=words,
    themes=several_words,
    distinctions=st.lists(st.sampled_from(Distinction), max_size=2).map(tuple),
)
_parts_of_an_option: dict[str, st.SearchStrategy[Any]] = {
    "changes": st.lists(changes, max_size=2).map(tuple),
    "linked": st.lists(changes_of_kind(Change), max_size=1).map(tuple),
    "brought_along": st.lists(along, max_size=2).map(tuple),
    "strategy": strategies,
    "features": st.dictionaries(words, values, max_size=3),
    "risk": shares,
    "plausibility": st.builds(Plausibility, st.booleans(), shares, st.floats(0, 100), st.floats(0, 100)),
    "effort": st.floats(0, 50),
    "optimality": st.builds(Optimality, proved=st.booleans(), effort_bound=st.floats(0, 50)),
    "robustness": st.builds(Robustness, refits=shares, noise=shares, adherence=shares),
    "fragile": st.booleans(),
    "generator": st.sampled_from(Generator),
    "summary": words,
    "consequences": st.none() | words,
}
counterfactuals = st.builds(Counterfactual, **_parts_of_an_option)
permitted = st.builds(
    PermittedChange, feature=words, label=words, step=st.none() | shares, unit=words, **FROM_TO
)
robustness = st.builds(Robustness, refits=shares, noise=shares, adherence=shares)
improvements = st.builds(
    Improvement,
    **{one.name: _parts_of_an_option[one.name] for one in fields(Counterfactual)},
    grades=st.lists(st.sampled_from(Grade), unique=True).map(tuple),
    reduction=shares,
    reduction_holds=robustness,
    holds_at=st.none() | shares,
)
several_improvements = st.lists(improvements, max_size=2).map(tuple)
no_improvement = st.none() | st.builds(
    NoImprovement, largest_reduction=shares, proved=st.booleans(), holds=st.booleans(), text=words
)
frontiers = st.lists(
    st.builds(
        FrontierPoint,
        risk=shares,
        reduction=shares,
        effort=shares,
        changes=st.lists(changes_of_kind(Change), max_size=2).map(tuple),
        moves_along=st.lists(changes_of_kind(Change), max_size=2).map(tuple),
        proved=st.booleans(),
        effort_bound=shares,
        robustness=robustness,
    ),
    max_size=2,
).map(tuple)
conditions = st.builds(
    Conditions,
    max_changes=counts,
    permitted=st.lists(permitted, max_size=2).map(tuple),
    ranges=st.lists(
        st.builds(KeptRange, feature=words, label=words, low=st.none() | shares, high=shares, unit=words),
        max_size=1,
    ).map(tuple),
    effects=st.lists(
        st.builds(
            AssumedEffect,
            driver=words,
            feature=words,
            mean=shares,
            low=shares,
            high=shares,
            per=st.none() | shares,
            source=words,
            grade=words,
        ),
        max_size=1,
    ).map(tuple),
    min_robustness=st.none() | shares,
)
infeasible = st.builds(
    Infeasibility,
    lowest_reachable_risk=shares,
    proved=st.booleans(),
    risk_bound=shares,
    reached_by=st.lists(changes, max_size=2).map(tuple),
    linked=st.lists(changes_of_kind(Change), max_size=1).map(tuple),
    brought_along=st.lists(along, max_size=2).map(tuple),
    conditions=conditions,
    relaxed=st.lists(
        st.builds(
            Relaxed,
            max_changes=counts,
            lowest_reachable_risk=shares,
            proved=st.booleans(),
            reaches_target=st.booleans(),
        ),
        max_size=2,
    ).map(tuple),
)
generations = st.builds(
    GenerationStats,
    proposals=counts,
    well_formed=counts,
    valid=counts,
    repaired=counts,
    llm_model=st.none() | words,
    prompt_version=st.none() | words,
    degraded=st.lists(st.sampled_from(Degraded).filter(lambda one: "llm" in one), unique=True).map(tuple),
    prompt_tokens=st.none() | counts,
    completion_tokens=st.none() | counts,
    llm_ms=st.none() | st.floats(0, 1e5),
)
said = st.lists(st.builds(AlwaysSaid, feature=words, text=words, source=words), max_size=2).map(tuple)
helpful = st.lists(changes_of_kind(LeverAlone, reduction=shares), max_size=2).map(tuple)
results = st.one_of(
    st.builds(
        RecourseResult,
        st.just(Status.ALREADY_BELOW_TARGET),
        shares,
        shares,
        always=said,
        generation=generations,
    ),
    st.builds(
        RecourseResult,
        st.just(Status.FOUND),
        shares,
        shares,
        st.lists(counterfactuals, min_size=1, max_size=3).map(tuple),
        improvements=several_improvements,
        frontier=frontiers,
        conditions=conditions,
        shortfall=st.none() | st.builds(Shortfall, variants=counts, proved=st.booleans()),
        most_helpful=helpful,
        always=said,
        generation=generations,
    ),
    st.builds(
        RecourseResult,
        st.just(Status.INFEASIBLE),
        shares,
        shares,
        infeasible=infeasible,
        improvements=several_improvements,
        no_improvement=no_improvement,
        frontier=frontiers,
        conditions=conditions,
        most_helpful=helpful,
        always=said,
        generation=generations,
    ),
)


@pytest.fixture(scope="module")
def asked(registry: ModelRegistry, helpable: Person) -> ValidatedRequest:
    """A question with constraints, of a person with a value to be checked."""
    request = {
        "patient_id": "P-1",
        "features": {**helpable, "waist": 43},
        "constraints": {"max_changes": 2, "features_to_keep": ["sleep"]},
        "include": ["treatment"],
        "programme": "intensive",
    }
    return validate(registry, CounterfactualsRequest.model_validate(request))


@given(result=results, cache_away=st.booleans(), elapsed_ms=st.floats(0, 1e5))
@settings(max_examples=30)
def test_an_answer_is_read_back_as_it_was_given(
    asked: ValidatedRequest, result: RecourseResult, cache_away: bool, elapsed_ms: float
) -> None:
    given_first = from_result(asked, ESTIMATE, result, cache_away, elapsed_ms)
    read_back = from_row(row_of(to_parameters(asked, "digest", given_first, IDS)))
    assert read_back == given_first
    assert read_back.model_dump_json(by_alias=True) == given_first.model_dump_json(by_alias=True)


@given(result=results)
@settings(max_examples=20)
def test_an_answer_tells_what_was_found(asked: ValidatedRequest, result: RecourseResult) -> None:
    answer = from_result(asked, ESTIMATE, result, False, 1.0)
    assert (answer.status, answer.prediction.risk) == (result.status, result.risk)
    assert answer.infeasible == (result.infeasible and InfeasibleOut.model_validate(result.infeasible))
    for told, found in zip(answer.counterfactuals, result.counterfactuals, strict=True):
        place = {"id": told.id, "rank": told.rank, "verified": True}
        whole = {one.name: getattr(found, one.name) for one in fields(found)}
        assert told == CounterfactualOut.model_validate(whole | place)
    for told, found in zip(answer.improvements, result.improvements, strict=True):
        place = {"id": told.id, "rank": told.rank, "verified": True}
        whole = {one.name: getattr(found, one.name) for one in fields(found)}
        assert told == ImprovementOut.model_validate(whole | place)
    assert answer.prediction.band == ESTIMATE.band
    assert (answer.prediction.certainty, answer.prediction.observed) == (
        ESTIMATE.certainty,
        ESTIMATE.observed,
    )


@given(result=results, cache_away=st.booleans())
@settings(max_examples=30)
def test_all_that_was_away_is_told_the_cache_last(
    asked: ValidatedRequest, result: RecourseResult, cache_away: bool
) -> None:
    away = [Degraded.CACHE_UNAVAILABLE] if cache_away else []
    told = from_result(asked, ESTIMATE, result, cache_away, 1.0).generation.degraded
    assert told == [*result.generation.degraded, *away]


@given(result=results)
@settings(max_examples=20)
def test_parameters_are_those_of_the_statements(asked: ValidatedRequest, result: RecourseResult) -> None:
    answer = from_result(asked, ESTIMATE, result, False, 1.0)
    parameters = to_parameters(asked, "digest", answer, IDS)
    assert set(parameters) == set(INSERT_ANSWER.compile().params)
    for option in parameters["options"]:
        assert {*option, "tenant"} == set(CounterfactualRow.__table__.columns.keys())
    assert set(to_request_parameters(answer.id, IDS)) == set(INSERT_REQUEST.compile().params)


@given(result=results)
@settings(max_examples=20)
def test_every_part_has_an_id_of_its_own_and_options_are_ranked(
    asked: ValidatedRequest, result: RecourseResult
) -> None:
    answer = from_result(asked, ESTIMATE, result, False, 1.0)
    parameters = to_parameters(asked, "digest", answer, IDS)
    ids = [parameters["predictions_id"], parameters["requests_id"], answer.id]
    ids += [option.id for option in answer.offered]
    assert len(set(ids)) == len(ids)
    for options in (answer.counterfactuals, answer.improvements):
        assert [option.rank for option in options] == list(range(1, len(options) + 1))


@given(result=results)
@settings(max_examples=20)
def test_from_the_cache_only_the_time_is_another(asked: ValidatedRequest, result: RecourseResult) -> None:
    answer = from_result(asked, ESTIMATE, result, False, elapsed_ms=1.0)
    again = answer.as_cached(elapsed_ms=2.0)
    assert (again.generation.cached, again.generation.elapsed_ms) == (True, 2.0)
    generation = again.generation.model_copy(update={"cached": False, "elapsed_ms": 1.0})
    assert again.model_copy(update={"generation": generation}) == answer


@given(result=results, value=st.floats(3, 20), status=st.sampled_from(Status))
@settings(max_examples=40)
def test_no_estimate_is_low_enough_beside_a_result_that_shows_the_outcome(
    asked: ValidatedRequest, result: RecourseResult, value: float, status: Status
) -> None:
    measured = MeasuredResult(value=value, unit="%", measured_on=date(2026, 1, 1), has_outcome=value >= 5.7)
    known, ended = replace(asked, measured=measured), replace(result, status=status)
    answer = from_result(known, ESTIMATE, ended, False, 1.0)
    assert answer.measured_outcome == measured
    assert known.wishes.always == (measured.has_outcome or asked.preferences.always)
    if status is Status.ALREADY_BELOW_TARGET:
        assert answer.status == (Status.OUTCOME_MEASURED if measured.has_outcome else status)
    else:
        assert answer.status == status
    row = row_of(to_parameters(known, "digest", answer, IDS))
    assert row.measured_outcome == answer.measured_outcome.model_dump(mode="json")


def test_the_question_of_the_answer_is_kept_and_named_in_full(asked: ValidatedRequest) -> None:
    answer = from_result(asked, ESTIMATE, RecourseResult(Status.ALREADY_BELOW_TARGET, 0.1, 0.5), False, 1.0)
    row = row_of(to_parameters(asked, "digest", answer, IDS))
    assert answer.warnings  # the waist, in inches
    assert row.features == dict(asked.patient.values)
    assert json.loads(json.dumps(row.constraints)) == {
        "features_to_vary": None,
        "features_to_keep": ["sleep"],
        "permitted_range": {},
        "max_changes": 2,
    }
    assert (row.include, row.programme, row.diversity) == (["treatment"], "intensive", "strategies")
    assert row.prediction.model_digest == asked.served.model.digest
