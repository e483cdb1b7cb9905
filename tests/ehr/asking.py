"""What happens to every request of the mock EHR: it is noted, and may meet a fault that was ordered."""

from starlette.requests import Request
from starlette.responses import Response

from tests.ehr.faults import Order, answer_to
from tests.ehr.state import Asked, MockEhr


async def begun(ehr: MockEhr, request: Request, query: str) -> tuple[Order | None, Response | None]:
    """The order that the request falls under, and what is sent in place of an answer."""
    has_token = "authorization" in request.headers
    ehr.asked.append(Asked(request.method, request.url.path, query, has_token))
    order = ehr.faults.due(request.url.path)
    return order, None if order is None else await answer_to(order)
