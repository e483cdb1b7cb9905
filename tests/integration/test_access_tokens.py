"""Access tokens of an OpenID provider, over HTTP: discovery, keys that change, a provider that is away."""

import asyncio
import json
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import httpx
import pytest

from app.identity.discovery import Discovery
from app.identity.jwks import DiscoveryError
from app.settings import Settings
from tests.integration.fake_issuer import WELL_KNOWN, FakeIssuer, fake_issuer
from tests.integration.fake_server import Reply
from tests.integration.processes import wait_until
from tests.integration.serving import Servers, client_of, settings_for
from tests.unit.identity.tokens import AUDIENCE, signing_key

Json = dict[str, Any]


@pytest.fixture
def issuer() -> Iterator[FakeIssuer]:
    with fake_issuer() as fake:
        yield fake


def trusting(servers: Servers, *issuers: FakeIssuer, **more: Any) -> Settings:
    """A busy machine's issuer is slow, and is not away."""
    urls = ",".join(one.url for one in issuers)
    return settings_for(
        servers, **{"oidc_issuer": urls, "oidc_audience": AUDIENCE, "oidc_deadline_s": 30} | more
    )


@pytest.fixture
def client(servers: Servers, issuer: FakeIssuer) -> Iterator[httpx.Client]:
    with client_of(trusting(servers, issuer)) as client:
        yield client


def status(client: httpx.Client, token: str, path: str = "/models") -> int:
    return client.get(path, headers={"Authorization": f"Bearer {token}"}).status_code


def test_a_token_opens_what_its_scopes_do(client: httpx.Client, issuer: FakeIssuer) -> None:
    token = issuer.token(scope="operations:read nonsense launch/patient")
    assert status(client, token) == status(client, token, "/metrics") == 200
    assert status(client, token, "/augmentations") == 403
    assert status(client, issuer.token(scope="system/*.cruds patient/*.rs"), "/metrics") == 403
    assert issuer.asked == [WELL_KNOWN, "/jwks"]


def test_expired_forged_and_strangers_tokens_are_refused(client: httpx.Client, issuer: FakeIssuer) -> None:
    now = int(time.time())
    good = issuer.token()
    refused = [
        issuer.token(exp=now - 3600),
        issuer.token(iat=now - 86_400 - 300, exp=now - 86_400),  # by a clock that is a day behind
        issuer.token(iat=now + 86_400, exp=now + 90_000),  # by one that is a day ahead
        issuer.token(aud="https://another-service.example.org"),
        issuer.token(iss="https://another-issuer.example.org"),
        issuer.token(signing_key("ES256", "thief")),
        good[:-2],
        good.rpartition(".")[0] + ".",
        good + "." + good,
        good + "a" * 13_000,
    ]
    assert status(client, good) == 200
    assert [status(client, token) for token in refused] == [401] * len(refused)
    assert status(client, good) == 200, "a token may be used again until it expires"


def test_keys_change_without_a_restart(servers: Servers, issuer: FakeIssuer) -> None:
    with client_of(trusting(servers, issuer, oidc_pause_s=1)) as client:
        assert status(client, issuer.token()) == 200
        issuer.keys = [signing_key("EdDSA", "new"), *issuer.keys]
        wait_until(lambda: status(client, issuer.token()) == 200)
        assert len(issuer.asked) == 4


def test_while_it_is_away_known_keys_go_on_and_others_may_try_again(
    servers: Servers, issuer: FakeIssuer
) -> None:
    with client_of(trusting(servers, issuer, oidc_pause_s=1)) as client:
        known, strange = issuer.token(), issuer.token(signing_key("ES256", "new"))
        assert status(client, known) == 200
        issuer.replies = {WELL_KNOWN: Reply(500)}
        wait_until(lambda: status(client, strange) != 401)
        assert status(client, strange) == 503
        assert status(client, known) == 200


def test_one_that_was_away_from_the_start_does_not_stop_the_start(
    servers: Servers, issuer: FakeIssuer
) -> None:
    issuer.replies = {WELL_KNOWN: Reply(drop=True)}
    with client_of(trusting(servers, issuer)) as client:
        assert client.get("/livez").status_code == 200
        answer = client.get("/models", headers={"Authorization": f"Bearer {issuer.token()}"})
        assert answer.status_code == 503
        assert answer.headers["retry-after"]


def test_tenants_and_roles_come_from_the_settings(servers: Servers, issuer: FakeIssuer) -> None:
    more: Json = {
        "oidc_roles_claim": "realm_access.roles",
        "oidc_roles": {"operator": "operations:read"},
        "oidc_tenants": {issuer.url: "north"},
    }
    with client_of(trusting(servers, issuer, **more)) as client:
        assert status(client, issuer.token(realm_access={"roles": ["operator"]}), "/metrics") == 200
        assert status(client, issuer.token(realm_access={"roles": ["admin"]}), "/metrics") == 403


def test_two_issuers_vouch_for_their_own_alone(servers: Servers, issuer: FakeIssuer) -> None:
    with fake_issuer() as other:
        other.keys = [signing_key("ES256", "k1b")]
        with client_of(trusting(servers, issuer, other)) as client:
            assert status(client, issuer.token()) == status(client, other.token()) == 200
            assert status(client, issuer.token(other.keys[0])) == 401
            assert status(client, other.token(iss=issuer.url)) == 401


def test_the_document_says_where_tokens_come_from(client: httpx.Client, issuer: FakeIssuer) -> None:
    answer = client.get("/openapi.json", headers={"Authorization": f"Bearer {issuer.token()}"})
    document = answer.json()
    scheme = document["components"]["securitySchemes"]["openId"]
    assert scheme["openIdConnectUrl"] == issuer.url + WELL_KNOWN
    assert {"openId": ["predictions"]} in document["paths"]["/predictions"]["post"]["security"]


BAD_DISCOVERIES = [
    Reply(500),
    Reply(301, headers={"Location": "http://127.0.0.1:9/"}),
    Reply(body=b"{"),
    Reply(body=b"[]"),
    Reply(body=b'{"issuer": "https://another.example.org"}'),
    Reply(body=b'{"issuer": "ISSUER"}'),
    Reply(body=b'{"issuer": "ISSUER", "jwks_uri": 7}'),
    Reply(body=b'{"issuer": "ISSUER", "jwks_uri": "http://elsewhere.example.org/jwks"}'),
    Reply(body=b'{"issuer": "ISSUER", "jwks_uri": "file:///etc/passwd"}'),
    Reply(body=b'{"issuer": "ISSUER", "issuer": "ISSUER", "jwks_uri": "ISSUER/jwks"}'),
    Reply(body=b" " * 300_000),
    Reply(drop=True),
    Reply(raw=b"nonsense"),
    Reply(hang=True),
    Reply(drip=True),
]


@pytest.mark.parametrize("reply", BAD_DISCOVERIES, ids=range(len(BAD_DISCOVERIES)))
async def test_what_is_no_discovery_is_not_believed(issuer: FakeIssuer, reply: Reply) -> None:
    body = reply.body.replace(b"ISSUER", issuer.url.encode())
    issuer.replies = {WELL_KNOWN: replace(reply, body=body)}
    await is_not_believed(issuer)


@pytest.mark.parametrize("body", [b"{", b"[]", b"{}", b'{"keys": {}}', b'{"keys": 7}'])
async def test_what_is_no_set_of_keys_is_not_believed(issuer: FakeIssuer, body: bytes) -> None:
    issuer.replies = {"/jwks": Reply(body=body)}
    await is_not_believed(issuer)


async def is_not_believed(issuer: FakeIssuer) -> None:
    discovery = Discovery(issuer.url, deadline_s=0.5)
    try:
        async with asyncio.timeout(30):
            with pytest.raises(DiscoveryError):
                await discovery.keys(issuer.url)
    finally:
        await discovery.close()


async def test_keys_of_other_kinds_are_passed_over(issuer: FakeIssuer) -> None:
    odd: list[Any] = [{"kty": "oct", "k": "c2VzYW1l"}, {"kty": "RSA"}, None, 7, issuer.keys[0].jwk]
    issuer.replies = {"/jwks": Reply(body=json.dumps({"keys": odd}).encode())}
    discovery = Discovery(issuer.url, deadline_s=30)
    assert [key.key_id for key in await discovery.keys(issuer.url)] == ["k1"]
    await discovery.close()
