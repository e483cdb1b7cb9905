"""An EHR that calls CDS services: its keys, what the file says of it, and the tokens that it signs."""

import base64
import json
import time
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any
from uuid import uuid4

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from app.identity.cds_jwt import CdsTokens
from app.identity.cds_keys import CDS_KINDS
from app.identity.ehr_servers import EhrServers
from app.identity.issuer_keys import Freshness, IssuerKeys
from app.identity.jwks import usable_keys
from app.identity.refusals import IdentityAwayError
from tests.unit.identity.tokens import Json, SigningKey

PUBLIC_URL = "https://turnpoint.example"
CALL = "/cds-services/interventions-dysglycaemia"
FEEDBACK = f"{CALL}/feedback"
EHR, JWKS = "https://ehr.example", "https://ehr.example/jwks"
LEEWAY_S = 30


@cache
def cds_key(algorithm: str = "ES384", key_id: str = "c1") -> SigningKey:
    """A key of an EHR; the same each time for the same id."""
    if algorithm.startswith("ES"):
        return SigningKey(ec.generate_private_key(ec.SECP384R1()), algorithm, key_id)
    return SigningKey(rsa.generate_private_key(65537, 2048), algorithm, key_id)


def servers(**client: Any) -> EhrServers:
    """One EHR named `north`; `client` changes what the file says of it as a CDS client."""
    cds = {"issuer": EHR, "jwks_url": JWKS} | client
    one = {"name": "north", "tenant": "north-tenant", "fhir_base": f"{EHR}/fhir", "cds": cds}
    return EhrServers.model_validate({"server": [one]})


def claims(**changes: Any) -> Json:
    """Claims of a good token, used nowhere yet; None leaves one out."""
    now = int(time.time())
    good = {"iss": EHR, "aud": PUBLIC_URL + CALL, "iat": now, "exp": now + 300, "jti": str(uuid4())}
    return {name: value for name, value in (good | changes).items() if value is not None}


def signed(told: Json | None = None, key: SigningKey | None = None, **header: Any) -> str:
    """A token that the EHR signed; None in the header leaves a parameter out."""
    key = key or cds_key()
    head = {"alg": key.algorithm, "kid": key.id, "typ": "JWT"} | header
    sent = {name: value for name, value in head.items() if value is not None}
    body = f"{_part(json.dumps(sent))}.{_part(json.dumps(claims() if told is None else told))}"
    signature = jwt.get_algorithm_by_name(key.algorithm).sign(body.encode(), key.private)
    return f"{body}.{_part(signature)}"


def _part(content: str | bytes) -> str:
    content = content.encode() if isinstance(content, str) else content
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


class Used:
    """Tokens that were used, without the way to where they are remembered."""

    def __init__(self, is_away: bool = False) -> None:
        self.tokens: set[tuple[str, str]] = set()
        self.is_away = is_away

    async def is_first(self, tenant: str, token: str, until: datetime) -> bool:
        if self.is_away:
            raise IdentityAwayError("away")
        is_new = (tenant, token) not in self.tokens
        self.tokens.add((tenant, token))
        return is_new


class Published:
    """Keys that an EHR publishes, without the way to it."""

    def __init__(self, *jwks: Json) -> None:
        self._jwks = jwks

    async def keys(self, _: str) -> list[jwt.PyJWK]:
        return [key for jwk in self._jwks for key in usable_keys(jwk, CDS_KINDS)]

    async def close(self) -> None: ...


def checking(trusted: EhrServers | None = None, used: Used | None = None, *jwks: Json) -> CdsTokens:
    """Who checks tokens of the EHR; it publishes one key of each algorithm where none are given."""
    published = jwks or (cds_key().jwk, cds_key("RS384", "r1").jwk)
    keys: Mapping[str, IssuerKeys] = {EHR: IssuerKeys(EHR, Published(*published), Freshness())}
    return CdsTokens(trusted or servers(), keys, PUBLIC_URL, used or Used(), LEEWAY_S)
