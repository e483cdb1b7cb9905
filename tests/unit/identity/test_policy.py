"""Each route has a rule of its own, and a path leads to the rule of the route that it leads to."""

import pytest
from fastapi import APIRouter
from fastapi.routing import APIRoute
from hypothesis import given
from hypothesis import strategies as st
from starlette.routing import BaseRoute, Match, Mount, Route

from app.engine.registry import ModelRegistry
from app.faces.api import routes as api
from app.faces.ehr import routes as ehr
from app.faces.http import operations
from app.faces.pages import routes as pages
from app.identity.policy import POLICY, Everybody, need_at, route_at
from app.identity.scopes import AccessScope
from app.main import create_app
from app.settings import Settings

ROUTERS: tuple[APIRouter, ...] = (*api.ROUTERS, *ehr.ROUTERS, *pages.ROUTERS, operations.router)
ROUTES: list[BaseRoute] = [route for router in ROUTERS for route in router.routes]
_WORDS = (
    "patients plans interventions counterfactuals augmentations uploads models feedback rows metrics readyz"
)
PARTS = st.sampled_from(
    [*_WORDS.split(), *("P-1", "preferences", "values", "what-if", "", "é", ".", "..", "%2f")]
)
ELSEWHERE = ("/docs", "/openapi", "/static", "/favicon.ico")
"""What the framework and mounts answer."""
METHODS = st.sampled_from(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"])


def served(registry: ModelRegistry) -> set[tuple[str, str]]:
    """Every method and template that the gateway answers."""
    ours = [route for route in ROUTES if isinstance(route, APIRoute)]
    found = {(method, route.path) for route in ours for method in route.methods or ()}
    for route in create_app(Settings(), registry).routes:
        if isinstance(route, Mount):
            found.add(("GET", route.path + "/{file:path}"))
        elif isinstance(route, Route):
            found |= {(method, route.path) for method in route.methods or () if method != "HEAD"}
    return found


def test_every_route_has_a_rule_and_every_rule_a_route(registry: ModelRegistry) -> None:
    ruled = {(method, path) for method, path in POLICY if "?" not in path}
    assert ruled - served(registry) == {("GET", "/favicon.ico")}
    assert served(registry) <= ruled


def test_every_scope_opens_something_of_its_own() -> None:
    alone = {need[0] for need in POLICY.values() if not isinstance(need, Everybody) and len(need) == 1}
    assert alone == set(AccessScope)


@given(method=METHODS, parts=st.lists(PARTS, max_size=5))
def test_a_path_leads_to_the_rule_of_its_route(method: str, parts: list[str]) -> None:
    path = "/" + "/".join(parts)
    scope = {"type": "http", "method": "GET" if method == "HEAD" else method, "path": path, "headers": []}
    matching = [one for one in ROUTES if isinstance(one, APIRoute) and one.matches(scope)[0] is Match.FULL]
    expected = matching[0].path if matching else None
    found = route_at(method, path)
    if expected is not None or (
        found is not None and not found.startswith(("/docs", "/openapi", "/static", "/favicon.ico"))
    ):
        assert found == expected


@pytest.mark.parametrize(
    ("method", "template", "parameters", "need"),
    [
        ("GET", "/readyz", set(), Everybody.WHOEVER),
        ("HEAD", "/readyz", {"verbose"}, (AccessScope.OPERATIONS_READ,)),
        ("GET", "/livez", {"verbose"}, Everybody.WHOEVER),
        ("GET", None, set(), Everybody.KNOWN),
        ("POST", "/patients", set(), Everybody.KNOWN),
    ],
)
def test_what_takes_more_with_a_parameter(
    method: str, template: str | None, parameters: set[str], need: object
) -> None:
    assert need_at(method, template, frozenset(parameters)) == need
