"""GET /launch and its callback: from the EHR to the patient's page. POST /launch/end: the session ends."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import structlog
from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from app.engine.registry import ModelRegistry
from app.faces.ehr.smart.state import LaunchState, LaunchStateDep
from app.faces.http.auth import head_of
from app.faces.http.callers import caller_as
from app.faces.http.dependencies import CallerDep, RegistryDep
from app.faces.http.pages.rendering import Pages
from app.faces.http.pages.translation import gettext as _
from app.faces.http.problems import problem_or_page
from app.faces.http.throttle import take_one
from app.identity.ehr_sessions import EhrSession, cookies_of
from app.identity.smart_client.faults import SmartError
from app.identity.smart_client.secrets import LaunchSecrets, digest_of, new_secret
from app.outbound.fhir.faults import FhirError
from app.usecases.counterfactuals.service import CounterfactualService
from app.usecases.ehr.launching import LAUNCH_S, Arrived, LaunchEndedError, UnknownEhrError
from app.usecases.ehr.opening import Opened, open_patient, put_on_record

router = APIRouter(include_in_schema=False)
_log = structlog.get_logger()

_PAGES = Pages(Path(__file__).parent / "templates")
_STATE = re.compile(r"[A-Za-z0-9_-]{20,100}")
_LONGEST = 4_096
"""Characters of what an EHR sends by way of the browser."""


@router.get("/launch")
async def launch(request: Request, state: LaunchStateDep, iss: str = "", launch: str = "") -> Response:
    """Send the browser to sign in at the EHR that it comes from."""
    if state.launching is None:
        return problem_or_page(
            request, 404, _("The service does not know its own address: PUBLIC_URL is not set.")
        )
    if not launch or len(launch) > _LONGEST:
        return problem_or_page(
            request, 400, _("The page is opened from within an EHR, which says so when it opens it.")
        )
    if (wait_s := take_one(state.begun, request)) is not None:
        response = problem_or_page(
            request, 429, _("Too many patients were opened from this address. Try again in a minute.")
        )
        response.headers["Retry-After"] = str(wait_s)
        return response
    try:
        begun = await state.launching.begin(iss, launch)
    except UnknownEhrError:
        return problem_or_page(
            request, 403, _("The page may not be opened from this EHR: it is not one of those trusted.")
        )
    except SmartError as error:
        return _failed(request, error)
    response = RedirectResponse(begun.url, 303)
    rules = state.cookies
    rules.keep(response, rules.launch(begun.secrets.cookie_suffix), begun.secrets.browser, LAUNCH_S)
    return response


@router.get("/launch/callback")
async def callback(
    request: Request, launched: LaunchStateDep, registry: RegistryDep, state: str = "", code: str = ""
) -> Response:
    """Open the patient's page for whom the EHR sent back, in a session of this patient's alone."""
    launching, rules = launched.launching, launched.cookies
    cookie = rules.launch(LaunchSecrets(state, "").cookie_suffix)
    browser = cookies_of(head_of(request.scope)).get(cookie, "")
    if launching is None or not _STATE.fullmatch(state) or not browser:
        return _over(request)
    secrets = LaunchSecrets(state, browser)
    try:
        server = await launching.take(secrets)
        if not code or len(code) > _LONGEST:
            response = problem_or_page(request, 403, _("The EHR did not let you in."))
        else:
            response = await _opened(
                request, registry, launched, await launching.finish(server, secrets, code)
            )
    except LaunchEndedError:
        response = _over(request)
    except SmartError as error:
        response = _failed(request, error)
    rules.forget(response, cookie)
    return response


@router.post("/launch/end")
async def end(request: Request, caller: CallerDep, state: LaunchStateDep) -> Response:
    """End the session before its time."""
    secret = cookies_of(head_of(request.scope)).get(state.cookies.session)
    if secret is not None:
        await state.sessions.end(digest_of(secret))
    title, detail = _("Your session has ended"), _("Open the patient from your system again.")
    response = _PAGES.page("launch.html", title=title, detail=detail)
    state.cookies.forget(response, state.cookies.session)
    return response


async def _opened(
    request: Request, registry: ModelRegistry, state: LaunchState, arrived: Arrived
) -> Response:
    secret = new_secret()
    session = EhrSession(
        digest=digest_of(secret),
        tenant=arrived.server.tenant,
        patient_id=arrived.patient_id,
        name=arrived.person.name,
        server=arrived.server.name,
        expires_at=datetime.now(UTC) + timedelta(seconds=state.session_s),
    )
    database = request.state.database.of(caller_as(request, session.principal))
    of = request.state
    service = CounterfactualService(registry, database, of.cache, of.computation, of.refinements, of.watch)
    try:
        opened = await open_patient(
            arrived, registry.named(None), service, state.ehr.fhir[arrived.server.name], state.answer_s
        )
    except FhirError:
        return problem_or_page(
            request, 502, _("The EHR did not give the patient's record. Open the patient again.")
        )
    before = cookies_of(head_of(request.scope)).get(state.cookies.session)
    if before is not None:  # a browser has one at a time
        await state.sessions.end(digest_of(before))
    await put_on_record(database, arrived.patient_id)
    await state.sessions.open(session, arrived.person.fhir_user, opened.told)
    response = RedirectResponse(_place(arrived.patient_id, opened), 303)
    state.cookies.keep(response, state.cookies.session, secret, state.session_s)
    return response


def _place(patient_id: str, opened: Opened) -> str:
    if opened.told is not None:
        return f"/patients/{patient_id}/values"
    query = f"?answer={opened.answer_id}" if opened.answer_id else ""
    return f"/patients/{patient_id}/interventions{query}"


def _over(request: Request) -> Response:
    return problem_or_page(
        request,
        400,
        _("This way from the EHR has ended, or began in another browser. Open the patient again."),
    )


def _failed(request: Request, error: SmartError) -> Response:
    _log.warning("launch_failed", reason=error.reason, token=error.token)
    why = error.reason.replace("_", " ")
    return problem_or_page(
        request, 502, _("Signing in at the EHR did not work (%(why)s). Open the patient again.", why=why)
    )
