"""Whoever sets an EHR up is told whether the keys of who calls CDS services can be had and used."""

import json
from pathlib import Path

import pytest

from app.identity.ehr_servers import EhrServer, load_ehr_servers
from app.identity.smart_client.server import SmartServer
from app.outbound.fhir.client import FhirClient, FhirLimits
from app.usecases.ehr.checking import Finding, check_server
from tests.ehr.connecting import connect
from tests.ehr.serving import mock_ehr
from tests.unit.identity.cds_calls import cds_key
from tests.unit.identity.tokens import Json, signing_key

URL = "https://turnpoint.example"
NOWHERE = "http://127.0.0.1:9/jwks"
GOOD = [cds_key().jwk, cds_key("RS384", "r1").jwk]


def published(folder: Path, *keys: Json) -> dict[str, object]:
    file = folder / "jwks.json"
    file.write_text(json.dumps({"keys": keys}))
    return {"jwks_url": None, "jwks_file": file}


async def found(server: EhrServer, public_url: str | None = URL) -> list[Finding]:
    """What is said of the CDS client of a server that has nothing else."""
    smart, fhir = SmartServer(server, 5.0), FhirClient(server, FhirLimits(5.0, 1 << 20, 2))
    try:
        told = [one async for one in check_server(server, smart, fhir, public_url)]
    finally:
        await smart.close()
        await fhir.close()
    assert told[0] == Finding(True, "metadata says FHIR R4.")
    return told[1:]


@pytest.mark.parametrize(
    ("keys", "finding"),
    [
        (GOOD, Finding(True, "[server.cds]: jwks_file holds keys for ES384, RS384.")),
        (GOOD[:1], Finding(True, "[server.cds]: jwks_file holds keys for ES384.")),
        ([], Finding(False, "[server.cds]: jwks_file holds no key for ES384 or RS384.")),
        (
            [signing_key("ES256", "other").jwk],
            Finding(False, "[server.cds]: jwks_file holds no key for ES384 or RS384."),
        ),
        (
            [{name: value for name, value in GOOD[0].items() if name != "kid"}],
            Finding(False, "[server.cds]: jwks_file holds a key without `kid`, which no token can name."),
        ),
    ],
)
async def test_keys_in_a_file(keys: list[Json], finding: Finding, tmp_path: Path) -> None:
    with mock_ehr() as ehr:
        server = of_cds_alone(load_ehr_servers(connect(ehr, URL, tmp_path).servers).servers[0])
        assert await found(changed(server, **published(tmp_path, *keys))) == [finding]


async def test_keys_at_an_address(tmp_path: Path) -> None:
    with mock_ehr() as ehr:
        server = of_cds_alone(load_ehr_servers(connect(ehr, URL, tmp_path).servers).servers[0])
        (good,) = await found(server)
        (away,) = await found(changed(server, jwks_url=NOWHERE))
        (no_file,) = await found(changed(server, jwks_url=None, jwks_file=tmp_path / "none"))
        _, nowhere = await found(server, None)
    assert good.is_good
    assert good.sentence.startswith("[server.cds]: jwks_url holds keys for ")
    assert away == Finding(False, "[server.cds]: jwks_url gives no keys: ConnectError.")
    assert no_file == Finding(False, "[server.cds]: jwks_file gives no keys: FileNotFoundError.")
    assert not nowhere.is_good
    assert "PUBLIC_URL" in nowhere.sentence


def of_cds_alone(server: EhrServer) -> EhrServer:
    return server.model_copy(update={"smart": None, "backend": None})


def changed(server: EhrServer, **cds: object) -> EhrServer:
    assert server.cds is not None
    return server.model_copy(update={"cds": server.cds.model_copy(update=cds)})
