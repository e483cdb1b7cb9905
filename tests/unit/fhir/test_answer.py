"""Answers in FHIR: valid by every validator, true to the answer, and the same each time."""

import json
from collections import Counter
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.ask_next import AskNext
from app.domain.certainty import Certainty
from app.domain.counterfactual import Generator, Status
from app.engine.registry import ModelRegistry, ServedModel
from app.fhir.answer import answer_bundle
from app.fhir.measured import measured_text
from app.fhir.writer import FhirWriter
from app.ingest.fhir.reasons import Left, NotUsedReason
from app.ingest.fhir.record import FeatureSource, MeasuredResult, Origin, not_used
from app.usecases.counterfactuals.mapping import from_row
from app.usecases.counterfactuals.schemas import CounterfactualsAnswer
from app.usecases.record.schemas import InterventionsPage
from tests.fhir.validation import faults_of, references_of, resources_of
from tests.kinds_of_answers import (
    CLEARLY_BELOW,
    FRAGILE,
    IN_REACH,
    NOTHING_HELPS,
    OUT_OF_REACH,
    UNCLEAR_BELOW,
    question_about,
)
from tests.unit.faces.answers import change, option, row_of
from tests.unit.fhir.answers import answer_about, people, synthetic

Json = dict[str, Any]

KINDS = [OUT_OF_REACH, NOTHING_HELPS, FRAGILE, UNCLEAR_BELOW, CLEARLY_BELOW, IN_REACH]
AI_LABEL = "AIAST"
MADE = {"RiskAssessment", "Goal", "CarePlan", "GuidanceResponse"}
BASE = "https://turnpoint.example"


def check(answer: CounterfactualsAnswer, bundle: Json) -> None:
    """All that must hold of the bundle of any answer."""
    assert faults_of(bundle) == []
    json.dumps(bundle, allow_nan=False)
    for resource in (bundle, *resources_of(bundle)):
        labels = [one["code"] for one in resource.get("meta", {}).get("security", [])]
        assert labels == ([] if resource["resourceType"] == "OperationOutcome" else [AI_LABEL])
        assert resource["resourceType"] == "Bundle" or resource["text"]["status"] == "generated"
    _check_estimates(answer, bundle)
    _check_plans(answer, bundle)
    _check_makers(bundle)


def _check_estimates(answer: CounterfactualsAnswer, bundle: Json) -> None:
    before, *others = resources_of(bundle, "RiskAssessment")
    risks = [answer.prediction.risk]
    risks += [answer.infeasible.lowest_reachable_risk] if answer.infeasible else []
    risks += [option.risk for option in answer.offered]
    told = [one["prediction"][0]["probabilityDecimal"] for one in (before, *others)]
    assert told == pytest.approx([100 * risk for risk in risks], abs=0.0051)
    assert "parent" not in before
    if answer.prediction.observed is not None:  # true of a given classifier as well, which may know them
        people = f"Of {answer.prediction.observed.people} held out with such estimates, "
        assert people in before["prediction"][0]["rationale"]
    _check_what_is_hypothetical(answer, before, others)
    assert {one["parent"]["reference"] for one in others} <= {f"urn:uuid:{before['id']}"}
    coded = "coding" in before["prediction"][0]["qualitativeRisk"]
    assert coded is (answer.prediction.certainty is not Certainty.UNCLEAR)


def _check_what_is_hypothetical(answer: CounterfactualsAnswer, before: Json, others: list[Json]) -> None:
    """One estimate is of what is, and final; the others say "if" in each text, and are of no day."""
    assert (before["status"], _kind(before)) == ("final", "as-is")
    assert before["occurrenceDateTime"] == answer.created_at.isoformat()
    for one in others:
        assert (one["status"], _kind(one)) == ("preliminary", "hypothetical")
        assert "occurrenceDateTime" not in one
        told = (one["code"]["text"], one["prediction"][0]["rationale"], one["text"]["div"].split("<p>")[1])
        assert all(text.startswith("If ") for text in told)
        assert ", if " in one["method"]["text"]
        assert any(note["text"].startswith("Hypothetical") for note in one["note"])


def _kind(assessment: Json) -> str:
    kind: str = assessment["code"]["coding"][0]["code"]
    return kind


def _check_plans(answer: CounterfactualsAnswer, bundle: Json) -> None:
    plans = resources_of(bundle, "CarePlan")
    assert [plan["description"] for plan in plans] == [option.summary for option in answer.offered]
    assert {(plan["status"], plan["intent"]) for plan in plans} <= {("draft", "proposal")}
    kinds = [plan["category"][0]["coding"][0]["code"] for plan in plans]
    assert kinds == ["counterfactual"] * len(answer.counterfactuals) + ["improvement"] * len(
        answer.improvements
    )
    goals = resources_of(bundle, "Goal")
    assert {goal["lifecycleStatus"] for goal in goals} <= {"proposed"}
    assert len(goals) == sum(len(option.changes) for option in answer.offered)
    moved = {change.feature for option in answer.offered for change in (*option.changes, *option.linked)}
    assert {code for goal in goals for code in _features(goal)} <= moved


def _features(goal: Json) -> list[str]:
    """The features that a goal tells of, by their codes in the model."""
    codings = [one for target in goal["target"] for one in target["measure"]["coding"]]
    return [one["code"] for one in codings if one["system"].endswith(":feature")]


def _check_makers(bundle: Json) -> None:
    """Each thing that an AI made has one Provenance, and each such AI is there with what it is."""
    provenances = resources_of(bundle, "Provenance")
    targets = Counter(target["reference"] for one in provenances for target in one["target"])
    made = {f"urn:uuid:{one['id']}" for one in resources_of(bundle) if one["resourceType"] in MADE}
    assert targets == dict.fromkeys(made, 1)
    devices = {f"urn:uuid:{one['id']}": one for one in resources_of(bundle, "Device")}
    for one in provenances:
        assert one["reason"][0]["coding"][0]["code"] == AI_LABEL
        for agent in one["agent"]:
            assert agent["role"][0]["coding"][0]["code"] == "Artificial-Intelligence"
            assert (
                devices[agent["who"]["reference"]]["type"]["coding"][0]["code"] == "Artificial-Intelligence"
            )


@pytest.mark.parametrize("person", KINDS)
def test_every_kind_of_answer_is_valid_and_true(registry: ModelRegistry, person: int) -> None:
    question = question_about(registry, person, "P-0017")
    served = registry.named(None)
    answer = answer_about(registry, served, question["features"])
    check(answer, answer_bundle(answer, served.model, BASE))
    check_without_its_model(answer)


def check_without_its_model(answer: CounterfactualsAnswer) -> None:
    """Where the model is hosted no more, there are words but no codes."""
    bundle = answer_bundle(answer, None, "")
    assert faults_of(bundle) == []
    assert resources_of(bundle, "DocumentReference") == []
    for goal in resources_of(bundle, "Goal"):
        assert "coding" not in goal["target"][0]["measure"]


@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_answers_of_any_model_and_target_are_valid_and_true(
    registry: ModelRegistry, data: st.DataObject
) -> None:
    hosts = [registry, *synthetic().values()]
    host, served = data.draw(st.sampled_from([(host, one) for host in hosts for one in host]))
    features = data.draw(st.sampled_from(people(served.model)))
    asked: Json = {
        "target": {"max_risk": data.draw(st.sampled_from([0.02, 0.1, 0.3, 0.5, 0.7]))},
        "always": data.draw(st.booleans()),
        "count": data.draw(st.integers(1, 4)),
        "include": data.draw(st.sampled_from([[], ["treatment"]])),
    }
    answer = answer_about(host, served, features, **asked)
    if data.draw(st.booleans()):
        answer = proposed_by_a_language_model(answer)
    bundle = answer_bundle(answer, served.model, data.draw(st.sampled_from(["", BASE])))
    check(answer, bundle)
    assert answer_bundle(answer, served.model, "") == answer_bundle(answer, served.model, "")


def proposed_by_a_language_model(answer: CounterfactualsAnswer) -> CounterfactualsAnswer:
    """The same answer as if the first option had come from a language model."""
    generation = answer.generation.model_copy(update={"llm_model": "example-4b", "prompt_version": "9"})
    options = [
        option.model_copy(update={"generator": Generator.LLM} if option.rank == 1 else {})
        for option in answer.counterfactuals
    ]
    return answer.model_copy(update={"generation": generation, "counterfactuals": options})


def test_what_a_language_model_proposed_is_verified_by_the_classifier(registry: ModelRegistry) -> None:
    served = registry.named(None)
    features = question_about(registry, IN_REACH, "P-0017")["features"]
    answer = proposed_by_a_language_model(answer_about(registry, served, features))
    bundle = answer_bundle(answer, served.model, BASE)
    names = {f"urn:uuid:{one['id']}": one["deviceName"][-1]["name"] for one in resources_of(bundle, "Device")}
    [_, by_llm] = resources_of(bundle, "Provenance")
    did = [(names[a["who"]["reference"]], a["type"]["coding"][0]["code"]) for a in by_llm["agent"]]
    assert did == [("example-4b", "author"), ("dysglycaemia", "verifier")]
    kinds = {target["type"] for target in by_llm["target"]}
    assert kinds == {"Goal", "CarePlan"}
    [card] = [one for one in resources_of(bundle, "DocumentReference") if "category" in one]
    assert card["content"][0]["attachment"]["url"] == f"{BASE}/models/dysglycaemia@2/card"


def test_what_is_missing_is_asked_for_by_code(registry: ModelRegistry) -> None:
    served = registry.named(None)
    features = dict(question_about(registry, IN_REACH, "P-0017")["features"])
    whole = answer_bundle(answer_about(registry, served, features), served.model, "")
    lacking = features | {"hdl_cholesterol": None, "ethnicity": None}
    answer = answer_about(registry, served, lacking, target={"max_risk": 0.35}, always=True)
    assert answer.offered
    [guidance] = resources_of(answer_bundle(answer, served.model, ""), "GuidanceResponse")
    assert guidance["status"] == "data-requested"
    codes = [
        coding["code"] for wanted in guidance["dataRequirement"] for coding in wanted["codeFilter"][0]["code"]
    ]
    assert {"hdl_cholesterol", "2085-9", "ethnicity"} <= set(codes)
    unknown = {name for name, value in features.items() if value is None}
    [full] = resources_of(whole, "GuidanceResponse")
    assert full["status"] == ("data-requested" if unknown else "success")


def test_out_of_reach_is_told_with_what_is_lowest(registry: ModelRegistry) -> None:
    served = registry.named(None)
    features = question_about(registry, OUT_OF_REACH, "P-0017")["features"]
    answer = answer_about(registry, served, features)
    assert answer.status is Status.INFEASIBLE
    bundle = answer_bundle(answer, served.model, "")
    [guidance] = resources_of(bundle, "GuidanceResponse")
    assert guidance["reasonCode"][0]["coding"][0]["code"] == "infeasible"
    assert "No permitted change reaches the target" in guidance["note"][0]["text"]
    lowest = resources_of(bundle, "RiskAssessment")[1]
    assert lowest["mitigation"].startswith("Reached with weight from 76.5 to 72.1 kg (body mass index from ")
    assert "Consider" not in json.dumps(lowest)
    assert lowest["code"]["text"].startswith("If body mass index were 33.1 kg/m² and ")
    assert "(with weight 72.1 kg, waist 99.7 cm" in lowest["text"]["div"]


def test_of_a_weight_that_is_not_known_the_index_is_told_by_name(registry: ModelRegistry) -> None:
    served = registry.named(None)
    features = question_about(registry, OUT_OF_REACH, "P-0017")["features"]
    answer = answer_about(registry, served, features)
    unknown = answer.question.model_copy(
        update={"features": answer.question.features | dict.fromkeys(("weight", "waist"))}
    )
    bundle = answer_bundle(answer.model_copy(update={"question": unknown}), served.model, "")
    mitigation = resources_of(bundle, "RiskAssessment")[1]["mitigation"]
    assert mitigation.startswith("Reached with body mass index from 35.1 to 33.1 kg/m²; ")


def test_the_estimate_of_a_what_if_is_no_finding(registry: ModelRegistry, served: ServedModel) -> None:
    features = question_about(registry, CLEARLY_BELOW, "P-0017")["features"]
    answer = answer_about(registry, served, features).model_copy(update={"based_on": uuid4()})
    [before] = resources_of(answer_bundle(answer, served.model, ""), "RiskAssessment")
    assert (before["status"], _kind(before)) == ("preliminary", "hypothetical")
    assert "occurrenceDateTime" not in before
    assert before["code"]["text"].startswith("In a what-if")


def test_a_page_of_answers_has_each_resource_once(registry: ModelRegistry, served: ServedModel) -> None:
    answers = [
        answer_about(registry, served, question_about(registry, person, "P-0017")["features"])
        for person in (IN_REACH, CLEARLY_BELOW)
    ]
    page = InterventionsPage(patient_id="P-0017", answers=answers, feedback=[], next=answers[-1].id)
    bundle = FhirWriter(registry, "").interventions(page, "/here", "/older")
    assert faults_of(bundle) == []
    assert len(resources_of(bundle, "GuidanceResponse")) == 2
    assert len(resources_of(bundle, "Device")) == 1
    assert bundle["link"] == [{"relation": "self", "url": "/here"}, {"relation": "next", "url": "/older"}]


def test_nobody_but_the_patient_is_referred_to_outside(registry: ModelRegistry) -> None:
    served = registry.named(None)
    features = question_about(registry, IN_REACH, "P-0017")["features"]
    bundle = answer_bundle(answer_about(registry, served, features), served.model, "")
    outside = {
        one["reference"]
        for resource in resources_of(bundle)
        for _, one in references_of(resource, resource["resourceType"])
        if not one["reference"].startswith("urn:uuid:")
    }
    assert outside == {"Patient/P-0017"}


def test_an_answer_from_before_much_was_told_is_valid(registry: ModelRegistry, served: ServedModel) -> None:
    row = row_of(served.model.schema, {}, option(1, change("sleep", 5.0, 6.0)))
    row.prediction.band = row.prediction.certainty = row.prediction.observed = None
    answer = from_row(row)
    bundle = FhirWriter(registry, "").answer(answer)
    assert faults_of(bundle) == []
    assert resources_of(bundle, "CarePlan")[0]["title"] == "Option 1"


def test_what_a_bundle_told_is_the_basis_and_what_it_did_not_is_said(
    registry: ModelRegistry, served: ServedModel
) -> None:
    features = question_about(registry, CLEARLY_BELOW, "P-0017")["features"]
    answer = answer_about(registry, served, features)
    told = FeatureSource(
        source=Origin.FHIR, reference="Observation/7", effective="2026-01-05", original=None, conversion=None
    )
    result = MeasuredResult(
        value=7.5, unit="%", measured_on=date(2026, 1, 5), reference="Observation/9", has_outcome=True
    )
    answer = answer.model_copy(
        update={
            "status": Status.OUTCOME_MEASURED,
            "provenance": {
                "bmi": told,
                "weight": told,
                "fibre": told.model_copy(update={"reference": "Observation/6"}),
            },
            "question": answer.question.model_copy(
                update={"features": answer.question.features | {"fibre": None}}
            ),
            "not_used": [not_used(Left(reason, "Observation/8", "sbp")) for reason in NotUsedReason],
            "measured_outcome": result,
        }
    )
    bundle = answer_bundle(answer, served.model, "")
    check(answer, bundle)
    [before] = resources_of(bundle, "RiskAssessment")
    assert [one["reference"] for one in before["basis"]] == ["Observation/7"]
    counts = (
        "Measured on 2026-01-05: HbA1c 7.5 %, which shows the outcome. It counts in place of the estimate"
    )
    assert before["note"][0]["text"].startswith(counts)
    assert counts in before["text"]["div"]
    [guidance] = resources_of(bundle, "GuidanceResponse")
    assert guidance["note"][0]["text"].startswith(
        "Measured on 2026-01-05: HbA1c 7.5 %, which shows the outcome"
    )
    [outcome] = resources_of(bundle, "OperationOutcome")
    assert guidance["evaluationMessage"] == [
        {"reference": f"urn:uuid:{outcome['id']}", "type": "OperationOutcome"}
    ]
    assert len(outcome["issue"]) == len(NotUsedReason)
    systems = {issue["details"]["coding"][0]["system"] for issue in outcome["issue"]}
    assert systems == {"urn:turnpoint:not-used"}
    of_estimates, of_ending = resources_of(bundle, "Provenance")
    assert _sources(of_estimates) == ["Observation/7"]
    assert _sources(of_ending) == ["Observation/7", "Observation/9"]
    assert [target["type"] for target in of_ending["target"]] == ["GuidanceResponse"]


def _sources(provenance: Json) -> list[str]:
    return [one["what"]["reference"] for one in provenance["entity"] if one["role"] == "source"]


def test_what_is_worth_asking_most_is_asked_for_first(registry: ModelRegistry, served: ServedModel) -> None:
    features = dict(question_about(registry, CLEARLY_BELOW, "P-0017")["features"])
    lacking = features | dict.fromkeys(("ethnicity", "waist", "fibre"))
    answer = answer_about(registry, served, lacking)
    asked = [AskNext(feature=name, narrows=0.1) for name in ("fibre", "waist")]
    answer = answer.model_copy(update={"ask_next": asked})
    [guidance] = resources_of(answer_bundle(answer, served.model, ""), "GuidanceResponse")
    told = [wanted["codeFilter"][0]["code"][-1]["code"] for wanted in guidance["dataRequirement"]]
    assert told[:2] == ["fibre", "waist"]
    assert set(told) == {name for name, value in lacking.items() if value is None}


def test_of_a_model_without_words_of_its_own_an_old_result_gives_way_too(served: ServedModel) -> None:
    quiet = replace(served.model, consultation=None)
    result = MeasuredResult(value=None, unit=None, measured_on=date(2017, 1, 5), has_outcome=False)
    assert "too old to count in place" in measured_text(result, quiet, date(2026, 11, 29))


@pytest.mark.parametrize(
    ("measured_on", "has_outcome", "weight"),
    [
        (date(2017, 1, 5), False, "too old to count in place of the estimate"),
        (date(2026, 10, 5), False, "It counts in place of the estimate"),
        (date(2017, 1, 5), True, "It counts in place of the estimate"),
    ],
)
def test_a_result_without_the_outcome_counts_while_its_finding_stands(
    served: ServedModel, measured_on: date, has_outcome: bool, weight: str
) -> None:
    value = 7.5 if has_outcome else 5.1
    result = MeasuredResult(value=value, unit="%", measured_on=measured_on, has_outcome=has_outcome)
    assert weight in measured_text(result, served.model, date(2026, 11, 29))
