"""Of what an issuer publishes, only public keys that are meant for signatures and strong enough are used."""

import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from hypothesis import given
from hypothesis import strategies as st
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from app.identity.jwks import usable_keys
from app.parsing.addresses import is_safe
from tests.unit.identity.tokens import signing_key

Json = dict[str, Any]
RSA, EC = signing_key("RS256").jwk, signing_key("ES256").jwk


def without(jwk: Json, *names: str) -> Json:
    return {name: value for name, value in jwk.items() if name not in names}


@pytest.mark.parametrize(
    ("jwk", "algorithms"),
    [
        (RSA, ["RS256"]),
        (without(RSA, "alg"), ["RS256", "PS256"]),
        (signing_key("PS256").jwk, ["PS256"]),
        (EC, ["ES256"]),
        (without(EC, "alg", "use", "kid"), ["ES256"]),
        (signing_key("EdDSA").jwk, ["EdDSA"]),
        (signing_key("EdDSA").jwk | {"alg": "Ed25519"}, ["EdDSA"]),
        (RSA | {"key_ops": ["verify"]}, ["RS256"]),
        (RSA | {"key_ops": ["encrypt"]}, []),
        (RSA | {"use": "enc"}, []),
        (RSA | {"alg": "RS512"}, []),
        (RSA | {"alg": "HS256"}, []),
        (RSA | {"alg": ["RS256"]}, []),
        (RSA | {"kty": "oct", "k": "c2VzYW1l"}, []),
        (RSA | {"kty": "EC"}, []),
        (RSA | {"n": "AQAB"}, []),
        (RSA | {"n": 7}, []),
        (RSA | {"key_ops": "verify"}, []),
        (EC | {"crv": "P-384"}, []),
        (EC | {"x": EC["y"]}, []),
        ({"kty": "oct", "k": "c2VzYW1l", "kid": "k1", "alg": "HS256"}, []),
        ({}, []),
    ],
)
def test_each_is_used_for_what_it_is_meant(jwk: Json, algorithms: list[str]) -> None:
    assert [key.algorithm_name for key in usable_keys(jwk)] == algorithms


def test_weak_and_other_keys_are_not_used() -> None:
    weak = json.loads(RSAAlgorithm.to_jwk(rsa.generate_private_key(65537, 1024).public_key()))
    other = json.loads(ECAlgorithm.to_jwk(ec.generate_private_key(ec.SECP384R1()).public_key()))
    assert usable_keys(without(weak, "key_ops")) == usable_keys(without(other, "key_ops")) == []


def test_of_a_private_key_that_is_published_the_public_part_is_used() -> None:
    private = json.loads(RSAAlgorithm.to_jwk(signing_key("RS256").private))
    (first, second) = usable_keys(without(private, "key_ops"))
    assert not hasattr(first.key, "private_numbers")
    assert not hasattr(second.key, "private_numbers")


ANY = st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=9), st.lists, max_leaves=4)


@given(
    changes=st.dictionaries(st.sampled_from(["kty", "use", "alg", "n", "e", "key_ops", "kid"]), ANY), odd=ANY
)
def test_whatever_is_published_does_no_harm(changes: Json, odd: Any) -> None:
    usable_keys(RSA | changes)
    assert usable_keys(odd) == []


@pytest.mark.parametrize(
    ("url", "safe"),
    [
        ("https://issuer.example.org/jwks", True),
        ("http://127.0.0.1:8080/jwks", True),
        ("http://localhost/jwks", True),
        ("http://[::1]/jwks", True),
        ("http://issuer.example.org/jwks", False),
        ("http://localhost.example.org/jwks", False),
        ("http://127.0.0.1@example.org/jwks", False),
        ("file:///etc/passwd", False),
        ("ftp://127.0.0.1/jwks", False),
        ("https://", False),
        ("//127.0.0.1/jwks", False),
        ("http://[::1/jwks", False),
        ("", False),
    ],
)
def test_keys_come_by_https_or_from_this_machine(url: str, safe: bool) -> None:
    assert is_safe(url) is safe
