"""The page's forms about what a patient can or will not do: keep it, and ask again with it."""

from collections.abc import Awaitable
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from app.domain.errors import InvalidInputError
from app.domain.kept import acted_on_by
from app.engine.registry import ServedModel
from app.faces.http.dependencies import AnsweringDep, DatabaseDep, RegistryDep
from app.faces.http.disconnect import cancel_on_disconnect
from app.faces.http.forms import FieldsDep
from app.faces.http.negotiation import is_fragment
from app.faces.http.parameters import PatientId
from app.faces.pages.patient.again import question_again
from app.faces.pages.patient.dependencies import ContextLoaderDep
from app.faces.pages.patient.preference_fields import preferences_in, preferences_of
from app.faces.pages.patient.requests import answer_id_in
from app.faces.pages.patient.views.preference_chips import named
from app.usecases.counterfactuals.service import CounterfactualService
from app.usecases.preferences.service import record_preferences, standing_preferences
from app.usecases.preferences.standing import NothingLeftError, RefusedError
from app.usecases.record.context import AnswerContext
from app.usecases.record.loader import AnswerContextLoader

router = APIRouter(prefix="/patients", include_in_schema=False)

_WITHOUT = "without."
"""Beginning of the fields of what to ask again without."""


@router.post("/{patient_id}/preference")
async def keep(
    patient_id: PatientId,
    request: Request,
    fields: FieldsDep,
    loader: ContextLoaderDep,
    database: DatabaseDep,
    registry: RegistryDep,
    service: AnsweringDep,
) -> Response:
    """Keep what the chips say; with `then` put to ask, also ask again with it."""
    served = registry.named(fields.get("model"))
    await record_preferences(database, patient_id, served, preferences_in(fields))
    shown = answer_id_in(fields)
    if fields.get("then") == "ask":
        asking = _asked_again(request, service, loader, patient_id, served, [])
        answer = await _if_anything_is_left(asking)
        shown = shown if answer is None else answer
    return _to(request, patient_id, shown)


@router.post("/{patient_id}/ask-again")
async def ask_again(
    patient_id: PatientId,
    request: Request,
    fields: FieldsDep,
    loader: ContextLoaderDep,
    database: DatabaseDep,
    registry: RegistryDep,
    service: AnsweringDep,
) -> Response:
    """Ask again without changes of an option that was declined; keep them with the patient where ticked."""
    shown = answer_id_in(fields)
    if shown is None:
        raise InvalidInputError.at("/answer", "is required")
    names = named(fields, _WITHOUT)
    if not names:
        raise InvalidInputError.at("", "Choose at least one change to ask again without.")
    context = await loader.alone(patient_id, shown)
    served = registry.named(context.row.prediction.model_name)
    _check_names(served, context, names)
    if "remember" in fields:
        standing = await standing_preferences(database, patient_id, served)
        codes = [one.code for one in standing.chosen]
        seen = standing.row.id if standing.row else None
        more = preferences_of(codes, [*standing.further, *_usual(served, names)], seen)
        await record_preferences(database, patient_id, served, more)
    own = context.row.constraints.get("features_to_keep") or []
    asking = _asked_again(request, service, loader, patient_id, served, [*own, *names])
    answer = await (_if_anything_is_left(asking) if "remember" in fields else asking)
    return _to(request, patient_id, shown if answer is None else answer)


async def _if_anything_is_left(asking: Awaitable[UUID]) -> UUID | None:
    """The answer; None where what was just stored refuses options, or leaves nothing to change.

    It is stored then, and the page says what it comes to: an error would say that nothing was.
    """
    try:
        return await asking
    except (RefusedError, NothingLeftError):
        return None


async def _asked_again(
    request: Request,
    service: CounterfactualService,
    loader: AnswerContextLoader,
    patient_id: str,
    served: ServedModel,
    names: list[str],
) -> UUID:
    """The answer to the newest values, within preferences and with all of this kept."""
    newest = await loader.latest_of(patient_id, served.model.name)
    question = question_again(newest, names)
    answering = service.answer(question, newest.answer)
    return (await cancel_on_disconnect(request, answering)).id


def _usual(served: ServedModel, names: list[str]) -> list[str]:
    """Those that are open without being asked for: the rest, such as treatment, is left out anyway."""
    return [name for name in names if acted_on_by(served.model.schema, name)]


def _check_names(served: ServedModel, context: AnswerContext, names: list[str]) -> None:
    """What is left out is of this answer's schema."""
    schema = context.schema or served.model.schema
    if any(name not in schema and not schema.with_theme(name) for name in names):
        raise InvalidInputError.at("", "has a field that is not of this form")


def _to(request: Request, patient_id: str, answer_id: UUID | None) -> Response:
    """To the page. A browser would not load it anew for htmx if only the part after # differed."""
    there = f"/patients/{patient_id}/interventions{f'?answer={answer_id}' if answer_id else ''}"
    if is_fragment(request):
        return Response(headers={"HX-Redirect": there})
    return RedirectResponse(f"{there}#preferences", 303)
