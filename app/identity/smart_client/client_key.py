"""Our own private keys, by which EHR servers know us (RFC 7523; SMART's `private_key_jwt`)."""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from authlib.oauth2.rfc7523 import private_key_jwt_sign
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey, import_key

from app.identity.smart_client.faults import SmartError, SmartFault
from app.parsing.json_text import JsonError, JsonFaultsError, read_json

ASSERTION_S = 240
"""How long an assertion is good; SMART lets it be five minutes."""
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_MOST_BYTES, _RSA_BITS = 64 * 1024, 2048
Jwk = dict[str, Any]


@dataclass(frozen=True, slots=True, repr=False)
class ClientKey:
    """A private key with its id and the algorithm it signs with: ES384 or RS384, which SMART asks for."""

    key: ECKey | RSAKey
    id: str
    algorithm: str

    @classmethod
    def new(cls) -> Self:
        """A key that nobody has, for ES384."""
        key = ECKey.generate_key("P-384", private=True)
        return cls(key, key.thumbprint(), "ES384")

    @classmethod
    def load(cls, path: Path) -> Self:
        """The private key of a file.

        Raises:
            SmartError: there is none that signs with ES384 or RS384.
        """
        try:
            with path.open("rb") as file:
                told = read_json(file.read(_MOST_BYTES))
            key = import_key(told) if isinstance(told, dict) else None
        except (OSError, JsonError, JsonFaultsError, JoseError, ValueError, TypeError, KeyError):
            key = None
        algorithm = _algorithm_of(key)
        if not isinstance(key, ECKey | RSAKey) or algorithm is None or not key.is_private:
            raise SmartError(SmartFault.NO_KEY)
        return cls(key, key.kid or key.thumbprint(), algorithm)

    def save(self, path: Path) -> None:
        """Write it to a file that is not there yet, for its owner's eyes alone.

        Raises:
            OSError: it cannot be written, or is there.
        """
        told = {**self.key.as_dict(private=True), "kid": self.id, "alg": self.algorithm, "use": "sig"}
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(json.dumps(told, indent=2) + "\n")

    @property
    def public(self) -> Jwk:
        """What is published of it."""
        told = self.key.as_dict(private=False)
        told.pop("key_ops", None)
        return {**told, "kid": self.id, "alg": self.algorithm, "use": "sig"}

    def assertion(self, client_id: str, token_endpoint: str) -> dict[str, str]:
        """The fields of a form by which a token endpoint knows this client, once and for minutes."""
        signed: str = private_key_jwt_sign(
            self.key,
            client_id,
            token_endpoint,
            alg=self.algorithm,
            header={"kid": self.id, "typ": "JWT"},
            expires_in=ASSERTION_S,
        )
        return {"client_assertion_type": ASSERTION_TYPE, "client_assertion": signed}


def _algorithm_of(key: Any) -> str | None:
    if isinstance(key, ECKey):
        return "ES384" if key.curve_name == "P-384" else None
    if isinstance(key, RSAKey):
        return "RS384" if key.raw_value.key_size >= _RSA_BITS else None
    return None
