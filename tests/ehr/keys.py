"""Keys of the mock EHR, made anew at each start, and what they sign; key pairs for its clients."""

import json
import secrets
import time
from dataclasses import dataclass
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Key:
    """A private key, and the algorithm that it signs with."""

    private: Any
    algorithm: str
    id: str

    @property
    def public_jwk(self) -> Json:
        """What is published of it."""
        return self._jwk(self.private.public_key()) | {"use": "sig"}

    @property
    def private_jwk(self) -> Json:
        """What its owner keeps in a file."""
        return self._jwk(self.private)

    def sign(self, claims: Json, **header: Any) -> str:
        """A JWT of these claims."""
        named = {"kid": self.id, "typ": "JWT"} | header
        return jwt.encode(claims, self.private, self.algorithm, named)

    def _jwk(self, key: Any) -> Json:
        kind = ECAlgorithm if self.algorithm.startswith("ES") else RSAAlgorithm
        told: Json = json.loads(kind.to_jwk(key))
        told.pop("key_ops", None)
        return told | {"kid": self.id, "alg": self.algorithm}


def new_key(algorithm: str = "ES384", id: str | None = None) -> Key:
    """A key for RS256, RS384 or ES384."""
    private: Any
    if algorithm == "ES384":
        private = ec.generate_private_key(ec.SECP384R1())
    else:
        private = rsa.generate_private_key(65537, 2048)
    return Key(private, algorithm, id or secrets.token_hex(4))


def key_of(jwk: Json) -> Key:
    """The key of a file that its owner keeps."""
    return Key(jwt.PyJWK(jwk).key, jwk["alg"], jwk["kid"])


def jwks(*keys: Key) -> Json:
    """The set that is published of them."""
    return {"keys": [key.public_jwk for key in keys]}


def fresh_claims(seconds: int = 300) -> Json:
    """`iat`, `exp` and `jti` of a token that is made now."""
    now = int(time.time())
    return {"iat": now, "exp": now + seconds, "jti": secrets.token_urlsafe(16)}
