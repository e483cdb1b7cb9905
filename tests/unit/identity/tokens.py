"""Keys of an issuer, what it publishes of them, and tokens that it, or somebody else, signs."""

import json
import time
from dataclasses import dataclass
from functools import cache
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

Json = dict[str, Any]
ISSUER, AUDIENCE = "https://issuer.example.org/realms/clinic", "https://turnpoint.example.org"
CLINICIAN: Json = {"sub": "5a1f", "preferred_username": "dr.okoye", "azp": "ehr", "scope": "openid feedback"}


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key, and the algorithm it signs with."""

    private: Any
    algorithm: str
    id: str

    @property
    def jwk(self) -> Json:
        """What is published of it."""
        kind: dict[str, Any] = {"RS": RSAAlgorithm, "PS": RSAAlgorithm, "ES": ECAlgorithm, "Ed": OKPAlgorithm}
        told: Json = json.loads(kind[self.algorithm[:2]].to_jwk(self.private.public_key()))
        told.pop("key_ops", None)
        return told | {"kid": self.id, "use": "sig", "alg": self.algorithm}


@cache
def signing_key(algorithm: str, key_id: str = "k1") -> SigningKey:
    """A key for this algorithm; the same each time for the same id."""
    if algorithm.startswith("ES"):
        curve = ec.SECP384R1() if algorithm == "ES384" else ec.SECP256R1()
        return SigningKey(ec.generate_private_key(curve), algorithm, key_id)
    if algorithm == "EdDSA":
        return SigningKey(ed25519.Ed25519PrivateKey.generate(), algorithm, key_id)
    return SigningKey(rsa.generate_private_key(65537, 2048), algorithm, key_id)


def claims(**changes: Any) -> Json:
    """Claims of a good access token, with changes; None leaves one out."""
    now = int(time.time())
    good = {"iss": ISSUER, "aud": AUDIENCE, "iat": now, "exp": now + 300, **CLINICIAN}
    return {name: value for name, value in (good | changes).items() if value is not None}


def signed(key: SigningKey, told: Json | None = None, **header: Any) -> str:
    """A token with these claims; None in the header leaves a parameter out."""
    told = claims() if told is None else told
    content = json.dumps(told).encode()
    return jwt.PyJWS().encode(content, key.private, key.algorithm, {"kid": key.id, "typ": "at+jwt"} | header)
