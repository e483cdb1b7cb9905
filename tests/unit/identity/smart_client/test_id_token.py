"""An ID token is believed if its issuer signed it for us, for this very launch, now; and never otherwise."""

import time
from typing import Any

import jwt
import pytest

from app.identity.issuer_keys import Freshness, IssuerKeys
from app.identity.jwks import DiscoveryError, usable_keys
from app.identity.smart_client.faults import SmartError, SmartFault
from app.identity.smart_client.id_token import Expected, SignedIn, signed_in
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
        return [key for one in self._keys for key in usable_keys(one.jwk)]

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


async def test_a_good_one_tells_the_name_and_the_resource() -> None:
    assert await told(token(), KEY) == SignedIn("Dr Zoë Müller", "Practitioner/p-1")


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"name": None, "preferred_username": "zm"}, "zm"),
        ({"name": None}, "Practitioner/p-1"),
        ({"name": "a\x1bb"}, "Practitioner/p-1"),
        ({"name": "Dr X (via ehr)"}, "Practitioner/p-1"),
        ({"name": None, "fhirUser": None, "profile": "Practitioner/p-2"}, "Practitioner/p-2"),
        ({"name": None, "fhirUser": None}, "u-1"),
        ({"name": 7, "fhirUser": ["x"]}, "u-1"),
    ],
)
async def test_whoever_has_no_name_that_can_be_kept_is_called_by_another(
    changes: dict[str, Any], name: str
) -> None:
    assert (await told(token(**changes), KEY)).name == name


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "https://evil.example"},
        {"aud": "another"},
        {"aud": [CLIENT, "another"]},
        {"aud": [CLIENT, "another"], "azp": "another"},
        {"azp": "another"},
        {"nonce": None},
        {"nonce": "x" * 43},
        {"exp": int(time.time()) - 60},
        {"iat": None},
        {"sub": None},
        {"sub": "\x1b", "name": None, "fhirUser": None},
    ],
)
async def test_one_that_is_not_for_this_launch_is_not_believed(changes: dict[str, Any]) -> None:
    with pytest.raises(SmartError) as refused:
        await told(token(**changes), KEY)
    assert refused.value.reason is SmartFault.BAD_TOKEN


async def test_one_for_several_is_good_where_it_names_us() -> None:
    assert (await told(token(aud=[CLIENT, "another"], azp=CLIENT), KEY)).fhir_user == "Practitioner/p-1"


@pytest.mark.parametrize("text", [None, "", "x", "a.b.c", "é.é.é"])
async def test_what_is_no_token_is_none(text: str | None) -> None:
    with pytest.raises(SmartError):
        await told(text, KEY)


async def test_another_key_and_no_signature_are_refused() -> None:
    other = signing_key("RS256", "other")
    for forged in (token(other), signed(other, claims(), typ="JWT", kid="ehr")):
        with pytest.raises(SmartError):
            await told(forged, KEY)
    unsigned = jwt.encode(claims(), "", "none", {"kid": "ehr"})
    with pytest.raises(SmartError):
        await told(unsigned, KEY)
    by_public_key = jwt.PyJWS().encode(token().split(".")[1].encode(), b"k" * 32, "HS256", {"kid": "ehr"})
    with pytest.raises(SmartError):
        await told(by_public_key, KEY)


async def test_keys_that_cannot_be_had_are_told_as_such() -> None:
    with pytest.raises(SmartError) as refused:
        await told(token())
    assert refused.value.reason is SmartFault.AWAY
