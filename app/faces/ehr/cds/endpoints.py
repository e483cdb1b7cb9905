"""GET /cds-services, POST /cds-services/{id} and its feedback (CDS Hooks)."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import JSONResponse

from app.domain.errors import InvalidInputError
from app.faces.ehr.cds.asking import Asking
from app.faces.ehr.cds.call_schemas import CdsCall
from app.faces.ehr.cds.card_schemas import Cards
from app.faces.ehr.cds.cards import NOTHING_TO_SAY, Place, cards_of
from app.faces.ehr.cds.discovery_schemas import Services
from app.faces.ehr.cds.feedback import Taking
from app.faces.ehr.cds.feedback_schemas import Feedback
from app.faces.ehr.cds.gathering import Source, gather
from app.faces.ehr.cds.missing import MissingDataError
from app.faces.ehr.cds.services import HOOKS, discovery, service_named
from app.faces.ehr.cds.state import Told
from app.faces.http.audited import about
from app.faces.http.bodies import JsonRoute
from app.faces.http.callers import caller_of
from app.faces.http.dependencies import AnsweringDep, DatabaseDep, RegistryDep, answering
from app.faces.http.disconnect import cancel_on_disconnect
from app.faces.http.problems import outcome_responses
from app.faces.http.replies import fhir_reply
from app.identity.caller import Caller
from app.identity.cds_jwt import SOURCE
from app.identity.ehr_servers import EhrServer, EhrServers
from app.identity.names import fit_name
from app.identity.principal import PrincipalKind
from app.ingest.fhir.queries import filled
from app.metrics import CDS_CARDS
from app.usecases.feedback.judged import judgements_of

router = APIRouter(prefix="/cds-services", tags=["cds hooks"], route_class=JsonRoute)
ServiceId = Annotated[str, Path(max_length=80, description="The `id` of a service in the discovery.")]


@router.get(
    "",
    operation_id="listCdsServices",
    response_model=Services,
    responses=outcome_responses(503),
)
async def list_services(registry: RegistryDep) -> Response:
    """Say which CDS services there are, for which hooks, and what each wants to know."""
    return JSONResponse(discovery(registry))


@router.post(
    "/{service_id}",
    operation_id="callCdsService",
    response_model=Cards,
    responses=outcome_responses(400, 401, 404, 412, 413, 415, 422, 503),
)
async def call(service_id: ServiceId, body: CdsCall, request: Request, registry: RegistryDep) -> Response:
    """Say what there is to say of the patient who is open in the EHR: one card, or none.

    412 names what the model needs and neither the prefetch nor the FHIR server tells.
    """
    about(request, body.context.patient_id)
    _speak_for(request, body.context.user_id)
    try:
        cards = await cancel_on_disconnect(request, _cards(service_id, body, request, registry))
    except MissingDataError as error:
        return fhir_reply(error.outcome, 412)
    CDS_CARDS.labels(body.hook, cards.cards[0].indicator if cards.cards else "none").inc()
    return JSONResponse(cards.told())


@router.post(
    "/{service_id}/feedback",
    operation_id="createCdsFeedback",
    response_class=Response,
    responses=outcome_responses(400, 401, 404, 409, 413, 415, 422, 503)
    | {200: {"description": "Taken in. Cards that are not known were passed over."}},
)
async def feed_back(
    service_id: ServiceId,
    body: Feedback,
    registry: RegistryDep,
    service: AnsweringDep,
    database: DatabaseDep,
) -> Response:
    """Take in what became of cards: verdicts on the options that they showed, as the page gives them."""
    model = service_named(registry, service_id).served.model.name
    await Taking(service, database, registry, model).take(body.feedback)
    return Response(status_code=200)


async def _cards(service_id: str, body: CdsCall, request: Request, registry: RegistryDep) -> Cards:
    service = service_named(registry, service_id)
    if body.hook not in HOOKS:
        raise InvalidInputError.at("/hook", f"must be one of {', '.join(HOOKS)}")
    caller, patient_id = caller_of(request), body.context.patient_id
    server = _server_of(caller, request.state.ehr_servers, body.fhir_server)
    queries = filled(service.queries, patient_id)
    gathered = await gather(queries, body.prefetch or {}, _source(request, server, body), patient_id)
    today = datetime.now(UTC).date()
    database = request.state.database.of(caller)
    asking = Asking(
        answering(request, registry, database),
        service.served,
        today,
        request.state.cds_wait_s,
        request.state.search_wait_s,
    )
    answer = await asking.answer(patient_id, gathered)
    if answer is None:
        return NOTHING_TO_SAY
    place = Place(request.state.public_url, server is not None and server.smart is not None)
    judged = await judgements_of(database, patient_id, answer.model.name, answer.id)
    told = Told(answer, service.served.consultation, today, judged)
    return cards_of(told, service.served, gathered, place)


def _speak_for(request: Request, user_id: str) -> None:
    """A system speaks for the user of the call, in refusals too; a person who calls signs for themselves."""
    is_person = request.state.principal.kind is PrincipalKind.PERSON
    if not is_person and request.state.on_behalf_of is None:
        request.state.on_behalf_of = fit_name(user_id)


def _server_of(caller: Caller, servers: EhrServers, fhir_server: str | None) -> EhrServer | None:
    """The EHR that calls: by its token; of other callers the one of their tenant that they name."""
    if caller.principal.source == SOURCE:
        return servers.named(caller.principal.name)
    named = servers.at(fhir_server) if fhir_server else None
    return named if named and named.tenant == caller.tenant else None


def _source(request: Request, server: EhrServer | None, body: CdsCall) -> Source:
    """The FHIR server that the call names, if it is the caller's own and trusted."""
    if body.fhir_server is None:
        return Source()
    if server is None or server.base != body.fhir_server.rstrip("/"):
        return Source(is_strange=True, base=body.fhir_server)
    allowed = body.fhir_authorization
    token = allowed.access_token if allowed else None
    return Source(request.state.fhir_clients[server.name], token, base=server.base)
