"""The audit by patient, actor and time: as JSON, or as FHIR where `Accept` asks for it.

A patient's own id stands in the path alone, as everywhere. Whoever has an event's pseudonym may ask by
that: it tells nothing of anybody, and works after the patient was erased.
"""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BeforeValidator

from app.faces.http.acceptable import writes
from app.faces.http.bodies import JsonRoute
from app.faces.http.dependencies import DatabaseDep
from app.faces.http.described import OBJECT, success
from app.faces.http.negotiation import wants_fhir
from app.faces.http.parameters import WHOLE_NUMBER, PageSize, PatientId
from app.faces.http.problems import problem_responses
from app.faces.http.replies import address_of, address_of_next, fhir_reply, json_reply
from app.fhir.audit_event import bundle
from app.fhir.form import MEDIA_TYPE
from app.parsing.dates import read_time
from app.parsing.free_text import read_free_text
from app.usecases.audit.question import AuditQuestion
from app.usecases.audit.schemas import AuditEventsPage
from app.usecases.audit.service import audit_page, audit_page_of_patient

router = APIRouter(tags=["audit"], route_class=JsonRoute)


def _time(value: object) -> object:
    return read_time(value) if isinstance(value, str) else value


def _name(value: object) -> object:
    return read_free_text(value) if isinstance(value, str) else value


_TIME = BeforeValidator(_time)
Pseudonym = Annotated[
    UUID | None, Query(description="Events about one patient alone, by the pseudonym that events have.")
]


async def _question(
    actor: Annotated[
        str | None,
        Query(max_length=200, description="Events of one actor alone, by name."),
        BeforeValidator(_name),
    ] = None,
    since: Annotated[
        datetime | None,
        Query(alias="from", description="Events from this time on, with its offset (RFC 3339)."),
        _TIME,
    ] = None,
    until: Annotated[
        datetime | None,
        Query(alias="to", description="Events before this time, with its offset (RFC 3339)."),
        _TIME,
    ] = None,
    before: Annotated[
        int | None, Query(ge=1, le=2**53, description="The cursor `next` of the page before."), WHOLE_NUMBER
    ] = None,
    limit: PageSize = 20,
) -> AuditQuestion:
    return AuditQuestion(actor=actor, since=since, until=until, before=before, limit=limit)


QuestionDep = Annotated[AuditQuestion, Depends(_question)]
_PAGE = success("A page of events, newest first.", {MEDIA_TYPE: OBJECT})


@router.get(
    "/audit-events",
    operation_id="listAuditEvents",
    response_model=AuditEventsPage,
    dependencies=[writes(MEDIA_TYPE)],
    responses=problem_responses(401, 403, 406, 422, 503) | _PAGE,
)
async def listed(
    request: Request, database: DatabaseDep, wanted: QuestionDep, patient: Pseudonym = None
) -> Response:
    """List who did what, newest first: JSON, or a FHIR Bundle of AuditEvents where `Accept` asks for it."""
    asked = AuditQuestion(patient, wanted.actor, wanted.since, wanted.until, wanted.before, wanted.limit)
    return _reply(request, await audit_page(database, asked))


@router.get(
    "/patients/{patient_id}/audit-events",
    operation_id="listPatientAuditEvents",
    response_model=AuditEventsPage,
    dependencies=[writes(MEDIA_TYPE)],
    responses=problem_responses(401, 403, 404, 406, 422, 503) | _PAGE,
)
async def of_patient(
    patient_id: PatientId, request: Request, database: DatabaseDep, wanted: QuestionDep
) -> Response:
    """List who did what to a patient's record, newest first; as for /audit-events otherwise."""
    return _reply(request, await audit_page_of_patient(database, patient_id, wanted))


def _reply(request: Request, page: AuditEventsPage) -> Response:
    if not wants_fhir(request):
        reply = json_reply(page)
        reply.headers["Vary"] = "Accept"
        return reply
    older = address_of_next(request, page.next)
    return fhir_reply(bundle(page, _listening(request), address_of(request), older))


def _listening(request: Request) -> str:
    """Where this service listens, by its own socket: the header `Host` is the caller's word."""
    host, port = request.scope["server"]
    return f"{request.url.scheme}://{host}:{port}/" if port else f"{request.url.scheme}://{host}/"
