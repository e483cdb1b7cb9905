"""The page's forms of plans: made from a card or a what-if, moved, completed, stopped.

What is refused says so where it was typed, or above all where that form is not on the page any more, and
loses nothing: as a part of the page, or without scripts on all of it.
"""

import asyncio
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from app.domain.errors import ConflictError, InvalidInputError
from app.faces.http.dependencies import DatabaseDep, RegistryDep
from app.faces.http.forms import FieldsDep
from app.faces.http.issues import issues_out
from app.faces.http.negotiation import is_fragment, wants_page
from app.faces.http.pages.translation import gettext as _
from app.faces.http.parameters import PagePlanId, PatientId
from app.faces.pages.patient.dependencies import ContextLoaderDep
from app.faces.pages.patient.page import PAGES, WhatIfResult, view_of
from app.faces.pages.patient.plan_fields import PREFIX, change_in, place_of, plan_in
from app.faces.pages.patient.requests import answer_id_in
from app.faces.pages.patient.views.certainty import estimate_with
from app.faces.pages.patient.views.plan_form import PlanForm, has_form, is_of_card
from app.faces.pages.patient.views.what_if import what_if_as_set, what_if_of
from app.faces.pages.patient.views.what_if_setting import locks_of, question_of, setting_of
from app.usecases.plans.service import PlanService
from app.usecases.plans.states import StopReason
from app.usecases.record.context import AnswerContext
from app.usecases.record.loader import AnswerContextLoader

router = APIRouter(prefix="/patients", include_in_schema=False)


@router.post("/{patient_id}/plan")
async def make(
    patient_id: PatientId,
    request: Request,
    fields: FieldsDep,
    database: DatabaseDep,
    registry: RegistryDep,
    loader: ContextLoaderDep,
) -> Response:
    """A plan from a card, or from a what-if; then to the page that it stands first on."""
    answer = _answer_in(fields)
    try:
        context = await loader.alone(patient_id, answer) if "counterfactual_id" not in fields else None
        wanted = plan_in(fields, context)
        await PlanService(database, registry).make(patient_id, wanted)
    except (InvalidInputError, ConflictError) as error:
        return await _refused(request, patient_id, fields, loader, error)
    return _to_plan(patient_id, answer)


@router.post("/{patient_id}/plans/{plan_id}")
async def change(
    patient_id: PatientId,
    plan_id: PagePlanId,
    request: Request,
    fields: FieldsDep,
    database: DatabaseDep,
    registry: RegistryDep,
    loader: ContextLoaderDep,
) -> Response:
    """The review is moved, or the plan is completed or stopped."""
    answer = _answer_in(fields)
    try:
        service = PlanService(database, registry)
        await service.change(patient_id, plan_id, change_in(fields))
    except (InvalidInputError, ConflictError) as error:
        return await _refused(request, patient_id, fields, loader, error, plan_id)
    return _to_plan(patient_id, answer)


def _answer_in(fields: Mapping[str, str]) -> UUID:
    answer = answer_id_in(fields)
    if answer is None:
        raise InvalidInputError.at("/answer", "is required")
    return answer


def _to_plan(patient_id: str, answer: UUID) -> Response:
    """Also for htmx, which follows it and takes the parts that changed."""
    return RedirectResponse(f"/patients/{patient_id}/interventions?answer={answer}#plan", 303)


async def _refused(
    request: Request,
    patient_id: str,
    fields: Mapping[str, str],
    loader: AnswerContextLoader,
    error: InvalidInputError | ConflictError,
    changed: UUID | None = None,
) -> Response:
    """`changed` is the plan that the form was of, where it changes one."""
    if fields.get("reason") == StopReason.UNDONE:
        raise error  # of a button alone: nothing was typed, and the notice tells
    if not wants_page(request):
        raise error
    is_conflict = isinstance(error, ConflictError)
    place, status = place_of(fields), 409 if is_conflict else 422
    detail = str(error) if is_conflict else _("The form has faults.")
    faults = list(issues_out(error.issues)) if isinstance(error, InvalidInputError) else []
    if is_fragment(request):
        if is_of_card(place) and not await _offers(loader, patient_id, fields, place):
            raise error  # the page that sent it has no such place, and the notice tells
        headers = {
            "HX-Retarget": f"[id='faults-{place}']",
            "HX-Reselect": ".notice",
            "HX-Reswap": "innerHTML show:none",
        }
        return PAGES.page(
            "notice.html", status, headers, title=_("Not stored"), detail=detail, faults=faults, code=status
        )
    context = await loader.of(patient_id, _answer_in(fields))
    form = PlanForm({name.removeprefix(PREFIX): text for name, text in fields.items()}, detail, faults)
    view = await asyncio.to_thread(_view, context, fields)
    told = {"typed": {place: form}} if has_form(view, place, changed) else {"unplaced": form}
    return PAGES.page("patient.html", status, **view | told)


async def _offers(
    loader: AnswerContextLoader, patient_id: str, fields: Mapping[str, str], option: str
) -> bool:
    """Whether the answer that the form is of has such an option or improvement."""
    context = await loader.alone(patient_id, _answer_in(fields))
    return option in {str(one.id) for one in context.offered}


def _view(context: AnswerContext, fields: Mapping[str, str]) -> dict[str, Any]:
    """The page as it was, with the levers where they stood."""
    question = question_of(context)
    outcome = WhatIfResult(estimate_with(context, None), (), ())
    if question is None or "counterfactual_id" in fields or "kind" in fields:
        return view_of(context, what_if_of(context, {}), outcome)
    try:
        setting = setting_of(question, fields, locks_of(context))
    except InvalidInputError:
        return view_of(context, what_if_of(context, {}), outcome)
    return view_of(context, what_if_as_set(context, setting), outcome)
