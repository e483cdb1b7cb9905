"""What settings cannot mean is told in a sentence, before anything starts."""

import pytest

from app.identity.configured import IdentityError, claim_names_of
from app.identity.scopes import AccessScope
from app.main import create_app
from app.settings import Settings

ISSUER = "https://issuer.example.org"


def settings(**more: object) -> Settings:
    return Settings(oidc_issuer=ISSUER, oidc_audience="a", **more)  # type: ignore[arg-type]


def test_roles_open_scopes() -> None:
    names = claim_names_of(settings(oidc_roles='{"nurse": "feedback predictions", "guest": ""}'))
    assert names.roles == {
        "nurse": frozenset({AccessScope.FEEDBACK, AccessScope.PREDICTIONS}),
        "guest": frozenset(),
    }


@pytest.mark.parametrize(
    ("more", "name"),
    [
        ({"oidc_roles": {"nurse": "everything"}}, "OIDC_ROLES"),
        ({"oidc_tenants": {ISSUER: "../x"}}, "OIDC_TENANTS"),
    ],
)
def test_scopes_and_tenants_that_there_are_none_of_stop_the_start(more: dict[str, object], name: str) -> None:
    for refuses in (claim_names_of, create_app):
        with pytest.raises(IdentityError, match=name):
            refuses(settings(**more))
