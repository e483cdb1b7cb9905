"""Refusals and failures, on record before they are given: who tried what.

What succeeds is noted by the use cases, in the transaction that does it.
"""

from collections.abc import Mapping

import structlog
from starlette.requests import Request
from starlette.routing import compile_path
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.domain.errors import NotFoundError
from app.faces.http.callers import caller_of
from app.faces.http.problems import RECORD_AWAY, problem_or_page
from app.identity.refusals import OtherPatientError
from app.metrics import AUDIT_FAILURES
from app.storage.database import Database
from app.usecases.audit.refusals import record_refusal

_log = structlog.get_logger()

_OF_PATIENTS = ("/patients", "/counterfactuals", "/cds-services", "/augmentations", "/audit-events")
_WORKLIST = "/"
_NOTHING_WAS_LOOKED_AT = frozenset({401, 405, 408, 413, 415, 421, 429, 499, 503})
"""Refusals by the door, of which nobody learns anything: they are counted by the metrics. To write a row for
each would let whoever floods the service flood the audit."""


def about(request: Request, patient_id: str) -> None:
    """To be called by an endpoint that has a patient's id from a body: a path tells it by itself.

    Raises:
        NotFoundError: the caller may see one patient alone, and this is another.
    """
    request.state.patient_id = patient_id
    if request.state.principal.patient not in (None, patient_id):
        raise NotFoundError(str(OtherPatientError()))


class AuditRefusals:
    """Adds an event for each refusal of what concerns patients, and for each caller who may not.

    Where it cannot be added, the answer is 503: a refusal may tell that somebody is on record.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        is_replaced = False

        async def send_audited(message: Message) -> None:
            nonlocal is_replaced
            if is_replaced:
                return
            if message["type"] == "http.response.start" and _is_audited(scope, message["status"]):
                is_replaced = not await _recorded(scope, message["status"])
            if not is_replaced:
                await send(message)

        await self._app(scope, receive, send_audited)
        if is_replaced:
            await problem_or_page(Request(scope), 503, RECORD_AWAY)(scope, receive, send)


def _is_audited(scope: Scope, status: int) -> bool:
    if status < 400 or status in _NOTHING_WAS_LOOKED_AT or "principal" not in scope["state"]:
        return False
    template = getattr(scope.get("route"), "path", "")
    is_about_one = scope["state"].get("patient_id") is not None
    return status == 403 or is_about_one or template == _WORKLIST or template.startswith(_OF_PATIENTS)


def _named_in_path(scope: Scope) -> Mapping[str, str]:
    """The ids that a path holds, also of a caller who was refused before a route was looked for."""
    if "path_params" in scope:
        found: Mapping[str, str] = scope["path_params"]
        return found
    matched = compile_path(scope["route"].path)[0].match(scope["path"])
    return matched.groupdict() if matched else {}


async def _recorded(scope: Scope, status: int) -> bool:
    """Whether the answer may be given: with or without an event a failure tells nothing."""
    state, sent = scope["state"], _named_in_path(scope)
    database: Database = state["database"]
    patient_id = sent.get("patient_id") or state.get("patient_id")
    try:
        await record_refusal(
            database.of(caller_of(Request(scope))), scope["method"], status, patient_id, sent.get("answer_id")
        )
    except Exception as error:  # whatever it is, it must end here: its message may hold an id
        AUDIT_FAILURES.inc()
        _log.error("refusal_unaudited", error=type(error).__name__)
        return status >= 500
    return True
