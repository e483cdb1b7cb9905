"""What programs can have the mock EHR do: open charts, give feedback, take in records, and fail."""

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.ehr.cds_client import CdsClient
from tests.ehr.faults import Fault, Order
from tests.ehr.state import MockEhr

Json = dict[str, Any]


class Programs:
    """Routes under `/api`, for tests and benchmarks on this machine."""

    def __init__(self, ehr: MockEhr, client: CdsClient) -> None:
        self._ehr, self._client = ehr, client

    @property
    def routes(self) -> list[Route]:
        return [
            Route("/api/hooks/{hook}", self._call, methods=["POST"]),
            Route("/api/questions/{hook}", self._ask, methods=["POST"]),
            Route("/api/feedback", self._tell, methods=["POST"]),
            Route("/api/resources", self._add, methods=["POST"]),
            Route("/api/faults", self._order, methods=["POST", "DELETE"]),
        ]

    async def _call(self, request: Request) -> Response:
        """Open somebody's chart: what each service says."""
        told = await request.json()
        hook, with_prefetch = request.path_params["hook"], told.get("prefetch", True)
        answers = await self._client.open_chart(told["patient"], hook, with_prefetch)
        return JSONResponse({"calls": [answered.told for answered in answers]})

    async def _ask(self, request: Request) -> Response:
        """The calls that opening charts would make, signed and ready to be sent by whoever measures them."""
        told = await request.json()
        services = [
            one for one in await self._client.discover() if one["hook"] == request.path_params["hook"]
        ]
        asked = [
            self._client.ready(service, patient, told.get("prefetch", True))
            for patient in told["patients"]
            for service in services
        ]
        return JSONResponse({"calls": asked})

    async def _tell(self, request: Request) -> Response:
        told = await request.json()
        status = await self._client.tell(told.pop("card"), told.pop("outcome"), **told)
        return JSONResponse({"status": status})

    async def _add(self, request: Request) -> Response:
        """Take further resources into the records."""
        self._ehr.add(*(await request.json()))
        return Response(status_code=204)

    async def _order(self, request: Request) -> Response:
        """Order a fault, or take all orders back."""
        if request.method == "DELETE":
            self._ehr.faults.clear()
        else:
            told = await request.json()
            self._ehr.faults.order(Order(Fault(told.pop("fault")), **told))
        return Response(status_code=204)
