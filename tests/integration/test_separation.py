"""What one tenant has is not there for another: by every route, in every way in which it can be named."""

import re
from collections.abc import Iterator
from dataclasses import replace
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.routing import Route

from app.faces.api import routes as api
from app.faces.http import operations
from app.faces.pages import routes as pages
from app.main import create_app
from tests.asking import Person
from tests.integration.answers import Json, found
from tests.integration.planning import made
from tests.integration.routes_by_id import Call, routes
from tests.integration.serving import Servers, connect, registry_for, settings_for
from tests.integration.two_tenants import (
    MARK,
    Database,
    Ids,
    client_of_tenant,
    digest_of,
    everything_of,
    gateway_of_tenants,
    secrets_of,
)
from tests.integration.walls import WALLS, no_wall

EVERY = routes({})
CALLS = [(method, template, n) for (method, template), calls in EVERY.items() for n in range(len(calls))]
AMONG_OWN = [one for one in CALLS if EVERY[one[0], one[1]][one[2]].among_own is not None]
_VOLATILE = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|\d{4}-\d\d-\d\dT[\d:.]+Z?|\d+(\.\d+)?"
)


@pytest.fixture(scope="module", params=[*WALLS])
def url(request: pytest.FixtureRequest, servers: Servers) -> Iterator[str]:
    """Of a gateway with both walls, and of one with either."""
    with WALLS[request.param](), gateway_of_tenants(servers) as url:
        yield url


@pytest.fixture(scope="module")
def rows(servers: Servers) -> Iterator[Database]:
    """Past all walls."""
    with connect(servers.database_url) as connection:
        yield connection
        connection.execute("UPDATE augmentations SET state = 'cancelled' WHERE tenant LIKE 'b-%'")


@pytest.fixture(scope="module")
def tenant(url: str) -> str:
    return f"a-{uuid4()}"


@pytest.fixture(scope="module")
def features(helpable: Person) -> Json:
    return dict(helpable)


@pytest.fixture(scope="module")
def theirs(url: str, rows: Database, tenant: str, features: Json) -> Ids:
    """All that tenant A has."""
    with client_of_tenant(url, rows, tenant) as client:
        question = {"patient_id": f"{MARK}-{uuid4()}", "features": features, "generator": "search"}
        return everything_of(client, rows, tenant, question)


@pytest.fixture(scope="module")
def secrets(rows: Database, tenant: str, theirs: Ids) -> set[str]:
    assert all(one.split(":")[0] != "0" for table, one in digest_of(rows, tenant).items() if table in _HELD)
    return secrets_of(rows, tenant) | {MARK}


_HELD = {
    *("patients", "answers", "counterfactuals", "predictions", "generations", "requests", "worklist"),
    *("feedback", "plans", "plan_events", "preferences", "measurements"),
    *("uploads", "upload_chunks", "augmentations", "augmentation_chunks", "augmented_rows"),
    *("idempotency_keys", "audit_events", "audit_heads"),
}
"""Tables in which tenant A has rows, or the walk would prove little."""


@pytest.fixture(scope="module")
def neighbour(url: str, rows: Database, theirs: Ids, features: Json) -> Iterator[httpx.Client]:
    """A caller of a tenant who has a patient of the same id, an answer and a plan."""
    with client_of_tenant(url, rows, f"c-{uuid4()}") as client:
        answer = found(client, {"patient_id": theirs.patient, "features": features, "generator": "search"})
        made(client, answer, answer["counterfactuals"][0])
        yield client


def served(app: FastAPI) -> set[tuple[str, str]]:
    routers = (*api.ROUTERS, *pages.ROUTERS, operations.router)
    every = [*app.routes, *(route for router in routers for route in router.routes)]
    kinds = [route for route in every if isinstance(route, Route | APIRoute)]
    return {(method, route.path) for route in kinds for method in route.methods or () if method != "HEAD"}


def test_every_route_is_walked(servers: Servers) -> None:
    settings = settings_for(servers)
    app = create_app(settings, registry_for(settings))
    documented = {(way.upper(), path) for path, ways in app.openapi()["paths"].items() for way in ways}
    assert served(app) | documented == set(EVERY)


@pytest.mark.parametrize(("method", "template", "number"), CALLS)
def test_what_another_tenant_has_is_as_unknown_as_what_nobody_has(
    method: str,
    template: str,
    number: int,
    url: str,
    rows: Database,
    tenant: str,
    theirs: Ids,
    secrets: set[str],
    features: Json,
) -> None:
    call, before = routes(features)[method, template][number], digest_of(rows, tenant)
    nobodys = Ids.nobodys(f"nobody-{uuid4()}")
    with client_of_tenant(url, rows, f"b-{uuid4()}") as client:
        reply = sent(client, method, call, theirs)
    with client_of_tenant(url, rows, f"d-{uuid4()}") as client:
        unknown = sent(client, method, call, nobodys)
    assert reply.status_code == unknown.status_code == call.status, reply.text
    assert_tells_nothing(reply, secrets, call, theirs)
    if reply.is_client_error:
        assert masked(reply, theirs) == masked(unknown, nobodys)
    assert digest_of(rows, tenant) == before


def test_without_walls_it_would_be_there(url: str, rows: Database, theirs: Ids) -> None:
    """Or the walk proved nothing."""
    with no_wall(), client_of_tenant(url, rows, f"b-{uuid4()}") as client:
        assert client.get(f"/counterfactuals/{theirs.answer}").status_code == 200


@pytest.mark.parametrize(("method", "template", "number"), AMONG_OWN)
def test_nor_is_it_there_beside_a_patient_of_the_same_id(
    method: str,
    template: str,
    number: int,
    neighbour: httpx.Client,
    rows: Database,
    tenant: str,
    theirs: Ids,
    secrets: set[str],
    features: Json,
) -> None:
    call, before = routes(features)[method, template][number], digest_of(rows, tenant)
    nobodys = replace(Ids.nobodys(theirs.patient), cursor=theirs.cursor)
    reply, unknown = (sent(neighbour, method, call, ids) for ids in (theirs, nobodys))
    assert reply.status_code == unknown.status_code == call.among_own, reply.text
    assert_tells_nothing(reply, secrets, call, theirs)
    if reply.is_client_error:
        assert masked(reply, theirs) == masked(unknown, nobodys)
    assert digest_of(rows, tenant) == before


def sent(client: httpx.Client, method: str, call: Call, ids: Ids) -> httpx.Response:
    return client.request(method, call.address(ids), **call.request(ids))


def assert_tells_nothing(reply: httpx.Response, secrets: set[str], call: Call, ids: Ids) -> None:
    """Nothing of the other tenant's in body or headers, but what the request itself has."""
    told = f"{reply.text} {[*reply.headers.values()]}".replace(ids.patient, "")
    asked = f"{call.address(ids)} {call.request(ids)}"
    assert not [secret for secret in secrets if secret in told and secret not in asked]
    if reply.is_success and call.path in ("/", "/augmentations") and "Idempotency-Key" not in asked:
        assert "/interventions?answer" not in told


def masked(reply: httpx.Response, ids: Ids) -> str:
    """What a reply says, but for ids, times and figures."""
    return _VOLATILE.sub("#", reply.text.replace(ids.patient, "#"))
