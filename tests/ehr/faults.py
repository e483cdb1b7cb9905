"""What a test can order the mock EHR to get wrong, as somebody else's server may."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from enum import StrEnum

from starlette.responses import RedirectResponse, Response, StreamingResponse

from tests.ehr.fhir_json import FHIR, outcome

_CHUNK = b" " * 65536


class Fault(StrEnum):
    """Kinds of trouble."""

    SLOW = "slow"
    """Waits `seconds` before it answers as it should."""
    STATUS = "status"
    """Answers with `status` and an OperationOutcome."""
    MALFORMED = "malformed"
    """Breaks off in the middle of the JSON."""
    HUGE = "huge"
    """Sends `bytes` of white space before its JSON."""
    REDIRECT = "redirect"
    """Sends the caller to `url`."""
    ENDLESS = "endless"
    """Searches say that there is one more page, for ever."""
    ELSEWHERE = "elsewhere"
    """Searches say that their next page is at `url`."""
    HTML = "html"
    """Answers 200 with a page for people."""


@dataclass(frozen=True, slots=True)
class Order:
    """A fault at paths that begin so, so many times; without `times`, always."""

    fault: Fault
    path: str = "/"
    times: int | None = None
    seconds: float = 1.0
    status: int = 500
    bytes: int = 1 << 30
    url: str = "http://127.0.0.1:9/"


@dataclass
class Faults:
    """The orders that hold now; the first that fits a path is followed."""

    orders: list[tuple[Order, int | None]] = field(default_factory=list)

    def order(self, order: Order) -> None:
        self.orders.append((order, order.times))

    def clear(self) -> None:
        self.orders.clear()

    def due(self, path: str) -> Order | None:
        """The order that a request for a path falls under, counted as followed."""
        for place, (order, left) in enumerate(self.orders):
            if path.startswith(order.path) and left != 0:
                self.orders[place] = (order, None if left is None else left - 1)
                return order
        return None


async def answer_to(order: Order) -> Response | None:
    """What is sent in place of the answer; None where the answer itself is to go on."""
    if order.fault is Fault.SLOW:
        await asyncio.sleep(order.seconds)
    if order.fault is Fault.STATUS:
        return outcome(order.status, "exception", "ordered by a test")
    if order.fault is Fault.MALFORMED:
        return Response(b'{"resourceType": "Bundle", "entry": [{', media_type=FHIR)
    if order.fault is Fault.HUGE:
        return StreamingResponse(_huge(order.bytes), media_type=FHIR)
    if order.fault is Fault.REDIRECT:
        return RedirectResponse(order.url, 307)
    if order.fault is Fault.HTML:
        return Response(b"<html><title>Sign in</title></html>", media_type="text/html")
    return None


async def _huge(size: int) -> AsyncIterator[bytes]:
    for _ in range(0, size, len(_CHUNK)):
        yield _CHUNK
    yield b'{"resourceType": "Bundle", "type": "searchset"}'
