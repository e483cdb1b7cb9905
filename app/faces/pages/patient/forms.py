"""What the page's forms ask: the risk of a what-if, and options from there or for a new patient."""

import asyncio
from collections.abc import Mapping

from fastapi import APIRouter, Request, Response

from app.domain.errors import ConflictError, InvalidInputError
from app.domain.patient import read_patient
from app.faces.http.dependencies import AnsweringDep, DatabaseDep, RegistryDep
from app.faces.http.disconnect import cancel_on_disconnect
from app.faces.http.forms import FieldsDep
from app.faces.http.negotiation import is_fragment
from app.faces.http.parameters import PatientId
from app.faces.pages.patient.dependencies import ContextLoaderDep
from app.faces.pages.patient.entry import question_of_entry, read_or_asked_again, to_answer
from app.faces.pages.patient.page import PAGES, WhatIfResult, view_of
from app.faces.pages.patient.requests import answer_id_in, request_from
from app.faces.pages.patient.unit_cookie import remember_units
from app.faces.pages.patient.views.certainty import estimate_view
from app.faces.pages.patient.views.what_if import what_if_as_set
from app.faces.pages.patient.views.what_if_setting import WhatIfSetting, locks_of, question_of, setting_of
from app.storage.database import TenantDatabase
from app.usecases.predictions.service import predict
from app.usecases.preferences.service import standing_preferences
from app.usecases.record.context import AnswerContext

router = APIRouter(prefix="/patients", include_in_schema=False)


@router.post("/{patient_id}/what-if")
async def what_if(
    patient_id: PatientId,
    request: Request,
    fields: FieldsDep,
    loader: ContextLoaderDep,
    database: DatabaseDep,
) -> Response:
    """The risk with levers put as the form says: a part of the page, or without scripts all of it."""
    base = answer_id_in(fields)
    if base is None:
        raise InvalidInputError.at("/answer", "is required")
    context = await loader.alone(patient_id, base)
    context.preferences.check_that_options_may_be_asked_for()
    setting = _setting(context, fields)
    outcome = await _outcome(context, setting, database)
    if is_fragment(request):
        return PAGES.page(
            "_outcome.html", outcome=outcome, answer=context.answer, supposed=context.is_supposed
        )
    context = await loader.of(patient_id, base)
    form = what_if_as_set(context, setting)
    return PAGES.page("patient.html", **await asyncio.to_thread(view_of, context, form, outcome))


async def _outcome(context: AnswerContext, setting: WhatIfSetting, database: TenantDatabase) -> WhatIfResult:
    """By the way of POST /predictions, audit row and all; values that contradict each other have no risk."""
    served, target = context.served, context.answer.prediction.target
    assert served is not None
    try:
        patient = read_patient(served.model.schema, setting.features)
    except InvalidInputError as error:
        return WhatIfResult(None, error.issues, setting.moved(), setting.following(), setting.beyond())
    found = await predict(served, patient, database, context.row.patient_id)
    estimate = estimate_view(
        found.risk, found.band, found.threshold, target, found.observed, served.model.is_given
    )
    return WhatIfResult(estimate, (), setting.moved(), setting.following(), setting.beyond())


@router.post("/{patient_id}/interventions")
async def ask(
    patient_id: PatientId,
    request: Request,
    fields: FieldsDep,
    loader: ContextLoaderDep,
    registry: RegistryDep,
    database: DatabaseDep,
    service: AnsweringDep,
) -> Response:
    """Options from a what-if, or for a patient who is entered by hand; then to the page that shows them."""
    departed_from = answer_id_in(fields)
    base, units = None, None
    if departed_from is None:
        served = registry.named(fields.get("model"))
        standing = await standing_preferences(database, patient_id, served)
        standing.check_that_options_may_be_asked_for()
        entered = await read_or_asked_again(request, registry, served, patient_id, fields)
        if isinstance(entered, Response):
            return entered
        question, units = question_of_entry(registry, served, patient_id, entered), entered.units
    else:
        context = await loader.alone(patient_id, departed_from)
        question, base = request_from(context, _setting(context, fields)), context.answer
    answering = service.answer(question, base)
    answer = await cancel_on_disconnect(request, answering)
    response = to_answer(request, patient_id, answer.id)
    if units is not None:
        remember_units(request, response, units)
    return response


def _setting(context: AnswerContext, fields: Mapping[str, str]) -> WhatIfSetting:
    question = question_of(context)
    if question is None:
        raise ConflictError(
            "This answer does not go with the model that is hosted now. Ask again with current values."
        )
    return setting_of(question, fields, locks_of(context))
