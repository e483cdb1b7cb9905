"""What each operation answers: real answers of the default model about a real person, at ids of our own."""

import json
from typing import Any

from pydantic import BaseModel
from pydantic_core import to_jsonable_python

from app.classifiers.partitions import Person
from app.domain.certainty import RiskEstimate
from app.domain.recourse import GenerationStats
from app.engine.front import FrontSearch
from app.engine.recommend import already_valid, recommend
from app.engine.registry import ModelRegistry, ServedModel
from app.engine.search import WORK, search
from app.faces.api.json_schema import features_json_schema
from app.faces.api.model_card import card_of
from app.faces.api.models import detail_of, summary_of
from app.faces.http.operations import Liveness
from app.faces.http.readiness import Readiness
from app.faces.openapi import ids
from app.faces.openapi.example_audit import audit_answers
from app.faces.openapi.example_cds import cds_answers
from app.faces.openapi.example_drift import drift_answer
from app.faces.openapi.example_export import example_export
from app.faces.openapi.example_jobs import job_answers
from app.faces.openapi.example_plans import example_plan
from app.faces.openapi.example_requests import requests_of
from app.fhir.form import MEDIA_TYPE as FHIR
from app.fhir.writer import FhirWriter
from app.ingest.fhir.record import Origin
from app.storage.consultation_tables import MeasurementRow
from app.usecases.counterfactuals.mapping import from_result
from app.usecases.counterfactuals.request import validate
from app.usecases.counterfactuals.schemas import CounterfactualsAnswer, CounterfactualsRequest
from app.usecases.feedback.reasons import Reason, Verdict
from app.usecases.feedback.schemas import FeedbackOut
from app.usecases.measurements.mapping import told
from app.usecases.measurements.schemas import MeasurementsList
from app.usecases.plans.told import PlansPage
from app.usecases.predictions.schemas import PredictionAnswer
from app.usecases.preferences.schemas import PreferencesOut
from app.usecases.preferences.service import preferences_out
from app.usecases.preferences.standing import standing_of
from app.usecases.record.schemas import InterventionsPage

Answers = dict[str, dict[str, Any]]
"""By operation, then by media type."""

_JSON = "application/json"
_ANSWERS, _PLANS = (f"/patients/{ids.PATIENT_ID}/{what}" for what in ("interventions", "plans"))
_NOBODY_ASKED = GenerationStats()
_MILLISECONDS = 41.5
"""As most answers of a search take; measured ones would differ at every start."""


def answers_of(registry: ModelRegistry, person: Person) -> Answers:
    """An example of what each operation answers, in at least one media type."""
    answer = _answer(registry, person)
    payload = _in_json(answer)
    feedback = FeedbackOut(
        id=ids.FEEDBACK_ID,
        created_at=ids.SAID,
        counterfactual_id=ids.OPTION_ID,
        verdict=Verdict.DECLINED,
        reason=Reason.NOT_FEASIBLE,
        note="no pool nearby",
        given_by=None,
        replaces=None,
    )
    page = InterventionsPage(patient_id=ids.PATIENT_ID, answers=[answer], feedback=[feedback], next=None)
    plan = example_plan(answer)
    plans = PlansPage(patient_id=ids.PATIENT_ID, plans=[plan], next=None)
    writer = FhirWriter(registry, "https://turnpoint.example")
    in_fhir = {FHIR: writer.answer(answer)}
    return {
        "createCounterfactuals": payload | in_fhir,
        "getCounterfactuals": payload | in_fhir,
        "createFeedback": _in_json(feedback),
        "listPatientInterventions": _in_json(page) | {FHIR: writer.interventions(page, _ANSWERS, None)},
        **_of_results(registry),
        "createPlan": _in_json(plan),
        "changePlan": _in_json(plan),
        "listPlans": _in_json(plans) | {FHIR: writer.plans(plans, _PLANS, None)},
        "exportPatient": _in_json(example_export()),
        "erasePatient": {},
        "createPrediction": _in_json(_prediction(answer)),
        **dict.fromkeys(("getPreferences", "replacePreferences"), _in_json(_preferences(registry))),
        **_of_models(registry),
        **job_answers(answer),
        **audit_answers(),
        **cds_answers(registry, answer),
        **_OPERATIONS,
    }


def _answer(registry: ModelRegistry, person: Person) -> CounterfactualsAnswer:
    """The way of `counterfactuals.service`, with nobody to ask but the search, and nothing recorded."""
    served = registry.named(None)
    request = requests_of(registry.default, person, served.consultation.measured)["createCounterfactuals"]
    validated = validate(registry, CounterfactualsRequest.model_validate(request))
    question, estimate = validated.problem(person.risk), _estimate(served, person)
    if person.risk <= question.target:  # where the threshold is so high that nobody is above
        result = already_valid(question, served.references, validated.preferences, person.risk)
    else:
        nothing, fronts = question.unchanged[:0], FrontSearch(question, served.references)
        found = search(question, served.references, validated.preferences, WORK, fronts)
        wishes, references = validated.preferences, served.references
        result = recommend(question, references, wishes, person.risk, found, nothing, _NOBODY_ASKED, fronts)
    return _renamed(from_result(validated, estimate, result, cache_away=False, elapsed_ms=_MILLISECONDS))


def _renamed(answer: CounterfactualsAnswer) -> CounterfactualsAnswer:
    options = [
        option.model_copy(update={"id": ids.option_id(option.rank)}) for option in answer.counterfactuals
    ]
    improvements = [
        one.model_copy(update={"id": ids.improvement_id(one.rank)}) for one in answer.improvements
    ]
    mine = {"id": ids.ANSWER_ID, "created_at": ids.ASKED, "counterfactuals": options}
    mine["improvements"] = improvements
    return answer.model_copy(update=mine)


def _estimate(served: ServedModel, person: Person) -> RiskEstimate:
    return served.estimate(served.model.schema.encode(person.features), person.risk)


def _of_results(registry: ModelRegistry) -> Answers:
    """A result at which the outcome begins."""
    served = registry.named(None)
    measured = served.consultation.measured
    row = MeasurementRow(
        id=ids.MEASUREMENT_ID,
        created_at=ids.SAID,
        measured_on=ids.MEASURED,
        value=measured.outcome_from,
        has_outcome=True,
        is_withdrawn=False,
        given_by=None,
        source=Origin.GIVEN,
        reference=None,
        replaces=None,
    )
    results = told(measured, [row])
    listed = MeasurementsList(
        patient_id=ids.PATIENT_ID, model=served.model.name, label=measured.label, measurements=results
    )
    return {"createMeasurement": _in_json(results[0]), "listMeasurements": _in_json(listed)}


def _prediction(answer: CounterfactualsAnswer) -> PredictionAnswer:
    now, model = answer.prediction, answer.model
    return PredictionAnswer(
        id=ids.PREDICTION_ID,
        model=model.name,
        version=model.version,
        risk=now.risk,
        threshold=now.threshold,
        label=now.label,
        band=now.band,
        certainty=now.certainty,
        observed=now.observed,
        warnings=answer.warnings,
    )


def _preferences(registry: ModelRegistry) -> PreferencesOut:
    """Nothing was said so far."""
    served = registry.named(None)
    return preferences_out(ids.PATIENT_ID, served, standing_of(None, served.consultation))


def _of_models(registry: ModelRegistry) -> Answers:
    served = registry.named(None)
    answers = {
        "listModels": _in_json([summary_of(one, registry) for one in registry]),
        "getModel": _in_json(detail_of(served, registry)),
        "getModelDrift": _in_json(drift_answer(served.model.schema)),
        "getModelSchema": {"application/schema+json": features_json_schema(served.model.schema)},
    }
    markdown, card = card_of(served)
    return answers | {"getModelCard": {_JSON: card, "text/markdown": markdown}}


_METRICS = """\
# HELP turnpoint_request_seconds Time to answer a request.
# TYPE turnpoint_request_seconds histogram
"""


def _in_json(answer: BaseModel | list[Any]) -> dict[str, Any]:
    return {_JSON: json.loads(json.dumps(to_jsonable_python(answer, by_alias=True)))}


_OPERATIONS: Answers = {
    "getLiveness": _in_json(Liveness(alive=True)),
    "getReadiness": _in_json(Readiness(ready=True, database=True, classifier=None, cache=True, llm=True)),
    "getMetrics": {"text/plain": _METRICS},
}
