"""Who signs what is recorded."""

import pytest

from app.domain.ids import RequestIds
from app.identity.caller import Caller
from app.identity.principal import ANYBODY, TOKEN, Principal, PrincipalKind
from app.identity.scopes import AccessScope

SCOPES = frozenset({AccessScope.FEEDBACK})
PERSON = Principal("dr.okoye", PrincipalKind.PERSON, "default", SCOPES, "key")
SYSTEM = Principal("ehr", PrincipalKind.SYSTEM, "default", SCOPES, "oidc")


@pytest.mark.parametrize(
    ("principal", "named", "signature"),
    [
        (PERSON, None, "dr.okoye"),
        (PERSON, "dr.smith", "dr.okoye"),
        (SYSTEM, "dr.okoye", "dr.okoye (via ehr)"),
        (SYSTEM, None, "ehr"),
        (TOKEN, "dr.okoye", "dr.okoye"),
        (TOKEN, None, None),
        (ANYBODY, "dr.okoye", "dr.okoye"),
        (ANYBODY, None, None),
    ],
)
def test_a_name_is_a_persons_own_or_told_with_who_vouches_for_it(
    principal: Principal, named: str | None, signature: str | None
) -> None:
    assert Caller(principal, RequestIds("1"), "GET /", None, named).signature == signature
