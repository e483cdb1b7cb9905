"""What a proxy says counts if it is signed with the shared secret, for this very request, just now."""

import time
from typing import Any

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.identity.principal import Principal, PrincipalKind
from app.identity.proxy import HEADER, ProxyHeader
from app.identity.refusals import UnknownCallerError
from app.identity.request_head import RequestHead
from app.identity.scopes import AccessScope
from tests.unit.identity.heads import head
from tests.unit.identity.tokens import signing_key

SECRET = b"a secret of sixty-four bytes at the very least, which nobody guesses"
PROXY = ProxyHeader(SECRET, most_age_s=30, leeway_s=5)
TARGET = "/counterfactuals/1/feedback?a=b%20c"


def said(**changes: Any) -> dict[str, Any]:
    now = int(time.time())
    told = {"name": "dr.okoye", "scope": "feedback user/*.rs", "method": "POST", "target": TARGET}
    return {k: v for k, v in (told | {"iat": now, "exp": now + 20} | changes).items() if v is not None}


def signed(secret: Any = SECRET, algorithm: str = "HS256", **changes: Any) -> bytes:
    return jwt.encode(said(**changes), secret, algorithm).encode()


def who(header: bytes, request: RequestHead | None = None) -> Principal:
    return PROXY.principal_of(header, request or head((HEADER, header), method="POST", target=TARGET))


def test_a_person_is_named_with_scopes_and_tenant() -> None:
    principal = who(signed(tenant="north"))
    assert (principal.name, principal.kind, principal.tenant) == ("dr.okoye", PrincipalKind.PERSON, "north")
    assert principal.scopes == {AccessScope.FEEDBACK, AccessScope.COUNTERFACTUALS_READ}
    assert principal.source == "proxy"
    assert who(signed(kind="system", name="ehr")).kind is PrincipalKind.SYSTEM
    assert who(signed(scope=None)).scopes == frozenset()


NOW = int(time.time())

EMPTY: list[Any] = ["", [], {}, 0, False]
WRONG: list[dict[str, Any]] = [
    {"method": "GET"},
    {"method": None},
    {"target": "/counterfactuals/2/feedback?a=b%20c"},
    {"target": TARGET.partition("?")[0]},
    {"target": "/counterfactuals/1/feedback?a=b c"},
    {"target": None},
    {"exp": NOW - 60, "iat": NOW - 80},
    {"exp": NOW + 3600},
    {"iat": NOW - 3600, "exp": NOW + 20},
    {"iat": NOW + 3600, "exp": NOW + 3620},
    {"iat": NOW - 86_400, "exp": NOW - 86_400 + 20},
    {"iat": NOW - 86_400, "exp": NOW + 20},
    {"iat": NOW + 86_400, "exp": NOW + 86_400 + 20},
    {"exp": None},
    {"iat": None},
    {"exp": "x"},
    {"iat": [1]},
    {"iat": True},
    {"name": None},
    {"name": "<b>"},
    {"name": "a\nb"},
    {"name": "dr.\u202eokoye"},
    {"name": "dr.okoye (via ehr)"},
    {"name": 7},
    {"kind": "god"},
    {"kind": ["person"]},
    {"tenant": "../x"},
    {"tenant": 7},
    *({"tenant": empty} for empty in EMPTY),
    *({"kind": empty} for empty in EMPTY),
    *({"scope": empty} for empty in EMPTY[1:]),
    {"name": ""},
    {"scope": ["admin"]},
]


@pytest.mark.parametrize("changes", WRONG, ids=range(len(WRONG)))
def test_nothing_else_counts(changes: dict[str, Any]) -> None:
    with pytest.raises(UnknownCallerError):
        who(signed(**changes))


def test_nobody_else_can_sign_it() -> None:
    others = [
        signed(SECRET + b"x"),
        signed(SECRET, "HS512"),
        signed(None, "none"),
        signed(signing_key("ES256").private, "ES256"),
        b'{"name": "dr.okoye", "scope": "admin"}',
        b"dr.okoye",
        b"",
        "dr.okoyé".encode(),
        b"\xff",
    ]
    for header in others:
        with pytest.raises(UnknownCallerError):
            who(header)


GOOD = jwt.encode(said(exp=NOW + 25), SECRET, "HS256")


@given(at=st.integers(0, len(GOOD) - 1), letter=st.sampled_from("Aa9_-. \n"))
def test_one_letter_changed_is_nobodys(at: int, letter: str) -> None:
    other = GOOD[:at] + letter + GOOD[at + 1 :]
    if other != GOOD:
        with pytest.raises(UnknownCallerError):
            who(other.encode())
