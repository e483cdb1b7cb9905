"""An access token is good if its issuer signed it for this service and its time has come and not gone."""

import base64
import hashlib
import hmac
import json
import time
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from hypothesis import given
from hypothesis import strategies as st

from app.identity.access_tokens import ALGORITHMS, AccessTokens
from app.identity.claims import ClaimNames
from app.identity.issuer_keys import Freshness, IssuerKeys
from app.identity.jwks import usable_keys
from app.identity.principal import PrincipalKind
from app.identity.scopes import AccessScope
from tests.unit.identity.tokens import AUDIENCE, CLINICIAN, ISSUER, SigningKey, claims, signed, signing_key

Json = dict[str, Any]
LEEWAY_S = 30
KEYS = [signing_key(algorithm, algorithm) for algorithm in ALGORITHMS]
RSA = KEYS[0]


class Published:
    """Keys that an issuer publishes, without the way to it."""

    def __init__(self, *jwks: Json) -> None:
        self._jwks = jwks

    async def keys(self, _: str) -> list[jwt.PyJWK]:
        return [key for jwk in self._jwks for key in usable_keys(jwk)]

    async def close(self) -> None: ...


def checking(*jwks: Json, names: ClaimNames | None = None) -> AccessTokens:
    keys = IssuerKeys(ISSUER, Published(*jwks), Freshness())
    return AccessTokens({ISSUER: keys}, [AUDIENCE], LEEWAY_S, names or ClaimNames())


TOKENS = checking(*(key.jwk for key in KEYS))


@pytest.mark.parametrize("key", KEYS, ids=ALGORITHMS)
@pytest.mark.parametrize("kind", ["at+jwt", "AT+JWT", "application/at+jwt", "JWT"])
async def test_a_good_one_says_who(key: SigningKey, kind: str) -> None:
    principal = await TOKENS.principal_of(signed(key, typ=kind))
    assert principal is not None
    assert (principal.name, principal.kind, principal.tenant) == ("dr.okoye", PrincipalKind.PERSON, "default")
    assert principal.scopes == {AccessScope.FEEDBACK}
    assert principal.source == "oidc"


@pytest.mark.parametrize("audience", [[AUDIENCE], ["https://elsewhere", AUDIENCE]])
async def test_it_may_be_for_others_too(audience: list[str]) -> None:
    assert await TOKENS.principal_of(signed(RSA, claims(aud=audience)))


@pytest.mark.parametrize("seconds", [-LEEWAY_S + 5, 5, 3600])
async def test_clocks_may_differ_a_little(seconds: int) -> None:
    now = int(time.time())
    assert await TOKENS.principal_of(signed(RSA, claims(exp=now + seconds)))
    assert await TOKENS.principal_of(signed(RSA, claims(iat=now + LEEWAY_S - 5, nbf=now + LEEWAY_S - 5)))


NOW = int(time.time())
BAD_CLAIMS: list[Json] = [
    {"iss": "https://elsewhere.example.org"},
    {"iss": ISSUER + "/"},
    {"iss": None},
    {"iss": [ISSUER]},
    {"aud": "https://elsewhere.example.org"},
    {"aud": AUDIENCE + "/"},
    {"aud": []},
    {"aud": None},
    {"aud": {AUDIENCE: 1}},
    {"exp": NOW - LEEWAY_S - 60},
    {"exp": NOW - 86_400},
    {"iat": NOW - 86_400 - 300, "exp": NOW - 86_400},
    {"exp": None},
    {"exp": "soon"},
    {"exp": str(NOW + 300)},
    {"exp": True},
    {"exp": [NOW + 300]},
    {"exp": 10**400},
    {"iat": NOW + 86_400},
    {"iat": None},
    {"nbf": NOW + 86_400},
    {"nbf": "x"},
    {"sub": None},
    {"sub": 7},
    {"preferred_username": "<script>"},
    {"preferred_username": "x" * 65},
    {"preferred_username": "a\x1bb"},
    {"tenant": ["a"]},
    {"tenant": "../north"},
    {"tenant": "north\nsouth"},
    {"tenant": {"a": 1}},
    {"at_hash": "x"},
    {"c_hash": "x"},
    {"typ": "ID"},
    {"typ": "Refresh"},
    {"cnf": {"jkt": "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"}},
    {"cnf": {"x5t#S256": "bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2"}},
    {"cnf": {}},
    {"cnf": ""},
    {"tenant": ""},
]


@pytest.mark.parametrize("changes", BAD_CLAIMS, ids=range(len(BAD_CLAIMS)))
async def test_one_that_says_something_wrong_is_nobodys(changes: Json) -> None:
    assert await TOKENS.principal_of(signed(RSA, claims(**changes))) is None


@pytest.mark.parametrize("beside", [{"crit": ["exp"]}, {"b64": False}, {"zip": "DEF"}, {"typ": "logout+jwt"}])
async def test_a_header_that_must_be_understood_is_not_passed_over(beside: Json) -> None:
    assert await TOKENS.principal_of(signed(RSA, **beside)) is None


async def test_no_key_is_taken_from_where_the_token_says() -> None:
    thief = signing_key("RS256", "thief")
    for beside in ({"jku": "https://thief.example.org/jwks"}, {"jwk": thief.jwk}, {"x5u": "https://thief"}):
        assert await TOKENS.principal_of(signed(thief, **beside)) is None
        assert await TOKENS.principal_of(signed(thief, kid=RSA.id, **beside)) is None
        assert await TOKENS.principal_of(signed(RSA, **beside)) is not None


@pytest.mark.parametrize(
    "key_id", ["../../k", "' OR 1=1 --", "x" * 300, "x" * 100_000, "\x00", "https://thief", "é", ""]
)
async def test_a_key_id_is_looked_up_and_nothing_else(key_id: str) -> None:
    assert await TOKENS.principal_of(signed(RSA, kid=key_id)) is None


def compact(header: Json, told: Json, secret: bytes | None) -> str:
    parts = [base64.urlsafe_b64encode(json.dumps(one).encode()).rstrip(b"=") for one in (header, told)]
    content = b".".join(parts)
    mac = hmac.new(secret, content, hashlib.sha256).digest() if secret is not None else b""
    return (content + b"." + base64.urlsafe_b64encode(mac).rstrip(b"=")).decode()


@pytest.mark.parametrize("algorithm", ["none", "None", "nOnE", "", "HS256", "HS384", "RS1", "RS512", "ES384"])
async def test_no_signature_and_no_shared_secret_is_good(algorithm: str) -> None:
    """Among them: the published key as the secret of an HMAC."""
    public = RSA.private.public_key()
    pem = public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    jwk = json.dumps(RSA.jwk).encode()
    for secret in (None, b"", pem, pem.strip(), jwk, RSA.jwk["n"].encode()):
        token = compact({"alg": algorithm, "kid": RSA.id, "typ": "at+jwt"}, claims(), secret)
        assert await TOKENS.principal_of(token) is None
        assert await TOKENS.principal_of(token[: token.rindex(".") + 1]) is None


@pytest.mark.parametrize("key", KEYS, ids=ALGORITHMS)
@pytest.mark.parametrize("algorithm", ALGORITHMS)
async def test_a_key_is_good_for_its_own_algorithm_alone(key: SigningKey, algorithm: str) -> None:
    head, body, signature = signed(key).split(".")
    told = json.loads(base64.urlsafe_b64decode(head + "=="))
    other = base64.urlsafe_b64encode(json.dumps(told | {"alg": algorithm}).encode()).rstrip(b"=").decode()
    principal = await TOKENS.principal_of(f"{other}.{body}.{signature}")
    assert principal is None or (algorithm == key.algorithm and other == head)


GOOD = signed(RSA, claims(exp=NOW + 86_400))  # as long as any run of the tests


@given(at=st.integers(0, len(GOOD) - 1), letter=st.sampled_from("Aa9_-.+/= \n"))
async def test_one_letter_changed_is_nobodys(at: int, letter: str) -> None:
    other = GOOD[:at] + letter + GOOD[at + 1 :]
    assert (await TOKENS.principal_of(other) is None) == (other != GOOD)


@given(text=st.text("abAB01.-_=", max_size=80) | st.text(max_size=80))
async def test_no_other_text_is_a_token(text: str) -> None:
    assert await TOKENS.principal_of(text) is None


async def test_a_claim_that_is_there_twice_is_no_claim() -> None:
    told = json.dumps(claims())[:-1] + f', "sub": "{CLINICIAN["sub"]}"}}'
    token = jwt.PyJWS().encode(told.encode(), RSA.private, RSA.algorithm, {"kid": RSA.id, "typ": "at+jwt"})
    assert await TOKENS.principal_of(token) is None


async def test_without_a_key_id_the_only_key_is_meant() -> None:
    headless = jwt.encode(claims(), RSA.private, "RS256", headers={"typ": "at+jwt"})
    assert await checking(RSA.jwk).principal_of(headless) is not None
    assert await checking(RSA.jwk, signing_key("RS256", "k2").jwk).principal_of(headless) is None
