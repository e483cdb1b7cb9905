"""The calls about one patient: counterfactuals, what was suggested before, a prediction."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, TypedDict, TypeVar
from uuid import UUID

import httpx

from turnpoint.answer import Answer, InterventionsPage
from turnpoint.answers import Feedback, Model, Prediction, Predictions, Value
from turnpoint.call import KEYED, TRANSIENT, Call, given, keyed, reading, refuse_unknown
from turnpoint.errors import UnsendableError

T = TypeVar("T")

Features = Mapping[str, Value]
"""A feature vector by the features' names: GET /models/{name}/schema describes it."""

Bundle = Mapping[str, Any]
"""A FHIR R4 Bundle of one patient, as JSON has it."""

Days = Mapping[date | str, Features]
"""What is known of each of a person's last days, 62 at most; of a day of which nothing is known, {}."""

Bounds = bool | tuple[float | None, float | None]
"""Low and high; None leaves a side open. Of a yes or no, the value that is permitted, or such bounds."""


class RequestOptions(TypedDict, total=False):
    """What a question may say beside whom it is about; what is left out is the service's default.

    What is wished for is one of three: `max_risk`, the risk (0-1) that an option must not exceed;
    `relative_reduction`, the share (0-1) of the present risk that it must take off; `absolute_reduction`, how
    much (0-1) it must take off the present risk. `features_to_vary`: what may change; `features_to_keep`:
    what must stay; both name features, or themes such as "activity". `permitted_range`: bounds, in the
    features' units, of what a changed feature ends at. `max_changes`: the most behaviours that change.
    `count`: how many options, and how many improvements. `min_robustness`: the least share (0-1) of refits,
    noise and adherence draws that each of them survives. `generator`: auto, llm or search. `include`:
    "treatment" for what medicine moves. `programme`: usual or intensive. `diversity`: strategies (options
    that differ) or least_effort (those of least effort, however alike). `always`: also tell the frontier and
    improvements where the risk is at or below the target, and improvements where an option holds. `fhir`: a
    FHIR R4 Bundle of the patient, in place of features or beside them; features then overrule it.
    `fhir_patient`: the id of the bundle's Patient, where that is not `patient_id`. `days`: what is known of
    the person's last days, which no score rests on; options then tell what they ask for in days.
    `idempotency_key`: a question sent twice under one key is answered once; each call makes one of its own.
    `wait`: seconds after which to have what there is; "deadline" in `generation.degraded` says that it is not
    all.
    """

    model: str | None
    max_risk: float | None
    relative_reduction: float | None
    absolute_reduction: float | None
    features_to_vary: Sequence[str] | None
    features_to_keep: Sequence[str] | None
    permitted_range: Mapping[str, Bounds] | None
    max_changes: int | None
    count: int | None
    min_robustness: float | None
    generator: str | None
    include: Sequence[str] | None
    programme: str | None
    diversity: str | None
    always: bool | None
    fhir: Bundle | None
    fhir_patient: str | None
    days: Days | None
    idempotency_key: str | None
    wait: float | None


_TARGETS = ("max_risk", "relative_reduction", "absolute_reduction")


def ask(patient_id: str, features: Features | None, options: RequestOptions) -> Call[Answer]:
    """How could this patient's risk come down to the target?

    Raises:
        UnsendableError: Several targets are given at once.
    """
    refuse_unknown("ask", options, RequestOptions)
    body = given(
        patient_id=patient_id,
        model=options.get("model"),
        features=_whole(features),
        fhir=_whole(options.get("fhir")),
        fhir_patient=options.get("fhir_patient"),
        days=_listed_days(options.get("days")),
        target=_target(options),
        constraints=_constraints(options) or None,
        count=options.get("count"),
        min_robustness=options.get("min_robustness"),
        generator=options.get("generator"),
        include=_listed(options.get("include")),
        programme=options.get("programme"),
        diversity=options.get("diversity"),
        always=options.get("always"),
    )
    return Call(
        method="POST",
        route="/counterfactuals",
        content=body,
        headers=keyed(options.get("idempotency_key")) | _waiting(options.get("wait")),
        read=reading(Answer),
        passing=KEYED,
    )


def _whole(given_: Mapping[str, Any] | None) -> dict[str, Any] | None:
    return None if given_ is None else dict(given_)


def _listed_days(days: Days | None) -> list[dict[str, Any]] | None:
    if days is None:
        return None
    return [{"date": _date(day), "features": dict(own)} for day, own in days.items()]


def _date(day: date | str) -> str:
    """A day as JSON has it; a moment, such as pandas' Timestamp, is of its day."""
    own = day.date() if isinstance(day, datetime) else day
    return own.isoformat() if isinstance(own, date) else own


def _waiting(seconds: float | None) -> dict[str, str]:
    return {} if seconds is None else {"Prefer": f"wait={seconds:g}"}


def _target(options: RequestOptions) -> dict[str, Any] | None:
    target = given(**{name: options.get(name) for name in _TARGETS})
    if len(target) > 1:
        raise UnsendableError(f"A question has one target, but {' and '.join(target)} are given.")
    return target or None


def _constraints(options: RequestOptions) -> dict[str, Any]:
    ranges = options.get("permitted_range")
    return given(
        features_to_vary=_listed(options.get("features_to_vary")),
        features_to_keep=_listed(options.get("features_to_keep")),
        permitted_range=None if ranges is None else {name: _bounds(own) for name, own in ranges.items()},
        max_changes=options.get("max_changes"),
    )


def _listed(names: Sequence[str] | None) -> list[str] | None:
    return None if names is None else list(names)


def _bounds(own: Bounds) -> bool | str | list[float | None]:
    """As JSON has it; a text, which is no range, goes as it is, for the service to say so."""
    return own if isinstance(own, bool | str) else list(own)


def recorded(answer_id: UUID | str) -> Call[Answer]:
    """A recorded answer."""
    return Call(
        method="GET",
        route="/counterfactuals/{answer_id}",
        places={"answer_id": str(answer_id)},
        read=reading(Answer),
        passing=TRANSIENT,
    )


def interventions(patient_id: str, before: UUID | None, page_size: int) -> Call[InterventionsPage]:
    """One page of what was suggested for a patient."""
    return Call(
        method="GET",
        route="/patients/{patient_id}/interventions",
        places={"patient_id": patient_id},
        query={"limit": page_size} | ({} if before is None else {"before": str(before)}),
        read=reading(InterventionsPage),
        passing=TRANSIENT,
    )


def give_feedback(
    answer_id: UUID | str,
    counterfactual_id: UUID | str,
    verdict: str,
    reason: str | None,
    note: str | None,
    replaces: UUID | str | None,
) -> Call[Feedback]:
    """A verdict on an option; the same again changes nothing."""
    body = given(
        counterfactual_id=str(counterfactual_id),
        verdict=verdict,
        reason=reason,
        note=note,
        replaces=None if replaces is None else str(replaces),
    )
    return Call(
        method="POST",
        route="/counterfactuals/{answer_id}/feedback",
        places={"answer_id": str(answer_id)},
        content=body,
        headers=keyed(),
        read=reading(Feedback),
        passing=KEYED,
    )


def predict(
    features: Features | None,
    model: str | None,
    fhir: Bundle | None = None,
    patient_id: str | None = None,
    fhir_patient: str | None = None,
    days: Days | None = None,
) -> Call[Prediction]:
    """The risk of one feature vector; on record for the patient where one is named, with their days."""
    body = given(
        model=model,
        patient_id=patient_id,
        features=_whole(features),
        fhir=_whole(fhir),
        fhir_patient=fhir_patient,
        days=_listed_days(days),
    )
    return _prediction(body, reading(Prediction))


def predict_many(
    vectors: Sequence[Features], model: str | None, patient_id: str | None = None
) -> Call[list[Prediction]]:
    """The risk of each of up to 1,000 feature vectors; on record for the patient where one is named."""
    instances = [{"features": dict(features)} for features in vectors]
    read = reading(Predictions)
    body = given(model=model, patient_id=patient_id, instances=instances)
    return _prediction(body, lambda response: read(response).predictions)


def _prediction(body: dict[str, Any], read: Callable[[httpx.Response], T]) -> Call[T]:
    return Call(method="POST", route="/predictions", content=body, headers=keyed(), read=read, passing=KEYED)


def models() -> Call[list[Model]]:
    """The hosted models."""
    return Call(method="GET", route="/models", read=reading(list[Model]), passing=TRANSIENT)


def schema(model: str) -> Call[dict[str, Any]]:
    """The JSON Schema of a model's features."""
    return Call(
        method="GET",
        route="/models/{name}/schema",
        places={"name": model},
        read=reading(dict[str, Any]),
        accept="application/schema+json",
        passing=TRANSIENT,
    )
