"""Asking with values entered by hand, and with what the patient can and will do."""

from functools import partial

from fastapi import APIRouter, Request, Response

from app.domain.errors import ConflictError
from app.engine.registry import ServedModel
from app.faces.http.dependencies import AnsweringDep, DatabaseDep, RegistryDep
from app.faces.http.disconnect import cancel_on_disconnect
from app.faces.http.forms import FieldsDep
from app.faces.http.negotiation import wants_page
from app.faces.http.pages.translation import gettext as _
from app.faces.http.parameters import PatientId
from app.faces.pages.patient.entry import form_again, question_of_entry, read_or_asked_again, to_answer
from app.faces.pages.patient.preference_fields import preferences_in
from app.faces.pages.patient.unit_cookie import remember_units
from app.faces.pages.patient.views.manual_entry import Told
from app.faces.pages.patient.views.preference_chips import choices_standing
from app.storage.database import TenantDatabase
from app.usecases.preferences.schemas import PreferencesIn
from app.usecases.preferences.service import record_preferences, standing_preferences
from app.usecases.preferences.standing import NothingLeftError, RefusedError, StandingPreferences

router = APIRouter(prefix="/patients", include_in_schema=False)


@router.post("/{patient_id}/values")
async def ask_with_preferences(
    patient_id: PatientId,
    request: Request,
    fields: FieldsDep,
    registry: RegistryDep,
    database: DatabaseDep,
    service: AnsweringDep,
) -> Response:
    """Keep what the patient can and will do, ask within it, and go to the page that shows the answer.

    While a value is to be looked at again nothing is kept. Where nothing can be asked with what is ticked,
    the form says why, and what was typed is still there.
    """
    served = registry.named(fields.get("model"))
    reading = await read_or_asked_again(request, registry, served, patient_id, fields)
    if isinstance(reading, Response):
        return reading
    again = partial(form_again, request, registry, served, patient_id, fields)
    try:
        standing = await _kept(database, patient_id, served, preferences_in(fields))
    except (NothingLeftError, ConflictError) as error:  # nothing was kept
        if not wants_page(request):
            raise
        if isinstance(error, NothingLeftError):
            return await again(Told(elsewhere=[_left()]), 422)
        others = await standing_preferences(database, patient_id, served, is_told=True)
        return await again(Told(elsewhere=[_changed()]), 409, choices_standing(served, others))
    try:
        standing.check_that_options_may_be_asked_for()
        question = question_of_entry(registry, served, patient_id, reading)
        answer = await cancel_on_disconnect(request, service.answer(question))
    except (NothingLeftError, RefusedError) as error:
        if not wants_page(request):
            raise
        why = _left() if isinstance(error, NothingLeftError) else str(error)
        told = Told(elsewhere=[why, _("What is ticked is kept with the patient.")])
        return await again(told, 409, choices_standing(served, standing))
    response = to_answer(request, patient_id, answer.id)
    remember_units(request, response, reading.units)
    return response


async def _kept(
    database: TenantDatabase, patient_id: str, served: ServedModel, said: PreferencesIn
) -> StandingPreferences:
    """What stands then. A form that shows nothing as chosen, and chooses nothing, says nothing."""
    if said.replaces or said.codes or said.features_to_keep:
        return await record_preferences(database, patient_id, served, said)
    return await standing_preferences(database, patient_id, served)


def _left() -> str:
    return _("These preferences leave nothing to change: take one away.")


def _changed() -> str:
    return _("Somebody else changed what this patient can and will do. What stands now is ticked.")
