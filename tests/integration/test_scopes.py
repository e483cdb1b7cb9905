"""Each scope opens its own routes and no other, whatever is sent, before a body is looked at."""

import re
from collections.abc import Iterator, Mapping
from uuid import uuid4

import httpx
import pytest

from app.identity.policy import POLICY, Everybody, Need
from app.identity.scopes import AccessScope
from tests.integration.keeping_keys import bearer, key_for
from tests.integration.serving import Servers, client_of, settings_for

NOWHERE = {"patient_id": "P-nobody", "name": "dysglycaemia", "file": "style.css"}
ROUTES = [(method, template, need) for (method, template), need in POLICY.items()]
WRONG = [b'{"patient_id": ', b"\xff" * 64, b"[" * 10_000]
"""Bodies that would be told to be wrong if they were read."""


@pytest.fixture(scope="module")
def client(servers: Servers) -> Iterator[httpx.Client]:
    with client_of(settings_for(servers, api_keys=True, max_body_bytes=1024)) as client:
        yield client


@pytest.fixture(scope="module")
def keys(database_url: str) -> Mapping[AccessScope, str]:
    """A key for each scope, which opens that alone."""
    return {scope: key_for(database_url, scope, scope) for scope in AccessScope}


def address(template: str) -> str:
    """An address of a route: of nobody, where it is somebody's."""
    path = template.replace(":path", "")
    return path.format_map({name: NOWHERE.get(name, uuid4()) for name in re.findall(r"\{(\w+)\}", path)})


def ask(client: httpx.Client, method: str, template: str, headers: Mapping[str, str]) -> httpx.Response:
    body = None if method == "GET" else WRONG[0]
    sent = dict(headers) | ({} if body is None else {"Content-Type": "application/json"})
    with client.stream(method, address(template), content=body, headers=sent) as answer:
        if answer.status_code >= 400:
            answer.read()
        return answer


def test_one_scope_opens_its_own_routes_and_no_other(
    client: httpx.Client, keys: Mapping[AccessScope, str]
) -> None:
    opened, expected = {}, {}
    for method, template, need in ROUTES:
        answers = {scope: ask(client, method, template, bearer(key)) for scope, key in keys.items()}
        opened[method, template] = {scope for scope, answer in answers.items() if is_open(answer, need)}
        expected[method, template] = opening(need)
    assert opened == expected


def opening(need: Need) -> set[AccessScope]:
    """The scopes that are enough by themselves."""
    if isinstance(need, Everybody):
        return set(AccessScope)
    return {AccessScope.ADMIN, *(need if len(need) == 1 else ())}


def is_open(answer: httpx.Response, need: Need) -> bool:
    assert answer.status_code != 401
    assert answer.status_code < 500
    if answer.status_code != 403:
        return True
    told = re.fullmatch(
        r'Bearer error="insufficient_scope", scope="(.+)"', answer.headers["www-authenticate"]
    )
    assert told is not None
    assert not isinstance(need, Everybody)
    assert told[1] in need
    is_fhir = answer.headers["content-type"] == "application/fhir+json"
    assert is_fhir or answer.json()["scope"] == told[1]
    return False


def test_where_several_scopes_are_needed_each_of_them_is(client: httpx.Client, database_url: str) -> None:
    several = [(method, path, need) for method, path, need in ROUTES if isinstance(need, tuple) and need[1:]]
    assert several
    for method, path, need in several:
        whole = key_for(database_url, "whole", *need)
        assert is_open(ask(client, method, path, bearer(whole)), need)
        for missing in need:
            others = set(AccessScope) - {missing, AccessScope.ADMIN}
            part = key_for(database_url, "part", *others)
            assert not is_open(ask(client, method, path, bearer(part)), need)


def test_strangers_get_to_nothing_but_probes_and_style(client: httpx.Client) -> None:
    answers = {(one[0], one[1]): ask(client, one[0], one[1], {}).status_code for one in ROUTES}
    open_to_all = {(one[0], one[1]) for one in ROUTES if one[2] is Everybody.WHOEVER}
    assert {route for route, status in answers.items() if status != 401} == open_to_all
    for method in ("PUT", "OPTIONS", "TRACE", "PROPFIND"):
        assert client.request(method, "/nowhere").status_code == 401


@pytest.mark.parametrize("body", WRONG, ids=["torn", "no text", "nested"])
def test_who_may_not_is_told_so_whatever_their_body_is(
    client: httpx.Client, keys: Mapping[AccessScope, str], body: bytes
) -> None:
    reader = bearer(keys[AccessScope.COUNTERFACTUALS_READ]) | {"Content-Type": "application/json"}
    assert client.post("/counterfactuals", content=body, headers=reader).status_code == 403
    assert client.post("/augmentations", content=body, headers=reader).status_code == 403
    assert client.post("/counterfactuals", content=body).status_code == 401


def test_without_scopes_a_known_caller_sees_what_the_service_is(
    client: httpx.Client, keys: Mapping[AccessScope, str]
) -> None:
    auditor = bearer(keys[AccessScope.AUDIT_READ])
    assert all(client.get(path, headers=auditor).is_success for path in ("/models", "/openapi.json", "/docs"))
