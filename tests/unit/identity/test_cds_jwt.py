"""A CDS Hooks token is good if a trusted EHR signed it for this very endpoint, in time, and once."""

import base64
import hashlib
import hmac
import json
import time
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import given
from hypothesis import strategies as st

from app.identity.cds_jwt import CdsTokens
from app.identity.cds_refusals import CdsRefusal, CdsTokenRefusedError
from app.identity.principal import PrincipalKind
from app.identity.refusals import IdentityAwayError
from app.identity.scopes import AccessScope
from tests.unit.identity.cds_calls import (
    CALL,
    EHR,
    FEEDBACK,
    JWKS,
    LEEWAY_S,
    PUBLIC_URL,
    Used,
    cds_key,
    checking,
    claims,
    servers,
    signed,
)
from tests.unit.identity.heads import head
from tests.unit.identity.tokens import Json, SigningKey, signing_key

NOW = int(time.time())
RSA = cds_key("RS384", "r1")


async def name_of(token: str, tokens: CdsTokens | None = None, target: str = CALL) -> str | None:
    try:
        principal = await (tokens or checking()).principal_of(token, head(method="POST", target=target))
    except CdsTokenRefusedError:
        return None
    return principal.name


async def why_not(token: str, tokens: CdsTokens | None = None, target: str = CALL) -> tuple[str, str | None]:
    """The reason why it is refused, and of which EHR it says to be."""
    with pytest.raises(CdsTokenRefusedError) as caught:
        await (tokens or checking()).principal_of(token, head(method="POST", target=target))
    return caught.value.reason, caught.value.server


@pytest.mark.parametrize("key", [cds_key(), RSA], ids=["ES384", "RS384"])
@pytest.mark.parametrize("more", [{}, {"nbf": NOW - 5, "sub": "client-1"}, {"tenant": "whichever"}])
async def test_a_good_one_says_which_ehr(key: SigningKey, more: Json) -> None:
    told = await checking().principal_of(signed(claims(**more), key), head(method="POST", target=CALL))
    assert (told.name, told.kind, told.tenant, told.source) == (
        "north",
        PrincipalKind.SYSTEM,
        "north-tenant",
        "cds",
    )
    assert told.scopes == {
        AccessScope.COUNTERFACTUALS_READ,
        AccessScope.COUNTERFACTUALS_WRITE,
        AccessScope.FEEDBACK,
    }


@pytest.mark.parametrize(
    ("audience", "target"),
    [
        (PUBLIC_URL + CALL, CALL),
        ([PUBLIC_URL + CALL, "https://elsewhere.example"], CALL),
        (PUBLIC_URL + FEEDBACK, FEEDBACK),
    ],
)
async def test_it_is_for_the_endpoint_that_is_called(audience: Any, target: str) -> None:
    assert await name_of(signed(claims(aud=audience)), target=target) == "north"


@pytest.mark.parametrize(
    ("audience", "target"),
    [
        (PUBLIC_URL + CALL, FEEDBACK),
        (PUBLIC_URL + FEEDBACK, CALL),
        (PUBLIC_URL, CALL),
        (PUBLIC_URL + "/cds-services", CALL),
        (PUBLIC_URL + CALL + "/", CALL),
        (PUBLIC_URL + CALL, CALL + "?again=1"),
        (PUBLIC_URL + CALL, "/counterfactuals"),
        (PUBLIC_URL + "/counterfactuals", "/counterfactuals"),
        (PUBLIC_URL + "/cds-services/../counterfactuals", "/cds-services/../counterfactuals"),
        ("http://turnpoint.example" + CALL, CALL),
        ("https://turnpoint.example:443" + CALL, CALL),
        (PUBLIC_URL.upper() + CALL, CALL),
        (PUBLIC_URL + CALL.replace("dysglycaemia", "heart-disease"), CALL),
        ([], CALL),
        ({PUBLIC_URL + CALL: True}, CALL),
        (None, CALL),
    ],
)
async def test_for_any_other_address_it_is_not_good(audience: Any, target: str) -> None:
    assert await name_of(signed(claims(aud=audience)), target=target) is None


BAD_CLAIMS: list[Json] = [
    {"iss": "https://stranger.example"},
    {"iss": EHR + "/"},
    {"iss": None},
    {"iss": [EHR]},
    {"exp": None},
    {"exp": NOW - LEEWAY_S - 5},
    {"exp": NOW + 200_000},
    {"exp": "tomorrow"},
    {"exp": 1e300},
    {"exp": True},
    {"iat": None},
    {"iat": NOW + 40_000},
    {"nbf": NOW + 40_000},
    {"jti": None},
    {"jti": ""},
    {"jti": 7},
    {"jti": "x" * 1_000},
    {"cnf": {"jkt": "thumbprint"}},
]


@pytest.mark.parametrize("changes", BAD_CLAIMS)
async def test_claims_that_are_not_good(changes: Json) -> None:
    assert await name_of(signed(claims(**changes))) is None


BAD_HEADERS: list[Json] = [
    {"kid": None},
    {"kid": "nobody's"},
    {"kid": 1},
    {"kid": "x" * 1_000},
    {"kid": "r1"},  # another algorithm's
    {"typ": "at+jwt"},
    {"jku": "https://stranger.example/jwks"},
    {"jku": JWKS + "/"},
    {"jku": f"{JWKS}#x"},
    {"jku": ""},
    {"jku": [JWKS]},
    {"crit": ["exp"]},
    {"b64": False},
]


@pytest.mark.parametrize("header", BAD_HEADERS)
async def test_headers_that_are_not_good(header: Json) -> None:
    assert await name_of(signed(None, None, **header)) is None


async def test_keys_are_where_the_file_says_and_a_token_may_repeat_it() -> None:
    assert await name_of(signed(jku=JWKS)) == "north"
    by_file = servers(jwks_url=None, jwks_file="/keys.json")
    assert await name_of(signed(jku="https://anywhere.example"), checking(by_file)) == "north"


async def test_keys_that_come_with_a_token_count_for_nothing() -> None:
    thief = cds_key("ES384", "thief")
    assert await name_of(signed(None, thief, jwk=thief.jwk)) is None
    assert await name_of(signed(None, SigningKey(thief.private, "ES384", cds_key().id))) is None


@pytest.mark.parametrize("algorithm", ["RS256", "PS256", "ES256", "EdDSA"])
async def test_other_algorithms_are_refused_whatever_is_published(algorithm: str) -> None:
    key = signing_key(algorithm, "other")
    assert await name_of(signed(None, key), checking(None, None, key.jwk)) is None
    disguised = key.jwk | {"alg": "ES384"}
    assert await name_of(signed(None, key), checking(None, None, disguised)) is None


async def test_short_keys_are_refused() -> None:
    short = SigningKey(rsa.generate_private_key(65537, 1024), "RS384", "short")
    assert await name_of(signed(None, short), checking(None, None, short.jwk)) is None


def unsigned(header: Json, signature: bytes = b"") -> str:
    parts = [json.dumps(header).encode(), json.dumps(claims()).encode(), signature]
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)


@pytest.mark.parametrize("algorithm", ["none", "None", "NONE", "", "HS256", "HS384", "hs384"])
async def test_no_signature_and_no_shared_secret_is_good(algorithm: str) -> None:
    header = {"alg": algorithm, "kid": "r1", "typ": "JWT"}
    assert await name_of(unsigned(header)) is None
    assert await name_of(unsigned(header, b"x")) is None
    secrets = [
        RSA.private.public_key().public_bytes(encoding, serialization.PublicFormat.SubjectPublicKeyInfo)
        for encoding in (serialization.Encoding.PEM, serialization.Encoding.DER)
    ]
    for secret in [*secrets, json.dumps(RSA.jwk).encode(), b""]:
        for hashed in (hashlib.sha256, hashlib.sha384):
            head_and_claims = unsigned(header).rpartition(".")[0]
            mac = hmac.new(secret, head_and_claims.encode(), hashed).digest()
            forged = f"{head_and_claims}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"
            assert await name_of(forged) is None


async def test_it_is_good_once() -> None:
    tokens, token = checking(), signed()
    assert [await name_of(token, tokens) for _ in range(3)] == ["north", None, None]


async def test_the_same_id_in_another_token_is_the_same() -> None:
    tokens = checking()
    soon = int(time.time()) + 200
    again = [signed(claims(jti="one")), signed(claims(jti="one", exp=soon)), signed(claims(jti="two"))]
    assert [await name_of(token, tokens) for token in again] == ["north", None, "north"]


async def test_what_is_not_good_is_not_remembered() -> None:
    used = Used()
    tokens = checking(None, used)
    for token in (signed(claims(aud=PUBLIC_URL)), signed(claims(exp=NOW - 3_600)), signed() + "A", "a.b.c"):
        assert await name_of(token, tokens) is None
    assert used.tokens == set()


async def test_where_it_cannot_be_said_whether_it_was_used_nobody_is_let_in() -> None:
    with pytest.raises(IdentityAwayError):
        await name_of(signed(), checking(None, Used(is_away=True)))


@pytest.mark.parametrize(
    ("tenants", "tenant", "is_good"),
    [
        ([], None, True),
        ([], "any", True),
        (["a", "b"], "b", True),
        (["a", "b"], "c", False),
        (["a", "b"], None, False),
        (["a", "b"], ["a"], False),
        (["a", "b"], {"a": 1}, False),
        (["a", "b"], "", False),
    ],
)
async def test_the_tenants_that_are_let_in(tenants: list[str], tenant: Any, is_good: bool) -> None:
    told = await name_of(signed(claims(tenant=tenant)), checking(servers(tenants=tenants)))
    assert told == ("north" if is_good else None)


async def test_clocks_may_differ_a_little() -> None:
    now = int(time.time())
    assert await name_of(signed(claims(exp=now - LEEWAY_S + 5)))
    assert await name_of(signed(claims(iat=now + LEEWAY_S - 5, nbf=now + LEEWAY_S - 5)))


@given(text=st.text(max_size=80) | st.from_regex(r"[A-Za-z0-9_-]{0,20}\.[A-Za-z0-9_-]{0,20}\.[a-z]{0,9}"))
async def test_no_text_is_one(text: str) -> None:
    assert await name_of(text) is None


@given(
    place=st.integers(0, 10_000),
    by=st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.="),
)
async def test_whatever_is_changed_of_it_it_is_not_good_any_more(place: int, by: str) -> None:
    token = signed()
    place %= len(token)
    changed = token[:place] + by + token[place + 1 :]
    if changed != token:
        assert await name_of(changed) is None


THIEF = SigningKey(cds_key("ES384", "x").private, "ES384", "c1")
REASONS: list[tuple[Json, Json, CdsRefusal]] = [
    ({"iss": "https://stranger.example"}, {}, CdsRefusal.ISSUER_UNKNOWN),
    ({"iss": None}, {}, CdsRefusal.ISSUER_UNKNOWN),
    ({}, {"alg": "HS256"}, CdsRefusal.ALGORITHM),
    ({}, {"kid": None}, CdsRefusal.MALFORMED),
    ({"jti": None}, {}, CdsRefusal.MALFORMED),
    ({"exp": None}, {}, CdsRefusal.MALFORMED),
    ({"cnf": {"jkt": "x"}}, {}, CdsRefusal.MALFORMED),
    ({}, {"jku": "https://stranger.example/jwks"}, CdsRefusal.JKU),
    ({}, {"kid": "nobody's"}, CdsRefusal.KEY_UNKNOWN),
    ({}, {"key": THIEF}, CdsRefusal.SIGNATURE),
    ({"aud": PUBLIC_URL}, {}, CdsRefusal.AUDIENCE),
    ({"aud": None}, {}, CdsRefusal.AUDIENCE),
    ({"exp": NOW - 3_600}, {}, CdsRefusal.EXPIRED),
    ({"iat": NOW + 40_000}, {}, CdsRefusal.NOT_YET),
    ({"nbf": NOW + 40_000}, {}, CdsRefusal.NOT_YET),
    ({"exp": NOW + 200_000}, {}, CdsRefusal.LASTS_TOO_LONG),
]


@pytest.mark.parametrize(("changes", "header", "reason"), REASONS)
async def test_what_does_not_hold_has_a_name(changes: Json, header: Json, reason: CdsRefusal) -> None:
    known = None if reason is CdsRefusal.ISSUER_UNKNOWN else "north"
    assert await why_not(signed(claims(**changes), **header)) == (reason, known)


async def test_further_names_of_what_does_not_hold() -> None:
    assert await why_not("a.b.c") == (CdsRefusal.MALFORMED, None)
    assert await why_not(signed(crit=["exp"])) == (CdsRefusal.MALFORMED, None)
    assert await why_not(signed(), checking(servers(tenants=["a"]))) == (CdsRefusal.TENANT, "north")
    for elsewhere in (FEEDBACK, "/counterfactuals"):
        assert await why_not(signed(), target=elsewhere) == (CdsRefusal.AUDIENCE, "north")
    tokens, token = checking(), signed()
    assert await name_of(token, tokens) == "north"
    assert await why_not(token, tokens) == (CdsRefusal.USED_BEFORE, "north")
