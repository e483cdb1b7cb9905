"""A refusal is given once it is on record; where that is away, neither it nor what it tells is given."""

from collections.abc import AsyncIterator

import httpx
import pytest
from prometheus_client import REGISTRY
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from app.domain.ids import RequestIds
from app.faces.http.audited import AuditRefusals
from app.identity.principal import ANYBODY
from app.storage.database import Database
from app.storage.engine import DatabaseLimits
from tests.unit.storage import away

TOLD = "That is somebody's."


async def answer(request: Request) -> Response:
    return PlainTextResponse(TOLD, int(request.query_params["status"]))


class Known:
    """What the door has put into a request's state."""

    def __init__(self, app: ASGIApp, database: Database) -> None:
        self._app, self._database = app, database

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        state = {"principal": ANYBODY, "on_behalf_of": None, "ids": RequestIds("c-1")}
        scope["state"] = {"database": self._database, **state}
        await self._app(scope, receive, send)


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    paths = ("/patients/{patient_id}/plans", "/counterfactuals", "/models", "/")
    app = Starlette(routes=[Route(path, answer, methods=["GET"]) for path in paths])
    database = Database(away.DATABASE, DatabaseLimits())
    transport = httpx.ASGITransport(Known(AuditRefusals(app), database))
    async with httpx.AsyncClient(transport=transport, base_url="http://here") as client:
        yield client
    await database.close()


def unaudited() -> float:
    return REGISTRY.get_sample_value("turnpoint_audit_failures_total") or 0.0


@pytest.mark.parametrize("path", ["/patients/P-1/plans", "/counterfactuals", "/"])
@pytest.mark.parametrize("status", [400, 403, 404, 409, 422])
async def test_a_refusal_that_cannot_be_recorded_is_not_given(
    client: httpx.AsyncClient, path: str, status: int
) -> None:
    before = unaudited()
    response = await client.get(path, params={"status": status})
    assert response.status_code == 503
    assert TOLD not in response.text
    assert unaudited() == before + 1
    assert response.headers["retry-after"]


@pytest.mark.parametrize("status", [500, 502])
async def test_a_failure_is_given_all_the_same(client: httpx.AsyncClient, status: int) -> None:
    response = await client.get("/counterfactuals", params={"status": status})
    assert (response.status_code, response.text) == (status, TOLD)


@pytest.mark.parametrize("status", [200, 204, 303, 401, 405, 413, 415, 421, 429, 503])
async def test_what_tells_nothing_needs_no_record(client: httpx.AsyncClient, status: int) -> None:
    assert (await client.get("/patients/P-1/plans", params={"status": status})).status_code == status


@pytest.mark.parametrize("status", [404, 422])
async def test_what_concerns_nobody_needs_no_record(client: httpx.AsyncClient, status: int) -> None:
    assert (await client.get("/models", params={"status": status})).status_code == status


async def test_who_may_not_is_recorded_wherever_they_tried(client: httpx.AsyncClient) -> None:
    assert (await client.get("/models", params={"status": 403})).status_code == 503
