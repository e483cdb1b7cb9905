"""The mock EHR as one ASGI app."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette

from tests.ehr.authorisation import AuthorisationServer
from tests.ehr.cds_client import CdsClient
from tests.ehr.charts import Charts
from tests.ehr.fhir_server import FhirServer
from tests.ehr.programs import Programs
from tests.ehr.state import MockEhr


def app_of(ehr: MockEhr) -> Starlette:
    """All parts of a mock EHR under its address."""
    client = CdsClient(ehr)
    parts = (AuthorisationServer(ehr), FhirServer(ehr), Charts(ehr, client), Programs(ehr, client))

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        yield
        await client.close()

    return Starlette(routes=[route for part in parts for route in part.routes], lifespan=lifespan)
