"""Who sets an EHR up is told what to write in the file of EHR servers."""

from app.identity.ehr_servers import EhrServer, SmartClient
from app.outbound.fhir.client import FhirClient, FhirLimits
from app.usecases.ehr.checking import Finding, check_server
from tests.unit.identity.smart_client.test_configuration import GOOD
from tests.unit.identity.smart_client.test_server import Asked

HERE = EhrServer(name="ehr", fhir_base="http://127.0.0.1:9/fhir", smart=SmartClient(client_id="turnpoint"))


async def findings(told: object) -> list[Finding]:
    smart, fhir = Asked(told, server=HERE), FhirClient(HERE, FhirLimits(1.0, 1000, 1))
    try:
        return [one async for one in check_server(HERE, smart, fhir, None)]
    finally:
        await smart.close()
        await fhir.close()


async def test_a_host_that_the_file_does_not_name_is_told() -> None:
    (_, found) = await findings(GOOD | {"token_endpoint": "https://auth.other.example:8443/token"})
    assert not found.is_good
    assert 'hosts = ["auth.other.example:8443"]' in found.sentence


async def test_what_is_no_smart_configuration_names_no_host() -> None:
    (_, found) = await findings({})
    assert not found.is_good
    assert "hosts" not in found.sentence
