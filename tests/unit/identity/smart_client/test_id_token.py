"""An ID token is believed if its issuer signed it for us, for this very launch, now; and never otherwise."""

import time
from typing import Any

import jwt
import pytest

from app.identity.issuer_keys import Freshness, IssuerKeys
from app.identity.jwks import DiscoveryError, usable_keys
from app.identity.smart_client.faults import SmartError, SmartFault, TokenFault
from app.identity.smart_client.id_token import ID_TOKEN_KINDS, Expected, SignedIn, signed_in
from tests.unit.identity.tokens import SigningKey, signed, signing_key

ISSUER, CLIENT, NONCE = "https://ehr.example/fhir", "turnpoint", "n" * 43
KEY = signing_key("RS256", "ehr")
EXPECTED = Expected(ISSUER, CLIENT, NONCE, 5)


class Published:
    """An issuer's keys, or none while it is away."""

    def __init__(self, *keys: SigningKey) -> None:
        self._keys = keys

    async def keys(self, issuer: str) -> list[jwt.PyJWK]:
        if not self._keys:
            raise DiscoveryError("away")
        return [key for one in self._keys for key in usable_keys(one.jwk, ID_TOKEN_KINDS)]

    async def close(self) -> None:
        """Nothing is open."""


def claims(**changes: Any) -> dict[str, Any]:
    now = int(time.time())
    good = {
        "iss": ISSUER,
        "aud": CLIENT,
        "sub": "u-1",
        "iat": now,
        "exp": now + 60,
        "nonce": NONCE,
        "fhirUser": f"{ISSUER}/Practitioner/p-1",
        "name": "Dr Zoë Müller",
    }
    return {name: value for name, value in (good | changes).items() if value is not None}


async def told(token: str | None, *keys: SigningKey) -> SignedIn:
    return await signed_in(token, IssuerKeys(ISSUER, Published(*keys), Freshness()), EXPECTED)


def token(key: SigningKey = KEY, **changes: Any) -> str:
    return signed(key, claims(**changes), typ="JWT")


async def test_a_good_one_tells_the_resource() -> None:
    assert await told(token(), KEY) == SignedIn("Practitioner/p-1", "Practitioner/p-1")


async def test_two_people_of_one_name_are_two() -> None:
    other = await told(token(sub="u-2", fhirUser=f"{ISSUER}/Practitioner/p-2"), KEY)
    assert other.name != (await told(token(), KEY)).name


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"preferred_username": "zm"}, "Practitioner/p-1"),
        ({"fhirUser": None, "preferred_username": "zm"}, "zm"),
        ({"fhirUser": f"{ISSUER}/Practitioner/\x1b", "preferred_username": "zm"}, "zm"),
        ({"fhirUser": None, "preferred_username": "zm (via ehr)"}, "u-1"),
        ({"fhirUser": None, "profile": "Practitioner/p-2"}, "Practitioner/p-2"),
        ({"fhirUser": None}, "u-1"),
        ({"fhirUser": ["x"], "preferred_username": 7}, "u-1"),
    ],
)
async def test_whoever_has_no_resource_that_can_be_kept_is_called_by_another_name(
    changes: dict[str, Any], name: str
) -> None:
    assert (await told(token(**changes), KEY)).name == name


@pytest.mark.parametrize("algorithm", ["RS256", "RS384", "PS256", "ES256", "ES384", "EdDSA"])
async def test_it_is_signed_with_any_of_these(algorithm: str) -> None:
    key = signing_key(algorithm, f"ehr-{algorithm}")
    assert (await told(token(key), KEY, key)).name == "Practitioner/p-1"


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"iss": "https://evil.example"}, TokenFault.ISSUER),
        ({"aud": "another"}, TokenFault.AUDIENCE),
        ({"aud": [CLIENT, "another"]}, TokenFault.AUDIENCE),
        ({"aud": [CLIENT, "another"], "azp": "another"}, TokenFault.AUDIENCE),
        ({"azp": "another"}, TokenFault.AUDIENCE),
        ({"nonce": None}, TokenFault.NONCE),
        ({"nonce": "x" * 43}, TokenFault.NONCE),
        ({"exp": int(time.time()) - 86_400}, TokenFault.TIME),
        ({"iat": int(time.time()) + 86_400}, TokenFault.TIME),
        ({"iat": None}, TokenFault.CLAIM_MISSING),
        ({"sub": None}, TokenFault.CLAIM_MISSING),
        ({"exp": "soon"}, TokenFault.MALFORMED),
        ({"sub": "\x1b", "fhirUser": None}, TokenFault.NOBODY),
    ],
)
async def test_one_that_is_not_for_this_launch_is_not_believed(
    changes: dict[str, Any], fault: TokenFault
) -> None:
    with pytest.raises(SmartError) as refused:
        await told(token(**changes), KEY)
    assert (refused.value.reason, refused.value.token) == (SmartFault.BAD_TOKEN, fault)


async def test_one_for_several_is_good_where_it_names_us() -> None:
    assert (await told(token(aud=[CLIENT, "another"], azp=CLIENT), KEY)).fhir_user == "Practitioner/p-1"


@pytest.mark.parametrize("text", [None, "", "x", "a.b.c", "é.é.é"])
async def test_what_is_no_token_is_none(text: str | None) -> None:
    with pytest.raises(SmartError) as refused:
        await told(text, KEY)
    assert refused.value.token is (TokenFault.MALFORMED if text else TokenFault.NO_ID_TOKEN)


async def test_another_key_and_no_signature_are_refused() -> None:
    other = signing_key("RS256", "other")
    unsigned = jwt.encode(claims(), "", "none", {"kid": "ehr"})
    by_public_key = jwt.encode(claims(), b"k" * 32, "HS256", {"kid": "ehr"})
    for forged, fault in (
        (token(other), TokenFault.UNKNOWN_KEY),
        (signed(other, claims(), typ="JWT", kid="ehr"), TokenFault.SIGNATURE),
        (unsigned, TokenFault.MALFORMED),
        (by_public_key, TokenFault.ALGORITHM),
    ):
        with pytest.raises(SmartError) as refused:
            await told(forged, KEY)
        assert refused.value.token is fault


async def test_keys_that_cannot_be_had_are_told_as_such() -> None:
    with pytest.raises(SmartError) as refused:
        await told(token())
    assert refused.value.reason is SmartFault.AWAY
