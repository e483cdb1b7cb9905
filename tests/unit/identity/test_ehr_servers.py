"""The file of trusted EHR servers: what it may say, and that faults quote no value."""

from pathlib import Path

import pytest

from app.identity.ehr_servers import EhrServersError, load_ehr_servers

WHOLE = """
[[server]]
name = "north"
tenant = "north-clinic"
fhir_base = "https://ehr.example/fhir/"
[server.cds]
issuer = "https://ehr.example"
jwks_url = "https://ehr.example/jwks"
tenants = ["t1"]
[server.smart]
client_id = "turnpoint"
[server.backend]
client_id = "turnpoint-nightly"
key_file = "/run/secrets/backend.jwk"
groups = ["diabetes-clinic"]

[[server]]
name = "local"
fhir_base = "http://127.0.0.1:8001/fhir"
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "ehr.toml"
    path.write_text(text)
    return path


def test_servers_are_found_by_name_address_and_issuer(tmp_path: Path) -> None:
    servers = load_ehr_servers(written(tmp_path, WHOLE))
    north = servers.named("north")
    assert north is not None
    assert north.tenant == "north-clinic"
    assert servers.at("https://ehr.example/fhir") is north
    assert servers.at("https://ehr.example/fhir/") is north
    assert servers.issued_by("https://ehr.example") is north
    assert servers.at("https://ehr.example/other") is None
    assert servers.issued_by("https://ehr.example/") is None
    local = servers.named("local")
    assert local is not None
    assert local.tenant == "default"
    assert local.cds is None


def test_without_a_file_nobody_is_trusted() -> None:
    assert load_ehr_servers(None).servers == ()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("https://ehr.example/fhir/", "http://ehr.example/fhir"),
        ("https://ehr.example/fhir/", "https://user:secretword@ehr.example/fhir"),
        ("https://ehr.example/fhir/", "https://ehr.example/fhir?secretword=1"),
        ("https://ehr.example/fhir/", "file:///etc/secretword"),
        ("https://ehr.example/fhir/", "https://ehr.example/fhir#"),
        ("https://ehr.example/fhir/", "https://[secretword"),
        ('jwks_url = "https://ehr.example/jwks"', ""),
        ('jwks_url = "https://ehr.example/jwks"', 'jwks_url = "http://secretword.example"'),
        ('name = "local"', 'name = "north"'),
        ("http://127.0.0.1:8001/fhir", "https://ehr.example/fhir"),
        ('tenant = "north-clinic"', 'tenant = "secret word"'),
        ('tenant = "north-clinic"', ""),
        ("[server.smart]", "[server.smart]\nclient_secret = 'secretword'"),
        ("[[server]]", "[[server"),
        *(
            ('name = "local"', f'name = "local"\nhosts = ["{host}"]')
            for host in ("https://secretword.example", "Secretword", "secretword/x", "*.secretword", "")
        ),
    ],
)
def test_what_cannot_be_meant_is_refused_without_its_value(tmp_path: Path, before: str, after: str) -> None:
    assert before in WHOLE
    with pytest.raises(EhrServersError) as refused:
        load_ehr_servers(written(tmp_path, WHOLE.replace(before, after)))
    assert "EHR_SERVERS_FILE" in str(refused.value)
    assert "secretword" not in str(refused.value)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(EhrServersError, match=r"none\.toml cannot be read: No such file"):
        load_ehr_servers(tmp_path / "none.toml")
