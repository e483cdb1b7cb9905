"""Values entered by hand: for a patient who is not on record, or new ones for somebody who is."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from app.domain.entry import entered_of
from app.domain.errors import InvalidInputError
from app.engine.influence import influence_of, most_influential
from app.engine.registry import ModelRegistry, ServedModel
from app.faces.http.dependencies import DatabaseDep, RegistryDep
from app.faces.http.negotiation import is_fragment, wants_page
from app.faces.http.parameters import PatientId
from app.faces.pages.patient.dependencies import ContextLoaderDep
from app.faces.pages.patient.entry_checks import checked
from app.faces.pages.patient.page import PAGES
from app.faces.pages.patient.requests import MOST_OPTIONS
from app.faces.pages.patient.unit_cookie import chosen_units, remember_units
from app.faces.pages.patient.views.entry_reading import EntryReading, read_entry
from app.faces.pages.patient.views.manual_entry import Told, form_of, texts_of
from app.faces.pages.patient.views.preference_chips import Choices, choices_standing, choices_ticked
from app.identity.principal import Principal
from app.identity.scopes import AccessScope
from app.storage.database import TenantDatabase
from app.usecases.counterfactuals.schemas import ConstraintsIn, CounterfactualsRequest
from app.usecases.preferences.service import standing_preferences

router = APIRouter(prefix="/patients", include_in_schema=False)

_IN_PLACE = {"HX-Retarget": "#entry", "HX-Reselect": "#entry", "HX-Reswap": "outerHTML"}
"""Where htmx puts the form with what is to be said of it."""
_KNOWN = "known"


@dataclass(frozen=True, slots=True)
class Entry:
    """A form about one patient: what was typed, which units were chosen, and what is said of it."""

    patient_id: str
    served: ServedModel
    texts: Mapping[str, str] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    told: Told = field(default_factory=Told)
    is_known: bool = False
    """Whether the patient is on record."""
    is_told: bool = False
    """Whether what is filled in is an EHR's."""
    refused: Sequence[str] = ()
    """Why no options are offered: none can be asked for unless that is changed in the same form."""
    is_again: bool = False
    """Whether it was sent before: nothing is said then of what was on record as it was opened."""
    choices: Choices | None = None
    """What the patient can and will do; None where the caller may not say it."""


@router.get("/{patient_id}/values")
async def values(
    patient_id: PatientId,
    request: Request,
    registry: RegistryDep,
    loader: ContextLoaderDep,
    database: DatabaseDep,
    model: str | None = None,
) -> Response:
    """A form for new values, filled in with those that an EHR told or that were sent last, if any were."""
    last = {one.answer.prediction.model_name: one.answer for one in await loader.last_requested(patient_id)}
    served = registry.find(model) if model else registry.find(next(iter(last), registry.default))
    served = served or registry.named(None)
    answer, units = last.get(served.model.name), chosen_units(request)
    told = {}
    if served is registry.named(None):  # whose features an EHR is asked for
        since = max((one.created_at for one in last.values()), default=None)
        told = await request.state.sessions.told_of(database.caller.tenant, patient_id, since)
    values = told or (answer.features if answer else {})
    texts = texts_of(entered_of(served.model.schema), values, units)
    entry = Entry(patient_id, served, texts, units, is_known=bool(last), is_told=bool(told))
    return await _page(registry, await _with_preferences(request, database, entry))


async def entering_page(
    request: Request, registry: ModelRegistry, database: TenantDatabase, patient_id: str, model: str | None
) -> Response:
    """404, with a form for the values that the model asks for."""
    served = (registry.find(model) if model else None) or registry.named(None)
    entry = Entry(patient_id, served, units=chosen_units(request))
    return await _page(registry, await _with_preferences(request, database, entry), 404)


async def _with_preferences(request: Request, database: TenantDatabase, entry: Entry) -> Entry:
    standing = await standing_preferences(database, entry.patient_id, entry.served, is_told=True)
    choices = choices_standing(entry.served, standing) if _may_say_preferences(request) else None
    return replace(entry, refused=standing.refusals, choices=choices)


async def read_or_asked_again(
    request: Request, registry: ModelRegistry, served: ServedModel, patient_id: str, fields: Mapping[str, str]
) -> EntryReading | Response:
    """What a form says; or the form again, with what is wrong, or to be looked at again, at its field.

    Raises:
        InvalidInputError: for a program, whatever is wrong.
    """
    entered = entered_of(served.model.schema)
    reading = read_entry(entered, fields)
    told = await asyncio.to_thread(checked, served, entered, reading, fields)
    if told is not None and wants_page(request):
        return await form_again(request, registry, served, patient_id, fields, told)
    if reading.faults:
        raise InvalidInputError(list(reading.faults))
    return reading


async def form_again(
    request: Request,
    registry: ModelRegistry,
    served: ServedModel,
    patient_id: str,
    fields: Mapping[str, str],
    told: Told,
    status: int = 422,
    choices: Choices | None = None,
) -> Response:
    """The form as it was sent, with what is to be said of it; with other `choices` where more is known."""
    reading = read_entry(entered_of(served.model.schema), fields)
    units = {**chosen_units(request), **reading.units}
    if choices is None and _may_say_preferences(request):
        choices = choices_ticked(served, fields)
    known = _KNOWN in fields
    entry = Entry(patient_id, served, fields, units, told, known, is_again=True, choices=choices)
    response = await _page(registry, entry, status, _IN_PLACE if is_fragment(request) else None)
    remember_units(request, response, reading.units)
    return response


def question_of_entry(
    registry: ModelRegistry, served: ServedModel, patient_id: str, reading: EntryReading
) -> CounterfactualsRequest:
    """What a form asks, within preferences."""
    return CounterfactualsRequest(
        patient_id=patient_id,
        model=registry.name_of(served),
        features=dict(reading.values),
        constraints=ConstraintsIn(use_preferences=True),
        count=MOST_OPTIONS,
    )


def to_answer(request: Request, patient_id: str, answer_id: UUID) -> Response:
    """To the page that shows it."""
    there = f"/patients/{patient_id}/interventions?answer={answer_id}"
    if is_fragment(request):
        return Response(headers={"HX-Redirect": there})
    return RedirectResponse(there, 303)


def _may_say_preferences(request: Request) -> bool:
    """Whether the form has them: it is sent elsewhere then, where that takes a scope."""
    principal: Principal = request.state.principal
    return principal.may(AccessScope.FEEDBACK)


async def _page(
    registry: ModelRegistry, entry: Entry, status: int = 200, headers: dict[str, str] | None = None
) -> HTMLResponse:
    model = entry.served.model
    influence = await asyncio.to_thread(influence_of, model)
    first = most_influential(influence) or frozenset(model.schema.by_name)
    form = form_of(entered_of(model.schema), first, entry.texts, entry.units, entry.told)
    return PAGES.page(
        "entry.html",
        status,
        headers,
        patient_id=entry.patient_id,
        is_known=entry.is_known,
        is_told=entry.is_told,
        is_again=entry.is_again,
        refused=entry.refused,
        choices=entry.choices,
        name=registry.name_of(entry.served),
        model=model.schema.model,
        models=[one.model.schema.model for one in registry.defaults()],
        form=form,
    )
