"""The mock EHR as one ASGI app."""

from starlette.applications import Starlette

from tests.ehr.authorisation import AuthorisationServer
from tests.ehr.fhir_server import FhirServer
from tests.ehr.state import MockEhr


def app_of(ehr: MockEhr) -> Starlette:
    """All parts of a mock EHR under its address."""
    return Starlette(routes=[*AuthorisationServer(ehr).routes, *FhirServer(ehr).routes])
