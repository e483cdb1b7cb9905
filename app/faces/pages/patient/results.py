"""The page's form for a result: entered, corrected or taken back, then to the page that shows it."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import ValidationError

from app.domain.errors import ConflictError, InvalidInputError, ValidationIssue
from app.faces.http.dependencies import DatabaseDep
from app.faces.http.forms import FieldsDep
from app.faces.http.negotiation import is_fragment
from app.faces.http.parameters import PatientId
from app.faces.http.places import faults_of
from app.faces.pages.patient.dependencies import ContextLoaderDep
from app.faces.pages.patient.page import PAGES, WhatIfResult, view_of
from app.faces.pages.patient.requests import answer_id_in
from app.faces.pages.patient.views.certainty import estimate_with
from app.faces.pages.patient.views.known_result import known_result_of
from app.faces.pages.patient.views.result_form import ResultForm, refused, result_form_of
from app.faces.pages.patient.views.what_if import what_if_of
from app.parsing.numbers import NumberError, read_number
from app.usecases.measurements.schemas import MeasurementIn
from app.usecases.measurements.service import record_result
from app.usecases.record.context import AnswerContext

router = APIRouter(prefix="/patients", include_in_schema=False)

_IN_PLACE = {"HX-Retarget": "#result", "HX-Reswap": "outerHTML settle:0ms"}


@router.get("/{patient_id}/result")
async def back(patient_id: PatientId, request: Request) -> Response:
    """To the page: a refusal is shown at this address, and links on it lead on from here."""
    query = f"?{request.url.query}" if request.url.query else ""
    return RedirectResponse(f"/patients/{patient_id}/interventions{query}", 303)


@router.post("/{patient_id}/result")
async def enter(
    patient_id: PatientId,
    request: Request,
    fields: FieldsDep,
    loader: ContextLoaderDep,
    database: DatabaseDep,
) -> Response:
    """Keep what the form tells; what is wrong with it is shown at its field, and what was typed stays."""
    wanted = answer_id_in(fields)
    context = await loader.of(patient_id, wanted)
    if context.served is None:
        raise ConflictError(
            "The model that this answer came from is hosted no more, so that no result can be entered here."
        )
    try:
        given = result_in(fields, context.served.model.name)
        await record_result(database, patient_id, context.served, given)
    except InvalidInputError as error:
        return await _refusal(request, context, fields, error.issues, 422)
    except ConflictError as error:
        context = await loader.of(patient_id, wanted)  # as things are by now
        return await _refusal(request, context, fields, [ValidationIssue("", str(error))], 409)
    if is_fragment(request):
        return Response(headers={"HX-Refresh": "true"})
    return RedirectResponse(f"/patients/{patient_id}/interventions?answer={context.row.id}#result", 303)


def result_in(fields: Mapping[str, str], model: str) -> MeasurementIn:
    """What a form tells; fields left empty are left out, and what it does not ask is passed over.

    Raises:
        InvalidInputError: it is no result; all faults at once.
    """
    told: dict[str, Any] = {
        name: text.strip()
        for name, text in fields.items()
        if name in ("measured_on", "unit", "finding", "replaces") and text.strip()
    }
    told |= {"model": model, "withdrawn": "withdrawn" in fields}
    faults: list[ValidationIssue] = []
    if text := fields.get("value", "").strip():
        try:
            told["value"] = read_number(text)
        except NumberError as error:
            faults.append(ValidationIssue("/value", str(error)))
    try:
        given = MeasurementIn.model_validate(told)
    except ValidationError as error:
        faults += _issues(error, told)
    if faults:
        raise InvalidInputError(faults)
    return given


def _issues(error: ValidationError, told: Mapping[str, Any]) -> list[ValidationIssue]:
    entries = [{**entry, "loc": ("body", *entry["loc"])} for entry in error.errors()]
    found = [issue for entry in entries for issue in faults_of(entry, told)]
    return [issue for issue in found if isinstance(issue, ValidationIssue)]


async def _refusal(
    request: Request,
    context: AnswerContext,
    fields: Mapping[str, str],
    issues: Sequence[ValidationIssue],
    status: int,
) -> Response:
    form = result_form_of(context)
    if form is None:  # the model takes no results, and its page has no form
        raise InvalidInputError(list(issues))
    form = refused(form, fields, issues)
    if is_fragment(request):
        known = known_result_of(context)
        return PAGES.page("_result.html", status, _IN_PLACE, known=known, result_form=form)
    return PAGES.page("patient.html", status, **await asyncio.to_thread(_view, context, form))


def _view(context: AnswerContext, form: ResultForm) -> dict[str, Any]:
    outcome = WhatIfResult(estimate_with(context, None), (), ())
    return view_of(context, what_if_of(context, {}), outcome) | {"result_form": form}
