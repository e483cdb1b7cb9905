"""Values entered by hand: for a patient who is not on record, or new ones for somebody who is."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from app.domain.entry import Entered, Solved, entered_of
from app.domain.errors import InvalidInputError, ValidationIssue
from app.domain.patient import read_patient
from app.engine.influence import influence_of, most_influential
from app.engine.registry import ModelRegistry, ServedModel
from app.faces.http.dependencies import DatabaseDep, RegistryDep
from app.faces.http.negotiation import is_fragment, wants_page
from app.faces.http.pages.translation import gettext as _
from app.faces.http.parameters import PatientId
from app.faces.pages.patient.dependencies import ContextLoaderDep
from app.faces.pages.patient.page import PAGES
from app.faces.pages.patient.requests import MOST_OPTIONS
from app.faces.pages.patient.unit_cookie import chosen_units, remember_units
from app.faces.pages.patient.views.entry_reading import EntryReading, read_entry
from app.faces.pages.patient.views.manual_entry import CHECKED, Told, form_of, texts_of, told_of
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
    """Why no options are offered, so that none can be asked for."""


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
    refused = (await standing_preferences(database, patient_id, served, is_told=True)).refusals
    entry = Entry(patient_id, served, texts, units, is_known=bool(last), refused=refused, is_told=bool(told))
    return await _page(registry, entry)


async def entering_page(
    request: Request, registry: ModelRegistry, database: TenantDatabase, patient_id: str, model: str | None
) -> Response:
    """404, with a form for the values that the model asks for."""
    served = (registry.find(model) if model else None) or registry.named(None)
    refused = (await standing_preferences(database, patient_id, served, is_told=True)).refusals
    return await _page(registry, Entry(patient_id, served, units=chosen_units(request), refused=refused), 404)


async def question_entered(
    request: Request,
    registry: ModelRegistry,
    database: TenantDatabase,
    patient_id: str,
    fields: Mapping[str, str],
) -> CounterfactualsRequest | Response:
    """The question of a form; or the form again, with what is wrong, or to be looked at again, at its field.

    Raises:
        InvalidInputError: there is no such model; for a program, whatever is wrong.
        RefusedError: a preference has no options offered to the patient.
    """
    served = registry.named(fields.get("model"))
    standing = await standing_preferences(database, patient_id, served)
    standing.check_that_options_may_be_asked_for()
    entered = entered_of(served.model.schema)
    reading = read_entry(entered, fields)
    told = await asyncio.to_thread(_told, served, entered, reading, fields)
    if told is not None and wants_page(request):
        units = {**chosen_units(request), **reading.units}
        entry = Entry(patient_id, served, fields, units, told, is_known=_KNOWN in fields)
        response = await _page(registry, entry, 422, _IN_PLACE if is_fragment(request) else None)
        remember_units(request, response, reading.units)
        return response
    if reading.faults:
        raise InvalidInputError(list(reading.faults))
    return CounterfactualsRequest(
        patient_id=patient_id,
        model=registry.name_of(served),
        features=dict(reading.values),
        constraints=ConstraintsIn(use_preferences=True),
        count=MOST_OPTIONS,
    )


def remember_choices(
    request: Request, response: Response, registry: ModelRegistry, fields: Mapping[str, str]
) -> None:
    """Keeps the units of a form that was answered."""
    schema = registry.named(fields.get("model")).model.schema
    remember_units(request, response, read_entry(entered_of(schema), fields).units)


def _told(
    served: ServedModel, entered: Entered, reading: EntryReading, fields: Mapping[str, str]
) -> Told | None:
    """What is wrong with what was entered; or, once, what is so unusual that it may be; else nothing."""
    try:
        patient = read_patient(served.model.schema, reading.values)
    except InvalidInputError as error:
        return told_of(entered, [*reading.faults, *_at_fields(entered, reading, error.issues)])
    if reading.faults:
        return told_of(entered, reading.faults)
    warned = served.oddness.warnings(patient.factual)
    checks = {one.pointer.rpartition("/")[2]: one.detail for one in warned}
    return None if set(checks) <= set(fields.get(CHECKED, "").split(",")) else Told(checks=checks)


def _at_fields(
    entered: Entered, reading: EntryReading, issues: Sequence[ValidationIssue]
) -> Iterator[ValidationIssue]:
    """Faults of values at the fields that they come from, without those of what could not be read."""
    details = {one.pointer.rpartition("/")[2]: one.detail for one in issues}
    unread = {fault.pointer.removeprefix("/") for fault in reading.faults}
    for name, detail in details.items():
        solution = entered.solution_of(name)
        if name in unread:
            continue
        if solution is None or name in reading.typed:
            yield ValidationIssue(f"/{name}", detail)
        elif name not in reading.values:
            if not unread & {solution.given, *solution.others}:
                yield ValidationIssue(f"/{name}", _needed(entered, solution))
        elif solution.given not in details:
            gives = _("gives a %(name)s that %(fault)s", name=entered.labels[name], fault=detail)
            yield ValidationIssue(f"/{solution.given}", gives)


def _needed(entered: Entered, solution: Solved) -> str:
    names = _(" and ").join(entered.labels[one] for one in (solution.given, *solution.others))
    return _("is required, or %(names)s, from which it follows", names=names)


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
        refused=entry.refused,
        name=registry.name_of(entry.served),
        model=model.schema.model,
        models=[one.model.schema.model for one in registry.defaults()],
        form=form,
    )
