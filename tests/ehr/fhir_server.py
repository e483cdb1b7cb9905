"""The FHIR R4 server of the mock EHR: metadata, read and search, for whoever holds a token."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.ehr.asking import begun
from tests.ehr.capabilities import capability_statement
from tests.ehr.faults import Fault, Order
from tests.ehr.fhir_json import FhirResponse, Json, outcome, searchset
from tests.ehr.grants import Grant
from tests.ehr.search import Query, SearchError, patient_of
from tests.ehr.state import MockEhr

_MOST = 1000
"""Entries on a page, at most."""


@dataclass(frozen=True, slots=True)
class _Rest:
    """What a search found and has not given yet, for whoever asked."""

    found: Sequence[Json]
    total: int
    count: int
    grant: Grant | None


class FhirServer:
    """The routes under `/fhir`."""

    def __init__(self, ehr: MockEhr) -> None:
        self._ehr = ehr
        self._pages: dict[str, _Rest] = {}

    @property
    def routes(self) -> list[Route]:
        return [
            Route("/fhir/metadata", self._metadata),
            Route("/fhir/{type}/_search", self._search, methods=["POST"]),
            Route("/fhir/{type}/{id}", self._read),
            Route("/fhir/{type}", self._search),
            Route("/fhir", self._next_page),
        ]

    async def _metadata(self, request: Request) -> Response:
        _, reply = await begun(self._ehr, request, "")
        return reply or FhirResponse(capability_statement(self._ehr.url, self._ehr.told_on))

    async def _read(self, request: Request) -> Response:
        _, reply = await begun(self._ehr, request, request.url.query)
        if reply is not None:
            return reply
        type, id = request.path_params["type"], request.path_params["id"]
        resource = self._ehr.read(type, id)
        patient = id if type == "Patient" else patient_of(resource) if resource else None
        _, refusal = self._let_in(request, type, "r", patient)
        if refusal is not None:
            return refusal
        return FhirResponse(resource) if resource else outcome(404, "not-found", "there is none of this id")

    async def _search(self, request: Request) -> Response:
        form = (await request.body()).decode() if request.method == "POST" else ""
        asked = "&".join(part for part in (request.url.query, form) if part)
        order, reply = await begun(self._ehr, request, asked)
        if reply is not None:
            return reply
        parameters = parse_qsl(asked, keep_blank_values=True)
        grant, refusal = self._let_in(request, request.path_params["type"], "s", _about(request, parameters))
        if refusal is not None:
            return refusal
        try:
            query = Query.of(request.path_params["type"], parameters)
            found = query.found_in(self._ehr.resources)
        except SearchError as error:
            return outcome(400, "not-supported", str(error))
        count = min(self._ehr.page if query.count is None else query.count, _MOST)
        return self._page(_Rest(found, len(found), count, grant), str(request.url), order)

    async def _next_page(self, request: Request) -> Response:
        order, reply = await begun(self._ehr, request, request.url.query)
        if reply is not None:
            return reply
        rest = self._pages.get(request.query_params.get("_getpages", ""))
        if rest is None:
            return outcome(404, "not-found", "there is no such page")
        if self._ehr.asks_for_tokens and self._grant(request) != rest.grant:
            return outcome(401, "login", "a page is for whoever searched")
        return self._page(rest, str(request.url), order)

    def _page(self, rest: _Rest, own: str, order: Order | None) -> Response:
        links = [{"relation": "self", "url": own}]
        if (further := self._next_of(rest, order)) is not None:
            links.append({"relation": "next", "url": further})
        base = self._ehr.fhir_base
        return FhirResponse(searchset(base, rest.found[: rest.count], rest.total, links))

    def _next_of(self, rest: _Rest, order: Order | None) -> str | None:
        if order is not None and order.fault is Fault.ELSEWHERE:
            return order.url
        is_endless = order is not None and order.fault is Fault.ENDLESS
        left = rest.found if is_endless else rest.found[rest.count :]
        if not is_endless and (not left or rest.count == 0):
            return None
        page = str(uuid.uuid4())
        self._pages[page] = _Rest(left, rest.total, rest.count, rest.grant)
        return f"{self._ehr.fhir_base}?{urlencode({'_getpages': page})}"

    def _grant(self, request: Request) -> Grant | None:
        return self._ehr.grants.behind(request.headers.get("authorization"))

    def _let_in(
        self, request: Request, type: str, interaction: str, patient: str | None
    ) -> tuple[Grant | None, Response | None]:
        """Who asks, and why they may not."""
        grant = self._grant(request)
        if not self._ehr.asks_for_tokens:
            return grant, None
        if grant is None:
            refusal = outcome(401, "login", "a token is needed, or this one is not known or over")
            refusal.headers["WWW-Authenticate"] = "Bearer"
            return None, refusal
        if not grant.allows(type, interaction, patient):
            return grant, outcome(403, "forbidden", "the token's scopes do not reach so far")
        return grant, None


def _about(request: Request, parameters: Sequence[tuple[str, str]]) -> str | None:
    """The one patient whom a search is about; None where it is about several, or everybody."""
    names = ("_id",) if request.path_params["type"] == "Patient" else ("patient", "subject")
    asked = [value.removeprefix("Patient/") for name, value in parameters if name in names]
    return asked[0] if len(asked) == 1 and "," not in asked[0] else None
