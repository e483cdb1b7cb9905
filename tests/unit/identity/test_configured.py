"""What settings cannot mean is told in a sentence, before anything starts."""

from pathlib import Path

import pytest

from app.identity.configured import claim_names_of, ehr_servers_of
from app.identity.errors import IdentityError
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


EHR = """
[[server]]
name = "north"
fhir_base = "https://ehr.example/fhir"
[server.cds]
issuer = "https://ehr.example"
jwks_url = "https://ehr.example/jwks"
"""


def test_an_ehr_that_calls_needs_an_address_to_sign_for(tmp_path: Path) -> None:
    file = tmp_path / "ehr.toml"
    file.write_text(EHR)
    with pytest.raises(IdentityError, match="PUBLIC_URL"):
        create_app(settings(ehr_servers_file=file))
    with pytest.raises(IdentityError, match="PUBLIC_URL"):
        ehr_servers_of(file, None)
    told = ehr_servers_of(file, "https://turnpoint.example")
    assert [server.name for server in told.servers] == ["north"]


def test_a_file_that_names_no_ehr_as_it_should_stops_the_start(tmp_path: Path) -> None:
    file = tmp_path / "ehr.toml"
    file.write_text(EHR.replace("https:", "ftp:"))
    with pytest.raises(IdentityError, match="EHR_SERVERS_FILE"):
        create_app(settings(ehr_servers_file=file))
