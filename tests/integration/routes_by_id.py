"""Every route of the gateway, and each way in which a request to it names something of a tenant's."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.fhir_people import observation, patient
from tests.integration.answers import Json
from tests.integration.entering import ENOUGH
from tests.integration.pages import HTML, HTMX
from tests.integration.planning import today
from tests.integration.two_tenants import MODEL, Ids
from tests.unit.faces.ehr.cds.calls import call
from tests.unit.outbound.fhir.fake_fhir import bundle

Fields = Mapping[str, str]
UNKNOWN = 404
JSON = {"Accept": "application/json"}


@dataclass(frozen=True, slots=True)
class Call:
    """One request, made of the ids that it names.

    `status` is what it comes to where a tenant has nothing, whoever else has. `among_own` is what it comes to
    for a tenant who has a patient of the same id, and an answer and a plan of their own; None where such a
    request names nothing but the patient. Where a body names what is not there, its place is told, with 422.
    """

    path: str
    body: Callable[[Ids], Json] | None = None
    form: Callable[[Ids], Json] | None = None
    query: Callable[[Ids], Json] = field(default=lambda _: {})
    headers: Callable[[Ids], Json] = field(default=lambda _: {})
    status: int = UNKNOWN
    among_own: int | None = None

    def request(self, ids: Ids) -> Json:
        given: Json = {"params": self.query(ids), "headers": {**self.headers(ids)}}
        if self.body is not None:
            given["json"] = self.body(ids)
        if self.form is not None:
            given["data"] = self.form(ids)
            given["headers"] = HTML | {"Sec-Fetch-Site": "same-origin"} | given["headers"]
        return given

    def address(self, ids: Ids) -> str:
        return self.path.format(**{name: getattr(ids, name) for name in Ids.__slots__})


def _as(kind: Json) -> Callable[[Ids], Json]:
    return lambda _: kind


def _page(path: str, query: Callable[[Ids], Json] = lambda _: {}, **more: Any) -> Call:
    return Call(path, query=query, headers=_as(HTML), **more)


def _answer(ids: Ids) -> Json:
    return {"answer": ids.answer}


def _verdict(ids: Ids) -> Json:
    return {"counterfactual_id": ids.option, "verdict": "declined", "reason": "preference"}


def _changed(ids: Ids) -> Json:
    return {"kind": "completed", "replaces": ids.event}


def _result(ids: Ids) -> Json:
    return {"model": MODEL, "measured_on": today().isoformat(), "value": 5.0, "replaces": ids.measurement}


def _job(ids: Ids) -> Json:
    source = {"kind": "upload", "upload_id": ids.upload}
    return {"target_label": "low", "generator": "search", "source": source}


def chart(patient_id: str) -> Json:
    """A chart that is opened, of somebody with the little that the model must know."""
    subject = {"subject": {"reference": f"Patient/{patient_id}"}}
    read = [observation("8302-2", 165.0, "cm", today().isoformat(), **subject)]
    read.append(observation("39156-5", 33.0, "kg/m2", today().isoformat(), **subject))
    prefetch = {"patient": patient(patient_id), "observations": bundle(*read), "result": None}
    return call(context={"userId": "Practitioner/abc", "patientId": patient_id}, prefetch=prefetch)


def _reported(ids: Ids) -> Json:
    """A report of a card that is not there is passed over, as one of nobody's is."""
    accepted = {"outcome": "accepted", "acceptedSuggestions": [{"id": ids.option}]}
    return {"feedback": [{"card": ids.answer, "outcomeTimestamp": "2026-01-01T00:00:00.000Z", **accepted}]}


CDS = "/cds-services/interventions-dysglycaemia"
PATIENT, OF_JOB = "/patients/{patient}", "/augmentations/{job}"


def routes(features: Json) -> dict[tuple[str, str], list[Call]]:
    """By method and template; `features` are those of a patient whom one may ask about."""

    def question(ids: Ids) -> Json:
        return {"patient_id": ids.patient, "features": features, "generator": "search"}

    def job_of_rows(_: Ids) -> Json:
        source = {"kind": "rows", "rows": [features]}
        return {"target_label": "low", "generator": "search", "source": source}

    return {
        ("POST", "/counterfactuals"): [Call("/counterfactuals", body=question, status=200)],
        ("GET", "/counterfactuals/{answer_id}"): [Call("/counterfactuals/{answer}", among_own=404)],
        ("POST", "/counterfactuals/{answer_id}/feedback"): [
            Call("/counterfactuals/{answer}/feedback", body=_verdict, among_own=404),
            Call("/counterfactuals/{answer}/feedback", form=_verdict, among_own=404),
            Call(
                "/counterfactuals/{answer}/feedback",
                body=lambda ids: _verdict(ids) | {"replaces": ids.verdict},
                among_own=404,
            ),
        ],
        ("GET", "/cds-services"): [Call("/cds-services", status=200)],
        ("POST", "/cds-services/{service_id}"): [Call(CDS, body=lambda ids: chart(ids.patient), status=200)],
        ("POST", "/cds-services/{service_id}/feedback"): [
            Call(f"{CDS}/feedback", body=_reported, status=200)
        ],
        ("POST", "/predictions"): [
            Call("/predictions", body=lambda _: {"features": features}, status=200),
            Call(
                "/predictions", body=lambda ids: {"patient_id": ids.patient, "features": features}, status=200
            ),
        ],
        ("GET", "/"): [
            _page("/", status=200),
            _page("/", lambda ids: {"at": ids.cursor}, status=200, among_own=200),
        ],
        ("POST", "/"): [Call("/", form=lambda ids: {"patient": ids.patient}, status=200)],
        ("GET", "/patients/{patient_id}/interventions"): [
            Call(f"{PATIENT}/interventions", headers=_as(JSON)),
            Call(
                f"{PATIENT}/interventions",
                query=lambda ids: {"before": ids.answer},
                headers=_as(JSON),
                among_own=200,
            ),
            _page(f"{PATIENT}/interventions"),
            _page(f"{PATIENT}/interventions", _answer, among_own=404),
            _page(f"{PATIENT}/interventions", lambda ids: {"before": ids.answer}, among_own=200),
        ],
        ("POST", "/patients/{patient_id}/interventions"): [
            Call(f"{PATIENT}/interventions", form=_answer, among_own=404),
        ],
        ("GET", "/patients/{patient_id}/values"): [_page(f"{PATIENT}/values", status=200)],
        ("POST", "/patients/{patient_id}/values"): [
            Call(
                f"{PATIENT}/values",
                form=lambda ids: {"model": MODEL, "replaces": ids.preferences} | ENOUGH,
                status=409,
                among_own=409,
            ),
        ],
        ("GET", "/patients/{patient_id}/charts"): [
            _page(f"{PATIENT}/charts", _answer, among_own=404),
        ],
        ("GET", "/patients/{patient_id}/grounds"): [
            _page(f"{PATIENT}/grounds", _answer, among_own=404),
            Call(f"{PATIENT}/grounds", query=_answer, headers=_as(HTMX), among_own=404),
        ],
        ("POST", "/patients/{patient_id}/what-if"): [
            Call(f"{PATIENT}/what-if", form=_answer, among_own=404),
        ],
        ("POST", "/patients/{patient_id}/ask-again"): [
            Call(
                f"{PATIENT}/ask-again",
                form=lambda ids: _answer(ids) | {"without.bmi": "on"},
                among_own=404,
            ),
        ],
        ("GET", "/patients/{patient_id}/preferences"): [Call(f"{PATIENT}/preferences", headers=_as(JSON))],
        ("PUT", "/patients/{patient_id}/preferences"): [
            Call(
                f"{PATIENT}/preferences",
                body=lambda ids: {"model": MODEL, "codes": [], "replaces": ids.preferences},
                status=409,
                among_own=409,
            ),
        ],
        ("POST", "/patients/{patient_id}/preference"): [
            Call(
                f"{PATIENT}/preference",
                form=lambda ids: _answer(ids) | {"model": MODEL, "replaces": ids.preferences},
                status=409,
                among_own=409,
            ),
        ],
        ("GET", "/patients/{patient_id}/measurements"): [
            Call(f"{PATIENT}/measurements", query=lambda _: {"model": MODEL}),
        ],
        ("POST", "/patients/{patient_id}/measurements"): [
            Call(f"{PATIENT}/measurements", body=_result, status=422, among_own=422),
        ],
        ("GET", "/patients/{patient_id}/result"): [_page(f"{PATIENT}/result", _answer, status=303)],
        ("POST", "/patients/{patient_id}/result"): [
            Call(
                f"{PATIENT}/result",
                form=lambda ids: _answer(ids) | {"measured_on": today().isoformat(), "value": "5"},
                among_own=404,
            ),
        ],
        ("GET", "/patients/{patient_id}/plans"): [
            Call(f"{PATIENT}/plans"),
            Call(f"{PATIENT}/plans", query=lambda ids: {"before": ids.plan}, among_own=200),
        ],
        ("POST", "/patients/{patient_id}/plans"): [
            Call(f"{PATIENT}/plans", body=lambda ids: {"counterfactual_id": ids.option}, among_own=422),
            Call(
                f"{PATIENT}/plans",
                body=lambda ids: {"what_if": {"answer_id": ids.answer, "values": {"bmi": 30.0}}},
                among_own=422,
            ),
        ],
        ("POST", "/patients/{patient_id}/plan"): [
            Call(
                f"{PATIENT}/plan",
                form=lambda ids: _answer(ids) | {"counterfactual_id": ids.option},
                among_own=404,
            ),
            Call(f"{PATIENT}/plan", form=_answer, among_own=404),
        ],
        ("PATCH", "/patients/{patient_id}/plans/{plan_id}"): [
            Call(f"{PATIENT}/plans/{{plan}}", body=_changed, among_own=404),
        ],
        ("POST", "/patients/{patient_id}/plans/{plan_id}"): [
            Call(f"{PATIENT}/plans/{{plan}}", form=lambda ids: _answer(ids) | _changed(ids), among_own=404),
        ],
        ("GET", "/patients/{patient_id}/plans/{plan_id}/handout"): [
            _page(f"{PATIENT}/plans/{{plan}}/handout", among_own=404),
        ],
        ("GET", "/patients/{patient_id}/export"): [Call(f"{PATIENT}/export")],
        ("DELETE", "/patients/{patient_id}"): [Call(PATIENT)],
        ("GET", "/patients/{patient_id}/audit-events"): [Call(f"{PATIENT}/audit-events")],
        ("GET", "/audit-events"): [
            Call("/audit-events", query=lambda ids: {"patient": ids.pseudonym}, status=200, among_own=200),
        ],
        ("GET", "/augmentations"): [
            Call("/augmentations", status=200),
            Call("/augmentations", query=lambda ids: {"before": ids.job}, status=200),
        ],
        ("POST", "/augmentations"): [
            Call("/augmentations", body=_job, status=422),
            Call(
                "/augmentations",
                body=job_of_rows,
                headers=lambda ids: {"Idempotency-Key": ids.key},
                status=202,
            ),
        ],
        ("POST", "/augmentations/uploads"): [
            Call("/augmentations/uploads", headers=_as({"Content-Type": "text/csv"}), status=422),
        ],
        ("GET", "/augmentations/{job_id}"): [Call(OF_JOB), _page(OF_JOB)],
        ("DELETE", "/augmentations/{job_id}"): [Call(OF_JOB)],
        ("GET", "/augmentations/{job_id}/rows"): [
            Call(f"{OF_JOB}/rows"),
            Call(f"{OF_JOB}/rows", query=lambda _: {"format": "csv", "after": "0.0"}),
        ],
        ("GET", "/augmentations/{job_id}/events"): [Call(f"{OF_JOB}/events")],
        ("GET", "/augmentations/{job_id}/report"): [Call(f"{OF_JOB}/report"), _page(f"{OF_JOB}/report")],
        ("GET", "/augmentations/{job_id}/card"): [Call(f"{OF_JOB}/card")],
        # What the service is, which tenants share.
        ("GET", "/models"): [Call("/models", status=200)],
        ("GET", "/models/{name}"): [Call(f"/models/{MODEL}", status=200)],
        ("GET", "/models/{name}/schema"): [Call(f"/models/{MODEL}/schema", status=200)],
        ("GET", "/models/{name}/card"): [Call(f"/models/{MODEL}/card", status=200)],
        ("GET", "/models/{name}/drift"): [Call(f"/models/{MODEL}/drift", status=200)],
        ("GET", "/livez"): [Call("/livez", status=200)],
        ("GET", "/readyz"): [Call("/readyz", query=lambda _: {"verbose": ""}, status=200)],
        ("GET", "/metrics"): [Call("/metrics", status=200)],
        ("GET", "/docs"): [Call("/docs", status=200)],
        ("GET", "/docs/oauth2-redirect"): [Call("/docs/oauth2-redirect", status=200)],
        ("GET", "/openapi.json"): [Call("/openapi.json", status=200)],
    }
